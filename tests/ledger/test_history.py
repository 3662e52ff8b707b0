"""An entry's figures in minutes are those of its leaves, but for what cutting times to the minute explains."""

from datetime import timedelta

import pytest

from app.ledger.verify import verify
from tests.ledger.ledger_builder import KEY, InventedLedger, a_ledger

# It was asked at 18:05; its leaves tell that the call was placed at 18:09 and settled it at 18:11.
NUMBER = "2026-000002"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        *[("minutes_to_call", value, value in {3, 4}) for value in (None, 0, 2, 3, 4, 5, 240)],
        *[("minutes_to_answer", value, value in {5, 6}) for value in (None, 0, 4, 5, 6, 7, 240)],
    ],
)
def test_a_figure_is_what_its_leaves_tell_or_a_minute_less(tmp_path, name, value, told):
    ledger = a_ledger(8)
    ledger.log[NUMBER] = ledger.log[NUMBER] | {name: value}

    found = [problem.what for problem in verify(ledger.mirror(tmp_path), [KEY.verifier]).problems]

    assert found == ([] if told else [f"the log and the leaves differ about {NUMBER}: {name}"])


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (2, False), (3, True), (4, True), (5, False)])
def test_an_answer_counts_from_when_it_was_recorded_however_long_before_the_call_was_placed(tmp_path, minutes, told):
    ledger = InventedLedger()
    number = ledger.logged()
    placed_at = ledger.told[number]["asked_at"]
    ledger.told[number]["calls"].append({"placed_at": placed_at})
    ledger.told[number] |= {"minutes_to_call": 0, "minutes_to_answer": minutes}
    data = {"call": 1, "placed_at": placed_at, "status": "calling", "answer": None}
    index = ledger.add("inquiry:called", number, data)
    ledger.now -= timedelta(seconds=40)  # its outcome is entered with it
    ledger.outcome(number)

    found = [problem.what for problem in verify(ledger.mirror(tmp_path), [KEY.verifier]).problems]

    assert ledger.leaves[index].payload[:30] == ledger.leaves[index + 1].payload[:30]
    assert found == ([] if told else [f"the log and the leaves differ about {number}: minutes_to_answer"])
