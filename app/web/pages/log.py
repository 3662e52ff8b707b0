"""The public log as pages: how to ask, the list, and one entry with its timeline and the browser's own check."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup
from sqlmodel import Session

from app.domain.contact import DAYS
from app.domain.errors import InvalidRequest, NotFound
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.log_number import log_number, read_log_number
from app.domain.moment import DENVER, day_in_denver
from app.domain.publication import Leaf, public_leaves
from app.domain.status import SETTLED, Status
from app.service.read_data_register import length_in_words
from app.store import log
from app.store.log import LogFilter, LogList, Position
from app.web.access import PUBLIC, allowed
from app.web.api.log import CACHE_CONTROL, cursor_of, position_of
from app.web.messages import catalogue, translator
from app.web.pages.frame import clock_time, language_of, moment, public_page, render
from app.web.pages.telephone import telephone
from app.web.pages.timeline import by_day, in_short, timeline
from app.web.public_lane import keep
from app.web.public_log import LogVersion, public_log_of
from app.web.service import service_of

router = APIRouter(include_in_schema=False)
PAGE = 50
_DAY = re.compile("|".join(DAYS))
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": tuple(status for status in Status if status in SETTLED),
    "source": tuple(Source),
    "area_command": tuple(AreaCommand),
    "activity": tuple(Activity),
}
_LISTED = {**_CHOICES, "status": (*_CHOICES["status"], "withdrawn", "unsettled")}
_OF_THE_CHECK = tuple(key.removeprefix("public.check.") for key in catalogue("en") if key.startswith("public.check."))
_NOT_IN_AN_ATTRIBUTE = {"heading", "lead", "button", "no_script"}


@router.get("/")
@allowed(PUBLIC)
async def home(request: Request) -> Response:
    """Return how to ask, and the log. What an address asks in vain is passed over: this is a page."""
    version = await public_log_of(request).version()
    keep(request)
    service, asked, lang = service_of(request), request.query_params, language_of(request)
    chosen = {name: asked.get(name, "") for name in ("from", "until", *_CHOICES)}
    listed = LogList(chosen["status"]) if chosen["status"] in {"withdrawn", "unsettled"} else LogList.SETTLED
    narrowed = _narrowed(chosen, listed, version)
    after = _after(asked.get("cursor"))
    rows = await service.read(lambda session: log.page(session, narrowed, after=after, limit=PAGE + 1))
    narrowing = {name: value for name, value in chosen.items() if value}
    following = {**narrowing, "lang": lang}
    if len(rows) > PAGE:
        following["cursor"] = cursor_of(rows[PAGE - 1].position)
    response = public_page(
        request,
        "home.html",
        ask_phone=telephone(service.settings.ask_phone),
        ask_hours=_in_words(service.settings.ask_hours, lang),
        delay=_delay(service.settings.publication_delay, lang),
        listed=listed.value,
        narrowed=bool(narrowing.keys() - ({"status"} if listed is not LogList.SETTLED else set())),
        chosen=chosen,
        choices=list(_CHOICES.items()),
        entries=[_shown(row.entry, lang) for row in rows[:PAGE]],
        next_page=f"/?{urlencode(following)}#log" if len(rows) > PAGE else None,
        on_later_page=after is not None,
        data_query=Markup(_data_query(narrowing)),  # noqa: S704  # percent-encoded
    )
    return _public(response, version)


def _in_words(hours: str, lang: str) -> str:
    """Return hours with the days as a language writes them: `Mo-Fr 08:00-17:00` as `lun-vie 08:00-17:00`."""
    t = translator(lang)
    return _DAY.sub(lambda day: t(f"words.day.{day[0]}"), hours)


@router.get("/log")
@allowed(PUBLIC)
async def find(request: Request) -> RedirectResponse:
    """Lead to the entry with a number as people say it, `26-123`; to the log where none was given."""
    lang, said = language_of(request), request.query_params.get("number", "").strip()
    if not said:
        return RedirectResponse(f"/?lang={lang}#log", 303)
    read = read_log_number(said, this_year=day_in_denver(service_of(request).clock()).year)
    return RedirectResponse(f"/log/{log_number(*read) if read else 'unknown'}?lang={lang}", 303)


@router.get("/log/{number}")
@allowed(PUBLIC)
async def entry(request: Request, number: str) -> Response:
    """Return one entry; a number as people say it (`26-123`) leads there. Raises NotFound."""
    version = await public_log_of(request).version()
    service, lang = service_of(request), language_of(request)
    read = read_log_number(number, this_year=day_in_denver(service.clock()).year)
    if read is None:
        raise NotFound
    canonical = log_number(*read)
    if number != canonical:
        return RedirectResponse(f"/log/{canonical}?lang={lang}", 308)
    found = await service.read(lambda session: _entry_and_leaves(session, canonical, version))
    if found is None:
        raise NotFound
    keep(request)
    told, leaves = found
    response = public_page(
        request,
        "entry.html",
        entry=told,
        days=by_day(timeline(leaves, told, translator(lang))) if "calls" in told else [],
        check_words=[name for name in _OF_THE_CHECK if name not in _NOT_IN_AN_ATTRIBUTE],
    )
    return _public(response, version)


def _entry_and_leaves(session: Session, number: str, version: LogVersion) -> tuple[dict[str, Any], list[Leaf]] | None:
    row = log.find(session, number, version.unsettled_before)
    if row is None:
        return None
    cut = log.publication(session).cut
    return orjson.loads(row.entry), public_leaves(log.leaves_of(session, [number])[number], cut)


@lru_cache(maxsize=4096)
def _shown(entry: str, lang: str) -> Markup | dict[str, Any]:
    """Return a settled entry's row of the list, else what it tells. It is shown often and changes seldom."""
    told: dict[str, Any] = orjson.loads(entry)
    if "calls" not in told:
        return told
    line = in_short(told, translator(lang), lambda at, since: _said(at, since, lang))
    return Markup(render("log_row.html", lang=lang, path="", entry=told, line=line))  # noqa: S704  # escaped there


