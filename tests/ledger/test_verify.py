"""The verifier finds a sound ledger sound, and names the first bad index of every other."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from app.ledger import verify as verifier
from app.ledger.checkpoint import Checkpoint, NoteRefused, SigningKey, open_checkpoint, sign_checkpoint
from app.ledger.source import CouldNotCheck, Mirror, Missing, Opened, Url, decode_opened, encode_opened
from app.ledger.tiles import WIDTH
from app.ledger.verify import Report, keys_of
from tests.ledger.ledger_builder import KEY, ORIGIN, InventedLedger, a_ledger
from tests.ledger.parts_in_turn import verified

KEYS = [KEY.verifier]


def verify(source, keys, older=()) -> Report:
    """Verify in order, and see that parts of files are sure of just what is sound (files do not change meanwhile)."""
    report = verifier.verify(source, keys, older)
    if isinstance(source, Mirror):
        assert verified(source, keys, older) == (report, report.sound)
    return report


def report_of(ledger: InventedLedger, directory: Path, older: tuple[bytes, ...] = ()) -> Report:
    return verify(ledger.mirror(directory), KEYS, older)


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def test_a_ledger_that_was_only_added_to_is_sound(tmp_path):
    ledger = a_ledger()
    older = tuple(ledger.checkpoint(size) for size in (0, 1, 255, 256, 257, 300, len(ledger.leaves)))

    report = report_of(ledger, tmp_path, older)

    assert report.problems == ()
    assert report.sound
    assert report.size == len(ledger.leaves)
    assert report.opened > 200


@pytest.mark.parametrize("inquiries", [0, 51, 400])
def test_ledgers_of_many_sizes_are_sound(tmp_path, inquiries):
    assert report_of(a_ledger(inquiries), tmp_path).problems == ()


def test_an_empty_ledger_is_sound(tmp_path):
    assert report_of(InventedLedger(), tmp_path).sound


def test_a_source_names_its_own_keys(tmp_path):
    assert keys_of(a_ledger(2).mirror(tmp_path)) == (KEY.verifier,)


def test_a_checkpoint_that_another_key_signed_is_not_sound(tmp_path):
    stranger = SigningKey(ORIGIN, bytes(32)).verifier

    report = verify(a_ledger(2).mirror(tmp_path), [stranger])

    assert not report.sound
    assert "no trusted key" in report.problems[0].what


def test_a_ledger_rewritten_after_an_older_checkpoint_is_not_sound(tmp_path):
    before, after = a_ledger(), a_ledger()
    del after.log["2026-000001"]
    after.leaves[0] = Opened(after.leaves[0].payload.replace(b"KUNM", b"KOAT"), after.leaves[0].salt)
    after.log["2026-000001"] = after.told["2026-000001"] | {"outlet": "KOAT"}

    assert report_of(after, tmp_path).sound
    report = report_of(after, tmp_path, (before.checkpoint(100), before.checkpoint(200)))

    assert [problem.index for problem in report.problems] == [0, 0]
    assert "does not begin with the 100 leaves" in report.problems[0].what


def test_a_change_between_two_older_checkpoints_is_placed_between_them(tmp_path):
    before, after = a_ledger(), a_ledger()
    after.leaves[150] = Opened(before.leaves[150].payload, bytes(16))

    report = report_of(after, tmp_path, (before.checkpoint(100), before.checkpoint(200)))

    assert [problem.index for problem in report.problems] == [100]


def test_a_ledger_that_has_shrunk_is_not_sound(tmp_path):
    report = report_of(a_ledger(10), tmp_path, (a_ledger(20).checkpoint(),))

    assert "leaves were signed once" in report.problems[0].what


def test_an_older_checkpoint_of_nobody_we_know_cannot_be_checked_against(tmp_path):
    forged = sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), [SigningKey(ORIGIN, bytes(32))])

    with pytest.raises(NoteRefused, match=r"^the older checkpoint: no trusted key has signed this$"):
        report_of(a_ledger(2), tmp_path, (forged,))


def test_an_entry_changed_in_a_bundle_is_named(tmp_path):
    source = a_ledger().mirror(tmp_path)
    bundle = tmp_path / "ledger/tile/entries/000"
    rewrite(bundle, lambda data: data[: 69 * 77 + 10] + bytes([data[69 * 77 + 10] ^ 1]) + data[69 * 77 + 11 :])

    assert verify(source, KEYS).problems[0].index == 77


@pytest.mark.parametrize(("name", "place", "index"), [("0/000", 9, 9), ("0/001.p/{rest}", 3, 259), ("1/000.p/1", 0, 0)])
def test_a_hash_changed_in_a_tile_is_named(tmp_path, name, place, index):
    ledger = a_ledger()
    source = ledger.mirror(tmp_path)
    tile = tmp_path / "ledger/tile" / name.format(rest=len(ledger.leaves) - WIDTH)
    rewrite(tile, lambda data: data[: place * 32] + bytes(32) + data[place * 32 + 32 :])

    assert [problem.index for problem in verify(source, KEYS).problems] == [index]


def test_any_byte_changed_in_entries_tiles_checkpoint_or_opened_leaves_is_found(tmp_path):
    ledger = a_ledger(55)
    source = ledger.mirror(tmp_path)
    chance = random.Random(4)  # noqa: S311 - a test that fails has to fail again
    files = sorted(path for path in (tmp_path / "ledger").rglob("*") if path.is_file() and path.name != "key")

    for _ in range(250):
        path = chance.choice(files)
        sound = path.read_bytes()
        place = chance.randrange(len(sound))
        path.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << chance.randrange(8))]) + sound[place + 1 :])
        report = verify(source, KEYS)
        assert not report.sound, (path, place)
        path.write_bytes(sound)

    assert verify(source, KEYS).sound


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "opened/000", "checkpoint"])
def test_a_file_that_is_missing_is_named(tmp_path, name):
    source = a_ledger().mirror(tmp_path)
    (tmp_path / "ledger" / name).unlink()

    assert not verify(source, KEYS).sound


def test_a_log_that_is_missing_is_not_sound(tmp_path):
    source = a_ledger(3).mirror(tmp_path)
    (tmp_path / "log.json").unlink()

    assert not verify(source, KEYS).sound


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "2026-000999"),
        ("asked_at", "2026-01-31T17:00:00Z"),
        ("observed_at", "2026-01-31T17:00:00Z"),
        ("source", "public"),
        ("outlet", None),
        ("status", "not_ice"),
        ("answer", {"en": "No.", "es": "No."}),
        ("activity", "medical"),
        ("area_command", "valley"),
        ("block", "1300 block of Central Ave SE"),
        ("calls", []),
        ("calls", [{"placed_at": "2026-01-31T18:05:00Z", "outcome": "declined", "agency": "ero"}]),
        ("minutes_to_call", 99),
        ("minutes_to_answer", None),
        ("late", True),
        ("corrections", [{"corrected_at": "2026-01-31T18:08:00Z", "call": 1, "from": "declined", "to": "confirmed"}]),
    ],
)
def test_every_field_of_the_log_is_held_against_the_leaves(tmp_path, name, value):
    ledger = a_ledger(8)
    ledger.log["2026-000002"] = ledger.log["2026-000002"] | {name: value}

    report = report_of(ledger, tmp_path)

    assert any(name in problem.what for problem in report.problems)
    del ledger.log["2026-000002"][name]
    assert not report_of(ledger, tmp_path).sound


@pytest.mark.parametrize(
    ("name", "value"),
    [("reason", "by_asker"), ("replaced_by", None), ("status", "open"), ("day", "2026-01-30"), ("day", None)],
)
def test_the_list_of_withdrawn_inquiries_is_held_against_the_leaves(tmp_path, name, value):
    ledger = a_ledger(8)
    ledger.log["2026-000004"] = ledger.log["2026-000004"] | {name: value}

    assert name in report_of(ledger, tmp_path).problems[0].what


def test_a_settled_inquiry_that_the_log_tells_in_short_is_named(tmp_path):
    ledger = a_ledger(8)
    told = ledger.log["2026-000002"]
    ledger.log["2026-000002"] = {
        "number": "2026-000002",
        "day": told["asked_at"][:10],
        "status": told["status"],
        "reason": None,
        "replaced_by": None,
    }

    problems = report_of(ledger, tmp_path).problems

    assert [problem.what for problem in problems] == ["the log and the leaves differ about 2026-000002: status"]


def test_an_entry_that_is_no_object_is_not_sound(tmp_path):
    ledger = a_ledger(8)
    served = Served(ledger.write_mirror(tmp_path), ledger)
    ledger.log["2026-000002"] = "calls"

    assert not verify(Url(served), KEYS).sound


@pytest.mark.parametrize(("number", "shown_in"), [("2026-000002", "withdrawn"), ("2026-000004", "unsettled")])
def test_an_entry_in_another_list_than_its_own_is_named(tmp_path, number, shown_in):
    ledger = a_ledger(8)
    served = Served(ledger.write_mirror(tmp_path), ledger)

    def misplaced(path: str) -> bytes:
        if not path.startswith("v1/log?"):
            return served(path)
        page = json.loads(served(path))
        page["items"] = [entry for entry in page["items"] if entry["number"] != number]
        if shown_in in path:
            page["items"].append(ledger.log[number])
        return json.dumps(page).encode()

    found = [problem.what for problem in verify(Url(misplaced), KEYS).problems]

    assert f"{number} is in the list of what is {shown_in}" in found[0]


@pytest.mark.parametrize("number", ["2026-000001", "2026-000004"])
def test_an_inquiry_that_the_log_leaves_out_is_named(tmp_path, number):
    ledger = a_ledger(8)
    del ledger.log[number]

    report = report_of(ledger, tmp_path)

    assert number in report.problems[0].what
    assert "not in the log" in report.problems[0].what


def test_an_inquiry_unsettled_for_more_than_a_week_has_to_be_listed(tmp_path):
    ledger = InventedLedger()
    waiting = ledger.logged()
    ledger.now += ledger.now.resolution * 9 * 86_400_000_000
    ledger.settled()

    assert "unsettled for a week" in report_of(ledger, tmp_path).problems[0].what
    ledger.log[waiting] = {
        "number": waiting,
        "day": "2026-01-31",
        "status": "open",
        "reason": None,
        "replaced_by": None,
    }
    assert report_of(ledger, tmp_path).sound


def test_an_inquiry_that_the_log_invents_or_lists_twice_is_named(tmp_path):
    ledger = a_ledger(8)
    ledger.log["invented"] = ledger.log["2026-000001"] | {"number": "2026-000777"}
    ledger.log["again"] = ledger.log["2026-000002"]

    found = [problem.what for problem in report_of(ledger, tmp_path).problems]

    assert any("2026-000777" in what for what in found)
    assert any("2026-000002 is in the log twice" in what for what in found)


def test_a_leaf_kept_closed_is_named(tmp_path):
    ledger = a_ledger()
    hidden = next(index for index, leaf in enumerate(ledger.leaves) if b"inquiry:called" in leaf.payload)
    ledger.closed.add(hidden)

    assert report_of(ledger, tmp_path).problems[0].index == hidden


def test_the_place_of_a_settled_inquiry_has_to_be_open(tmp_path):
    ledger = a_ledger(8)
    ledger.closed.add(1)

    report = report_of(ledger, tmp_path)

    assert report.problems[0].index == 1


def test_a_correction_may_open_before_the_leaves_that_precede_it(tmp_path):
    ledger = InventedLedger()
    number = ledger.settled()
    ledger.closed.add(ledger.add("inquiry:answered", number, {"status": "confirmed", "method": "email"}))
    ledger.corrected(number, replaces=3)

    assert report_of(ledger, tmp_path).problems == ()

    ledger.settled()
    found = report_of(ledger, tmp_path).problems
    assert [(problem.index, problem.what) for problem in found] == [
        (5, "the leaf is closed, and a later one is open"),
        (6, f"leaves of {number} are left out before its correction"),
    ]


def test_a_seq_left_out_is_named(tmp_path):
    ledger = InventedLedger()
    number = ledger.logged()
    ledger.called(number)
    ledger.add("inquiry:answered", number, {"status": "calling", "method": "web"}, seq=5)

    found = report_of(ledger, tmp_path).problems

    assert (found[0].index, found[0].what) == (3, "seq 3 of 2026-000001 is closed or left out before seq 5")


def test_a_seq_that_comes_twice_is_named(tmp_path):
    ledger = InventedLedger()
    number = ledger.settled()
    ledger.add("inquiry:answered", number, {"status": "confirmed", "method": "web"}, seq=4)

    found = report_of(ledger, tmp_path).problems

    assert (found[0].index, found[0].what) == (5, "seq 4 of 2026-000001 comes twice")


def test_two_first_leaves_for_one_number_are_named(tmp_path):
    ledger = InventedLedger()
    number = ledger.settled()
    again = ledger.leaves[0].payload.replace(b"KUNM", b"KOAT")
    ledger.leaves.append(Opened(again, bytes(16)))

    found = report_of(ledger, tmp_path).problems

    assert (found[0].index, found[0].what) == (5, f"two first leaves for {number}")


def test_a_number_left_out_is_named(tmp_path):
    ledger = InventedLedger()
    ledger.settled("2026-000001")
    ledger.settled("2026-000003")

    found = report_of(ledger, tmp_path).problems

    assert found[0].index == 5
    assert "2026-000002 is left out" in found[0].what


def test_a_log_that_continues_another_begins_with_any_number(tmp_path):
    ledger = InventedLedger()
    ledger.add("log:continued", None, {"checkpoint": a_ledger(1).checkpoint().decode()})
    ledger.settled("2026-000451")

    assert report_of(ledger, tmp_path).sound


def test_a_number_left_out_shows_in_a_log_that_continues_another_too(tmp_path):
    ledger = InventedLedger()
    ledger.add("log:continued", None, {"checkpoint": a_ledger(1).checkpoint().decode()})
    ledger.settled("2026-000451")
    ledger.settled("2027-000002")

    assert "2027-000001 is left out" in report_of(ledger, tmp_path).problems[0].what


def test_only_the_first_leaf_continues_another_log(tmp_path):
    ledger = a_ledger(1)
    index = ledger.add("log:continued", None, {"checkpoint": "x"})

    assert (index, "only the first leaf can continue an older log") in [
        (problem.index, problem.what) for problem in report_of(ledger, tmp_path).problems
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"call": 2}, "has no call 2"),
        ({"call": 1, "replaces": 0}, "does not replace"),
    ],
)
def test_a_correction_of_nothing_is_named(tmp_path, change, what):
    ledger = InventedLedger()
    number = ledger.settled()
    data = {"call": 1, "outcome": "not_ice", "agency": "ero", "status": "not_ice", "answer": None, "replaces": 3}
    ledger.add("inquiry:corrected", number, data | change)

    found = report_of(ledger, tmp_path).problems

    assert found[0].index == 5
    assert what in found[0].what


def test_a_settled_inquiry_cannot_be_withdrawn(tmp_path):
    ledger = InventedLedger()
    ledger.withdrawn(ledger.settled())

    assert report_of(ledger, tmp_path).problems[0].index == 5


def test_memory_of_histories_does_not_lose_an_inquiry_that_was_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("app.ledger.histories._RECENT", 4)

    assert report_of(a_ledger(80), tmp_path).problems == ()


class Served:
    """The public endpoints, answered from a mirror's files; the log can change between two requests."""

    def __init__(self, directory: Path, ledger: InventedLedger) -> None:
        self.directory = directory
        self.ledger = ledger
        self.asked: list[str] = []
        self.after_list: Callable[[], None] = lambda: None

    def __call__(self, path: str) -> bytes:
        self.asked.append(path)
        if path.startswith("v1/log/"):
            return json.dumps(self.ledger.log[path.rpartition("/")[2]]).encode()
        if path.startswith("v1/log"):
            return self._page(path)
        try:
            return (self.directory / path).read_bytes()
        except FileNotFoundError:
            raise Missing(path) from None

    def _page(self, path: str) -> bytes:
        short = "status=" in path
        withdrawn = "withdrawn" in path
        rows = [
            entry
            for entry in self.ledger.log.values()
            if ("calls" not in entry) == short and (not short or (entry["status"] == "withdrawn") == withdrawn)
        ]
        start = int(path.partition("cursor=")[2] or 0)
        page = {"items": rows[start : start + 10], "next": str(start + 10) if start + 10 < len(rows) else None}
        body = json.dumps(page).encode()
        self.after_list()
        return body


