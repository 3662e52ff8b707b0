"""A new inquiry, one inquiry with its call panel and timeline, and the correction of a call."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.call import Agency
from app.domain.errors import NoOutcome
from app.domain.facility import Facility
from app.domain.inquiry import (
    Activity,
    AnswerMethod,
    AreaCommand,
    CallbackKind,
    Channel,
    Inquiry,
    Marking,
    Source,
    WithdrawalReason,
)
from app.domain.status import SETTLED, Outcome
from app.service.read_calls import FullCall, read_call
from app.service.read_desk import Desk, read_desk
from app.store.directory import all_facilities
from app.store.inquiries import find_several
from app.web.access import ACTS, READS, SUPERVISES, actor_of, allowed
from app.web.pages.console_frame import ConsoleRoute, console_page, fragment_wanted
from app.web.service import service_of

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)

# In the order of how often they come; the digit is the key.
OUTCOME_KEYS = {
    Outcome.CONFIRMED: "1",
    Outcome.NOT_ICE: "2",
    Outcome.DECLINED: "3",
    Outcome.NO_ANSWER: "4",
    Outcome.LEFT_MESSAGE: "5",
}
OUTCOME_COMMANDS = {
    Outcome.CONFIRMED: "confirmed",
    Outcome.NOT_ICE: "not",
    Outcome.DECLINED: "declined",
    Outcome.NO_ANSWER: "na",
    Outcome.LEFT_MESSAGE: "lm",
}
_TOLD_BY = {
    Channel.PHONE: AnswerMethod.PHONE,
    Channel.NON_EMERGENCY: AnswerMethod.PHONE,
    Channel.EMAIL: AnswerMethod.EMAIL,
    Channel.TEXT: AnswerMethod.TEXT,
    Channel.IN_PERSON: AnswerMethod.IN_PERSON,
    Channel.WEB: AnswerMethod.WEB,
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The closed lists that forms offer, in the contract's order."""

    sources = tuple(Source)
    channels = tuple(Channel)
    area_commands = tuple(AreaCommand)
    activities = tuple(Activity)
    markings = tuple(Marking)
    agencies = tuple(Agency)
    methods = tuple(AnswerMethod)
    reasons = tuple(WithdrawalReason)
    outcomes = tuple(OUTCOME_KEYS)


LISTS = _Words()


@router.get("/new")
@allowed(ACTS)
async def new(request: Request) -> Response:
    """Return the form of a new inquiry, in the order in which a caller tells it."""
    facilities: list[Facility] = await service_of(request).read(all_facilities)
    return console_page(request, "new.html", facilities=facilities, lists=LISTS)


@router.get("/inquiries/{said}")
@allowed(READS)
async def inquiry(request: Request, said: str) -> Response:
    """Return an inquiry by its id or its number as people say it, with what is to be done next."""
    service = service_of(request)
    desk = await service.read(lambda session: read_desk(session, service.vault, said, service.policy, service.clock()))
    inquiry = desk.full.inquiry
    return console_page(
        request,
        "inquiry_live.html" if fragment_wanted(request) else "inquiry.html",
        desk=desk,
        inquiry=inquiry,
        step=_step(desk),
        mine=inquiry.claimed_by == actor_of(request).id,
        settled=inquiry.status in SETTLED,
        told_by=_told_by(inquiry),
        lists=LISTS,
        outcome_keys=OUTCOME_KEYS,
        outcome_commands=OUTCOME_COMMANDS,
    )


@router.get("/calls/{call_id}/correction")
@allowed(SUPERVISES)
async def correction(request: Request, call_id: str) -> Response:
    """Return the form that corrects a call."""
    service = service_of(request)

    def read(session: Session) -> tuple[FullCall, list[str]]:
        full = read_call(session, service.vault, call_id)
        covered = find_several(session, full.inquiry_ids)
        return full, [covered[each].number for each in full.inquiry_ids]

    full, numbers = await service.read(read)
    if full.call.outcome is None:
        raise NoOutcome
    return console_page(request, "correction.html", full=full, call=full.call, numbers=numbers, lists=LISTS)


def _told_by(inquiry: Inquiry) -> AnswerMethod:
    """Return how the asker is probably told: by the contact that they left, else the way that they asked."""
    if inquiry.callback_kind == CallbackKind.EMAIL:
        return AnswerMethod.EMAIL
    if inquiry.callback_kind == CallbackKind.PHONE and inquiry.channel != Channel.TEXT:
        return AnswerMethod.PHONE
    return _TOLD_BY[inquiry.channel]


def _step(desk: Desk) -> str:
    """Return what comes next: `call`, `outcome`, `tell`, or `done`."""
    inquiry = desk.full.inquiry
    if inquiry.withdrawn:
        return "done"
    if desk.open_call is not None:
        return "outcome"
    if inquiry.status in SETTLED:
        return "done" if inquiry.answered_status is not None else "tell"
    return "call"
