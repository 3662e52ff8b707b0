"""Entries of the public log for the tests of pages: logged, called about, settled, and old enough to be seen."""

from html import unescape
from html.parser import HTMLParser

PUBLIC_AFTER_HOURS = 24


def settled(desk, outcome="not_ice", *, agency="ero", **changed):
    """Log an inquiry that is called about 2 minutes later and answered 9 minutes after that; the clock moves on."""
    inquiry = desk.logged(**changed)
    desk.clock.forward(minutes=2)
    call = desk.called(inquiry)
    desk.clock.forward(minutes=9)
    told = {"outcome": outcome, **({"agency": agency} if outcome in {"confirmed", "not_ice"} else {})}
    answer = desk.post(f"/v1/calls/{call['id']}/outcome", told)
    assert answer.status_code == 200, answer.text
    return inquiry


def seen_by_all(desk):
    """Let the publication delay pass; return somebody without a token."""
    desk.clock.forward(hours=PUBLIC_AFTER_HOURS, minutes=1)
    return desk.as_(None)


class Elements(HTMLParser):
    """Every element of a page: its tag, its attributes, the text in it."""

    _INLINE = frozenset({"a", "abbr", "b", "code", "em", "span", "strong", "time"})
    _VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self, html):
        super().__init__()
        self.found, self._open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, **dict(attributes), "text": ""}
        self.found.append(element)
        if tag not in self._VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        while self._open and self._open.pop()["tag"] != tag:
            pass
        if tag not in self._INLINE:
            self.handle_data(" ")

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag, **having):
        """Return the elements of a tag that have these attributes."""
        return [
            each
            for each in self.found
            if each["tag"] == tag and all(each.get(name.rstrip("_")) == value for name, value in having.items())
        ]


def words(html):
    """Return a page's text as a reader sees it, its white space folded."""
    body = Elements(html).all("main")[0]["text"]
    return " ".join(unescape(body).split())