def _said(at: datetime, since: datetime, lang: str) -> str:
    """Return a time of day; with its day where that is another."""
    return clock_time(at) if day_in_denver(at) == day_in_denver(since) else moment(at, lang)


def _data_query(narrowing: Mapping[str, str]) -> str:
    """Return what narrows the same list as data; there the last day is not included."""
    query = dict(narrowing)
    last = _midnight(query.pop("until", ""), days_on=1)
    if last:
        query["to"] = day_in_denver(last).isoformat()
    if "from" in query and _midnight(query["from"]) is None:
        del query["from"]
    query = {name: value for name, value in query.items() if name not in _CHOICES or value in _LISTED[name]}
    if query.get("status") in {"withdrawn", "unsettled"}:
        query = {name: value for name, value in query.items() if name in {"status", "from", "to"}}
    return f"{urlencode(query)}&amp;" if query else ""


def _narrowed(chosen: Mapping[str, str], listed: LogList, version: LogVersion) -> LogFilter:
    narrowed = LogFilter(
        unsettled_before=version.unsettled_before,
        listed=listed,
        asked_from=_midnight(chosen["from"]),
        asked_to=_midnight(chosen["until"], days_on=1),
    )
    if listed is not LogList.SETTLED:
        return narrowed
    return replace(
        narrowed,
        status=Status(chosen["status"]) if chosen["status"] in _CHOICES["status"] else None,
        source=Source(chosen["source"]) if chosen["source"] in _CHOICES["source"] else None,
        area_command=(
            AreaCommand(chosen["area_command"]) if chosen["area_command"] in _CHOICES["area_command"] else None
        ),
        activity=Activity(chosen["activity"]) if chosen["activity"] in _CHOICES["activity"] else None,
    )


def _midnight(text: str, *, days_on: int = 0) -> datetime | None:
    """Return when a day begins in Albuquerque; None where the text is no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=days_on)
        return datetime(day.year, day.month, day.day, tzinfo=DENVER).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _after(cursor: str | None) -> Position | None:
    try:
        return position_of(cursor)
    except InvalidRequest:
        return None


def _delay(delay: timedelta, lang: str) -> str:
    """Return the publication delay in words; nothing where there is none."""
    if not delay:
        return ""
    units = ("día", "hora", "minuto", "segundo") if lang == "es" else ("day", "hour", "minute", "second")
    return length_in_words(delay, *units)


def _public(response: Response, version: LogVersion) -> Response:
    """Let a page be kept until the log changes."""
    response.headers["Last-Modified"] = format_datetime(version.changed_at, usegmt=True)
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
