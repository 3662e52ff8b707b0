"""Small valid values for tests of all layers: a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from itertools import count

from app.domain.actor import Actor, ByRole
from app.domain.answer import Facts, answer_for
from app.domain.call import Agency, Call, agency_of
from app.domain.contact import Contact
from app.domain.inquiry import Activity, AreaCommand, CallbackKind, Channel, Inquiry, Language, Source
from app.domain.status import Outcome, Status
from app.service.answering_calls import NewOutcome
from app.service.keep_contacts import NewContact
from app.service.log_inquiry import Callback, NewInquiry
from app.service.place_call import NewCall

AT = datetime(2026, 1, 31, 18, 4, 5, 123000, tzinfo=UTC)  # a Saturday, 11:04 in Albuquerque
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

INTAKE = Actor("00000000-0000-7000-8000-00000000000a", ByRole.INTAKE, "web form")
DISPATCHER = Actor("00000000-0000-7000-8000-00000000000d", ByRole.DISPATCHER, "desk one")
OTHER_DISPATCHER = Actor("00000000-0000-7000-8000-00000000000e", ByRole.DISPATCHER, "desk two")
SUPERVISOR = Actor("00000000-0000-7000-8000-00000000000f", ByRole.SUPERVISOR, "watch commander")
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"

PHONE = Callback(CallbackKind.PHONE, "+15055550142")
EMAIL = Callback(CallbackKind.EMAIL, "asker@example.org")


def after(minutes):
    """Return the moment some minutes after AT."""
    return AT + minutes * MINUTE


def a_new_inquiry(**changes):
    """Return what the use case that logs an inquiry takes."""
    values = {
        "source": Source.PUBLIC,
        "outlet": None,
        "channel": Channel.PHONE,
        "language": Language.ENGLISH,
        "asked_at": None,
        "observed_at": AT - 5 * MINUTE,
        "ongoing": None,
        "address": "1217 Central Ave SE",
        "point": None,
        "facility": None,
        "area_command": AreaCommand.UNKNOWN,
        "activity": Activity.WORKSITE,
        "agents": None,
        "vehicles": None,
        "markings": (),
        "note": None,
        "callback": None,
    }
    return NewInquiry(**{**values, **changes})


def an_inquiry(**changes):
    """Return the state of an inquiry that was logged at AT and not called about yet."""
    answer = answer_for(Facts(Status.OPEN))
    values = {
        "id": "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41",
        "year": 2026,
        "serial": 123,
        "receipt": "K7QF-2M9X-TD3W",
        "source": Source.PUBLIC,
        "outlet": None,
        "channel": Channel.PHONE,
        "language": Language.ENGLISH,
        "asked_at": AT,
        "observed_at": AT - 5 * MINUTE,
        "ongoing": None,
        "facility": None,
        "area_command": AreaCommand.SOUTHEAST,
        "activity": Activity.WORKSITE,
        "agents": None,
        "vehicles": None,
        "markings": (),
        "block": "1200 block of Central Ave SE",
        "street_key": "central ave se",
        "crossing_key": None,
        "latitude": None,
        "longitude": None,
        "city_facility": False,
        "status": Status.OPEN,
        "status_since": AT,
        "answer_en": answer.en,
        "answer_es": answer.es,
        "answer_call": None,
        "received_at": AT,
        "received_by": DISPATCHER.id,
        "due_at": AT + 5 * MINUTE,
        "claimed_by": None,
        "claimed_at": None,
        "answered_at": None,
        "answered_status": None,
        "withdrawn_reason": None,
        "replaced_by": None,
        "settled_at": None,
        "callback_kind": None,
        "callback_hint": None,
        "callback_erase_after": None,
        "callback_erased_at": None,
        "first_event": 0,
        "newest_event": 1,
        "updated_at": AT,
        "last_event_at": AT,
        "leaves": 2,
    }
    return Inquiry(**{**values, **changes})


_ids = count(1)


def a_call(outcome=None, **changes):
    """Return a call as its inquiry sees it: placed a minute after AT, its outcome recorded a minute later."""
    outcome = None if outcome is None else Outcome(outcome)
    ordinal = changes.get("ordinal", 1)
    values = {
        "id": f"00000000-0000-7000-8000-{next(_ids):012d}",
        "ordinal": ordinal,
        "placed_at": after(2 * ordinal - 1),
        "outcome": outcome,
        "agency": outcome and agency_of(outcome, Agency.ERO),
        "outcome_at": outcome and after(2 * ordinal),
        "outcome_order": outcome and 10 * ordinal,
        "last_event_at": after(2 * ordinal) if outcome else after(2 * ordinal - 1),
    }
    return Call(**{**values, **changes})


def some_calls(*outcomes):
    """Return calls with these outcomes, one after the other."""
    return [a_call(outcome, ordinal=ordinal) for ordinal, outcome in enumerate(outcomes, 1)]


def an_outcome(outcome, agency=None, **texts):
    """Return what a call brought, as the use cases take it."""
    values = {"answered_by": None, "reference": None, "note": None, **texts}
    return NewOutcome(Outcome(outcome), agency and Agency(agency), **values)


def a_new_call(*inquiries, contact=None, placed_at=None, outcome=None):
    """Return a call to record for some inquiries."""
    return NewCall(tuple(inquiry.id for inquiry in inquiries), contact and contact.id, placed_at, outcome)


def a_new_contact(**changes):
    """Return a contact to add, always on duty."""
    values = {
        "title": "ICE ERO duty desk",
        "agency": Agency.ERO,
        "phone": "+15055550111",
        "hours": None,
        "active": True,
        "priority": 100,
    }
    return NewContact(**{**values, **changes})


def a_contact(**changes):
    """Return a contact as it stands, always on duty."""
    new = a_new_contact()
    values = {name: getattr(new, name) for name in ("title", "agency", "phone", "hours", "active", "priority")}
    values |= {"id": f"00000000-0000-7000-8000-{next(_ids):012d}", "first_event": 0, "newest_event": 0}
    return Contact(**{**values, **changes})