def test_the_public_endpoints_are_checked_page_by_page(tmp_path):
    ledger = a_ledger()
    served = Served(ledger.write_mirror(tmp_path), ledger)

    assert verify(Url(served), KEYS).problems == ()
    assert "v1/log?limit=200&cursor=10" in served.asked
    ledger.log["2026-000001"]["block"] = None
    assert not verify(Url(served), KEYS).sound


def test_what_is_published_while_the_log_is_read_is_no_problem(tmp_path):
    ledger = InventedLedger()
    ledger.settled()
    number = ledger.logged()
    ledger.called(number)
    ledger.outcome(number)
    last = set(range(len(ledger.leaves) - 4, len(ledger.leaves)))
    ledger.closed |= last
    served = Served(ledger.write_mirror(tmp_path), ledger)

    def publish() -> None:
        ledger.closed -= last
        ledger.write_mirror(tmp_path)

    served.after_list = publish  # the log told the entry before its leaves were open

    assert [problem.what for problem in verify(Url(served), KEYS).problems] == []


def test_what_is_corrected_while_the_log_is_read_is_no_problem(tmp_path):
    """The correction shows at once, and stands after the checkpoint that was read first."""
    ledger = InventedLedger()
    for _ in range(10):
        ledger.settled()
    number = ledger.logged()
    ledger.called(number)
    replaced = ledger.outcome(number)
    served = Served(ledger.write_mirror(tmp_path), ledger)

    def correct() -> None:
        served.after_list = lambda: None
        ledger.corrected(number, replaced)
        ledger.write_mirror(tmp_path)

    served.after_list = correct  # the eleventh entry is on the second page

    assert [problem.what for problem in verify(Url(served), KEYS).problems] == []


