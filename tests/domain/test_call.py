"""What a call is recorded with: an agency only where somebody spoke, and a time only while it is certain."""

import pytest

from app.domain.call import Agency, agency_of
from app.domain.status import Outcome
from tests.builders import a_call, after

SPOKE = [Outcome.CONFIRMED, Outcome.NOT_ICE, Outcome.DECLINED]


@pytest.mark.parametrize("outcome", [each for each in Outcome if each not in SPOKE])
@pytest.mark.parametrize("agency", [None, *Agency])
def test_where_nobody_spoke_no_agency_did(outcome, agency):
    assert agency_of(outcome, agency) is None


@pytest.mark.parametrize("outcome", SPOKE)
def test_who_spoke_is_recorded_as_said(outcome):
    assert [agency_of(outcome, agency) for agency in Agency] == list(Agency)
    assert agency_of(outcome, None) is Agency.UNSPECIFIED


def test_when_an_outcome_was_told_is_certain_until_it_is_corrected():
    assert a_call("confirmed").told_at == after(2)
    assert a_call("confirmed", last_event_at=after(60)).told_at is None
    assert a_call().told_at is None
