"""Does the public log tell what the leaves tell, all of it, and nothing else.

Part of the verifier. What leaves cannot show is not checked: alerts, and when an entry was published or updated.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from app.ledger.histories import Histories
from app.ledger.history import Inquiry, differences
from app.ledger.leaves_check import history_of
from app.ledger.report import Problems
from app.ledger.source import LogEntry, Missing, Source

# An unsettled inquiry is listed 7 days on; a day's grace, since the leaf's clock is not that of the list.
_LISTED_UNSETTLED_AFTER = timedelta(days=8)

_AT_ONCE = 256
_OF_FIRST_LEAF = frozenset({"number", "asked_at", "source", "outlet", "late"})
_OF_PLACE = frozenset({"observed_at", "activity", "area_command", "block"})


class LogCheck:
    """The public log against the leaves, of which those up to `newest` had to be open before the log was read.

    `size_now` asks the source for its checkpoint once more and returns the size that it tells.
    """

    def __init__(
        self, source: Source, histories: Histories, problems: Problems, newest: int, size_now: Callable[[], int]
    ) -> None:
        self._source = source
        self._histories = histories
        self._problems = problems
        self._newest = newest
        self._size_now = size_now
        # Where a leaf is bad already, the log may differ for want of it: that tells of no other leaf.
        self._leaves_are_sound = not problems.any_located

    def run(self, newest_at: str) -> None:
        """Check every entry of the log, then tell which inquiries it leaves out.

        `newest_at` is the time of the newest open leaf, empty where there is none.
        """
        try:
            entries = self._source.log()
            while some := list(islice(entries, _AT_ONCE)):
                self._check(some)
        except (Missing, ValueError, KeyError, TypeError) as error:
            self._problems.add(None, f"the log cannot be read: {error!r}")
            return
        for number in self._histories.listed_twice():
            self._problems.add(None, f"{number} is in the log twice")
        for inquiry in self._histories.unlisted():
            why = must_be_listed(inquiry, newest_at)
            if why:
                self._problems.add(inquiry.first, f"{inquiry.number} {why} and is not in the log")

    def _check(self, entries: Sequence[LogEntry]) -> None:
        numbered = [
            (entry["number"], entry)
            for entry in entries
            if isinstance(entry, dict) and isinstance(entry.get("number"), str)
        ]
        if len(numbered) < len(entries):
            self._problems.add(None, "an entry of the log has no number")
        self._histories.note_listed((number, "calls" not in entry) for number, entry in numbered)
        inquiries = self._histories.look([number for number, _ in numbered])
        for number, entry in numbered:
            inquiry = inquiries.get(number)
            wrong = differing(inquiry, entry)
            if wrong:
                inquiry, wrong = self._once_more(inquiry, number, wrong)
            for name in wrong:
                index = _index(inquiry, name) if self._leaves_are_sound else None
                self._problems.add(index, f"the log and the leaves differ about {number}: {name}")

    def _once_more(self, inquiry: Inquiry | None, number: str, wrong: list[str]) -> tuple[Inquiry | None, list[str]]:
        """Read leaves and entry of one inquiry again, since what is public may have moved on between the two.

        What is not known yet begins after the newest leaf that was open when the reading began, and may end after the
        checkpoint of then: a correction shows at once. Whoever verifies next holds those leaves to their checkpoint.
        """
        now = self._source.entry_now(number)
        if now is None:
            return inquiry, wrong
        first = inquiry.first if inquiry else self._newest + 1
        inquiry = history_of(self._source, number, first, self._size_now())
        return inquiry, differing(inquiry, now)


def differing(inquiry: Inquiry | None, entry: LogEntry) -> list[str]:
    """Return the fields in which an entry of the log differs from what the leaves of its inquiry tell."""
    if inquiry is None:
        return ["number"]
    # What was ever settled is told in full, and nothing else is.
    if ("calls" in entry) != (inquiry.settled_at is not None):
        return ["status"]
    return list(differences(inquiry, entry))


def _index(inquiry: Inquiry | None, name: str) -> int | None:
    """Return the leaf that tells a field."""
    if inquiry is None:
        return None
    return inquiry.first if name in _OF_FIRST_LEAF else inquiry.first + 1 if name in _OF_PLACE else inquiry.last


def must_be_listed(inquiry: Inquiry, newest_at: str) -> str | None:
    """Return why the log has to list an inquiry, None where it has not to. `newest_at`: as for `LogCheck.run`."""
    if inquiry.settled_at is not None:
        return "is settled"
    if inquiry.withdrawn is not None:
        return "is withdrawn"
    if newest_at:
        waited = datetime.fromisoformat(newest_at) - datetime.fromisoformat(inquiry.received_at)
        if waited > _LISTED_UNSETTLED_AFTER:
            return "has been unsettled for a week"
    return None