def test_what_is_opened_falsely_while_the_log_is_read_is_found(tmp_path):
    ledger = InventedLedger()
    ledger.settled()
    number = ledger.logged()
    ledger.called(number)
    ledger.outcome(number)
    last = set(range(len(ledger.leaves) - 4, len(ledger.leaves)))
    ledger.closed |= last
    served = Served(ledger.write_mirror(tmp_path), ledger)

    def publish() -> None:
        ledger.closed -= last
        leaf = ledger.leaves[-1]
        opened = [*ledger.leaves[:-1], Opened(leaf.payload, bytes(16))]
        (tmp_path / "ledger/opened/000").write_bytes(encode_opened(0, opened))

    served.after_list = publish

    assert "not what was committed to" in verify(Url(served), KEYS).problems[0].what


def test_a_partial_tile_that_became_full_is_read_from_the_full_one(tmp_path):
    ledger = a_ledger(40)
    older = open_checkpoint(ledger.checkpoint(), KEYS)
    source = Mirror(a_ledger(60).write_mirror(tmp_path))

    assert len(source.tile(0, 0, older.size % WIDTH)) == older.size % WIDTH * 32
    with pytest.raises(Missing):
        source.tile(0, 2, 256)


def test_a_source_that_does_not_answer_says_nothing_of_the_ledger(tmp_path):
    def refuse(path: str) -> bytes:
        raise CouldNotCheck(path)

    with pytest.raises(CouldNotCheck):
        verify(Url(refuse), KEYS)


@pytest.mark.parametrize(
    "member",
    [
        {"index": 1, "payload": "{}", "salt": "00" * 16},
        {"index": 0, "payload": "{}", "salt": "00" * 15},
        {"index": 0, "payload": "{}", "salt": "AA" * 16},
        {"index": 0, "payload": "{}", "salt": "00" * 16, "more": 1},
        {"index": 0, "payload": None, "salt": "00" * 16},
        [],
        0,
    ],
)
def test_opened_leaves_have_one_form(member):
    with pytest.raises(ValueError, match="leaf 0"):
        decode_opened(0, json.dumps([member]).encode())


def test_opened_leaves_come_back_as_they_went():
    leaves = [Opened('{"é":1}'.encode(), bytes(16)), None, Opened(b"{}", bytes(range(16)))]

    assert decode_opened(3, encode_opened(3, leaves)) == leaves + [None] * 253
