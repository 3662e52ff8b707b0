"""Four invented months for the public pages, through the use cases: all outcomes, sources, activities and areas."""

import random
from datetime import datetime, timedelta

from app.domain.call import Agency
from app.domain.inquiry import Activity, AnswerMethod, AreaCommand, Source, WithdrawalReason
from app.domain.moment import day_in_denver
from app.domain.place import Point
from app.domain.status import Outcome
from app.service.claim import claim
from app.service.correct_call import correct_call
from app.service.keep_contacts import add_contact
from app.service.log_inquiry import log_inquiry
from app.service.mark_answered import mark_answered
from app.service.place_call import place_call
from app.service.record_outcome import record_outcome
from app.service.withdraw import withdraw
from app.store.refusals import add_refusals
from app.store.session import WriteSession
from tests.builders import DISPATCHER, SUPERVISOR, a_new_call, a_new_contact, a_new_inquiry, an_outcome

INQUIRIES = 120
EVERY = timedelta(hours=23)
_STREETS = ("Central Ave SE", "Coors Blvd NW", "Montaño Rd NW", "San Mateo Blvd NE", "Bridge Blvd SW", "Lomas Blvd NE")
_OUTLETS = ("KUNM", "Albuquerque Journal", "El Semanario")
_SETTLED_BY = (Outcome.CONFIRMED, Outcome.NOT_ICE, Outcome.CONFIRMED, Outcome.DECLINED, Outcome.NOT_ICE)


def fill_months(session: WriteSession, now: datetime, inquiries: int = INQUIRIES) -> None:
    """Fill a database with months that end an hour before `now`."""
    chance = random.Random(7)  # noqa: S311  # the same months in every run
    began = now - inquiries * EVERY - timedelta(hours=1)
    add_contact(session, a_new_contact(), SUPERVISOR, began)
    for turn in range(inquiries):
        at = began + turn * EVERY
        if turn % 4 == 0:
            add_refusals(session, day_in_denver(at), frozenset({("identity", "en")}))
        _tell(session, turn, at, chance)


def _tell(session: WriteSession, turn: int, at: datetime, chance: random.Random) -> None:
    source = (Source.PUBLIC, Source.PUBLIC, Source.MEDIA, Source.PUBLIC, Source.CITY)[turn % 5]
    logged_at = at + timedelta(minutes=40 if turn % 17 == 16 else 1)
    inquiry = log_inquiry(
        session,
        a_new_inquiry(
            source=source,
            outlet=_OUTLETS[turn % 3] if source is Source.MEDIA else None,
            asked_at=at,
            observed_at=at - timedelta(minutes=chance.randrange(1, 30)),
            address=f"{chance.randrange(100, 9900)} {_STREETS[turn % len(_STREETS)]}",
            point=Point(35.05 + turn % 9 / 100, -106.7 + turn % 11 / 100),
            area_command=tuple(AreaCommand)[turn % 8],
            activity=tuple(Activity)[turn * 7 % 10],
        ),
        DISPATCHER,
        logged_at,
    )
    if turn % 23 == 22:
        withdraw(
            session, inquiry.id, WithdrawalReason.DUPLICATE, None, None, DISPATCHER, logged_at + timedelta(minutes=2)
        )
        return
    if turn % 29 == 28:  # nobody ever called about it
        return
    claim(session, inquiry.id, False, None, DISPATCHER, logged_at)  # noqa: FBT003  # the contract's field
    called_at = logged_at + timedelta(minutes=chance.randrange(1, 8))
    for _ in range(chance.choice((0, 0, 1, 2))):
        _called(session, inquiry, Outcome.NO_ANSWER, called_at, called_at + timedelta(minutes=1))
        called_at += timedelta(minutes=chance.randrange(5, 12))
    outcome = _SETTLED_BY[turn % len(_SETTLED_BY)]
    ended_at = called_at + timedelta(minutes=chance.randrange(1, 25))
    call = _called(session, inquiry, outcome, called_at, ended_at)
    mark_answered(session, inquiry.id, AnswerMethod.PHONE, None, None, DISPATCHER, ended_at + timedelta(minutes=2))
    if turn % 31 == 30:
        corrected, reason = an_outcome(Outcome.CONFIRMED, Agency.HSI), "the desk had looked at another day"
        correct_call(session, call, corrected, reason, None, SUPERVISOR, ended_at + timedelta(hours=3))


def _called(session, inquiry, outcome, placed_at, ended_at):
    call = place_call(session, a_new_call(inquiry), DISPATCHER, placed_at)
    agency = Agency.ERO if outcome in {Outcome.CONFIRMED, Outcome.NOT_ICE} else None
    record_outcome(session, call.id, an_outcome(outcome, agency), None, DISPATCHER, ended_at)
    return call.id
