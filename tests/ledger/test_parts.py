"""Parts of a ledger are sure of just what reading it in order finds sound, wherever the borders fall."""

import json
import random
from datetime import timedelta

import pytest

from app.domain.moment import to_minute
from app.ledger import parts
from app.ledger.source import Opened
from app.ledger.tiles import WIDTH
from app.ledger.verify import verify
from tests.ledger.ledger_builder import KEY, InventedLedger
from tests.ledger.parts_in_turn import verified

KEYS = [KEY.verifier]
EACH = timedelta(seconds=40)  # between two leaves of an invented ledger


def interleaved(seed: int) -> InventedLedger:
    """A ledger of some bundles whose inquiries take long: most borders fall into the midst of several."""
    chance = random.Random(seed)  # noqa: S311  # which ledger it is, no secret
    ledger, waiting, called, settled = InventedLedger(), [], [], []
    while len(ledger.leaves) < 900:
        step = chance.random()
        if step < 0.35 or not waiting:
            waiting.append(ledger.logged())
        elif step < 0.6:
            ledger.called(number := waiting.pop(chance.randrange(len(waiting))))
            called.append(number)
        elif step < 0.8 and called:
            settled.append((number := called.pop(chance.randrange(len(called))), ledger.outcome(number)))
        elif step < 0.83 and settled:
            ledger.corrected(*settled.pop(chance.randrange(len(settled))))
        elif step < 0.86:
            ledger.withdrawn(waiting.pop(0))
        else:
            ledger.add("alert:raised", None, {})
    for number in called:
        ledger.outcome(number)
    return ledger


def both_ways(source, older=(), bundles=1):
    """Return what reading in order finds, and whether parts are sure that all is sound."""
    report, sure = verified(source, KEYS, older, bundles)
    assert report == verify(source, KEYS, older)
    return report, sure


@pytest.fixture(params=[4_096, 160])
def recent(request, monkeypatch):
    """How many inquiries a part follows at once: all of these ledgers', or so few that most are read alone."""
    monkeypatch.setattr(parts, "_RECENT", request.param)


@pytest.mark.usefixtures("recent")
@pytest.mark.parametrize("bundles", [1, 2, 3, 9])
@pytest.mark.parametrize("seed", range(3))
def test_parts_are_sure_of_a_sound_ledger_wherever_they_meet(tmp_path, seed, bundles):
    ledger = interleaved(seed)
    older = [ledger.checkpoint(size) for size in (1, 255, 256, 257, 512, 700, len(ledger.leaves))]

    report, sure = both_ways(ledger.mirror(tmp_path), older, bundles)

    assert report.problems == ()
    assert sure


def test_a_place_that_is_closed_at_the_beginning_of_a_part_belongs_to_the_inquiry_before(tmp_path):
    ledger = InventedLedger()
    while len(ledger.leaves) < WIDTH - 1:
        ledger.add("alert:raised", None, {})
    ledger.logged()
    ledger.settled()

    report, sure = both_ways(ledger.mirror(tmp_path))

    assert WIDTH in ledger.closed
    assert report.sound
    assert sure


@pytest.mark.usefixtures("recent")
@pytest.mark.parametrize("seed", range(40))
def test_parts_are_never_sure_of_what_is_not_sound(tmp_path, seed):
    ledger, chance = interleaved(seed % 4), random.Random(seed)  # noqa: S311  # as above
    older = [ledger.checkpoint(600)] if seed % 2 else []
    _damage(ledger, chance, seed % 5)

    report, sure = both_ways(ledger.mirror(tmp_path), older, 1 + seed % 2)

    assert not report.sound
    assert not sure


def _damage(ledger: InventedLedger, chance: random.Random, how: int) -> None:
    """Tell something else, and sign it: all but the first way leave the tree as it should be."""
    numbers = sorted(ledger.log)
    some = chance.choice(numbers)
    if how == 0:
        index = chance.randrange(600)
        ledger.leaves[index] = Opened(ledger.leaves[index].payload.replace(b'"v":1', b'"v":2'), bytes(16))
    elif how == 1:
        del ledger.log[some]
    elif how == 2:
        ledger.log[some] = ledger.log[some] | {"status": "open"}
    elif how == 3:
        # A later leaf of an inquiry is closed, though leaves after it are open.
        mine = [
            at
            for at, leaf in enumerate(ledger.leaves[:-9])
            if some.encode() in leaf.payload and b"kind" in leaf.payload
        ]
        ledger.closed.add(chance.choice([mine[0], *mine[2:]]))
    else:
        ledger.log["2026-900000"] = ledger.told[some] | {"number": "2026-900000"}


def test_a_number_that_is_left_out_where_parts_meet_is_missed_by_nobody(tmp_path):
    ledger = InventedLedger()
    while len(ledger.leaves) < WIDTH:
        ledger.settled()
    skipped = f"2026-{len(ledger.told) + 2:06d}"
    while len(ledger.leaves) < 2 * WIDTH:
        ledger.add("alert:raised", None, {})
    ledger.settled(skipped)

    report, sure = both_ways(ledger.mirror(tmp_path))

    assert "is left out" in report.problems[0].what
    assert not sure


def test_a_leaf_of_an_inquiry_that_began_nowhere_is_sure_in_no_part(tmp_path):
    ledger = InventedLedger()
    ledger.settled()
    while len(ledger.leaves) < WIDTH + 9:
        ledger.add("alert:raised", None, {})
    ledger.add("inquiry:answered", "2026-000002", {"status": "confirmed", "method": "phone"}, seq=3)

    report, sure = both_ways(ledger.mirror(tmp_path))

    assert "has no first leaf" in report.problems[0].what
    assert not sure


@pytest.mark.parametrize("bundles", [1, 2])
def test_a_gap_before_a_correction_leaves_no_part_sure(tmp_path, bundles):
    ledger = InventedLedger()
    number = ledger.settled()
    while len(ledger.leaves) < WIDTH + 9:
        ledger.add("alert:raised", None, {})
    data = {"call": 1, "outcome": "confirmed", "agency": "hsi", "status": "confirmed", "answer": None, "replaces": 3}
    ledger.add("inquiry:corrected", number, data, seq=6)
    ledger.told[number]["calls"][0]["agency"] = "hsi"
    ledger.told[number]["corrections"].append(
        {"corrected_at": to_minute(ledger.now - EACH), "call": 1, "from": "confirmed", "to": "confirmed"}
    )
    mirror = ledger.mirror(tmp_path)

    assert both_ways(mirror, bundles=bundles)[1]

    ledger.settled()
    report, sure = both_ways(ledger.mirror(tmp_path), bundles=bundles)

    assert [problem.what for problem in report.problems] == [f"leaves of {number} are left out before its correction"]
    assert not sure


def test_parts_that_would_have_to_read_too_much_alone_are_not_sure(tmp_path, monkeypatch):
    mirror = interleaved(1).mirror(tmp_path)
    assert both_ways(mirror)[1]

    monkeypatch.setattr(parts, "_MOST_READ_ALONE", 3)
    report, sure = both_ways(mirror)

    assert report.sound
    assert not sure


def test_an_inquiry_that_the_log_lists_twice_in_one_way_leaves_no_part_sure(tmp_path):
    mirror = interleaved(1).mirror(tmp_path)
    lines = (tmp_path / "log.json").read_bytes().split(b"\n")
    (tmp_path / "log.json").write_bytes(b"\n".join([lines[0], lines[1], *lines[1:]]))

    report, sure = both_ways(mirror)

    assert [problem.what for problem in report.problems] == [
        f"{json.loads(lines[1][:-1])['number']} is in the log twice"
    ]
    assert not sure
