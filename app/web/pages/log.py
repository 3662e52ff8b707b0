"""The public log as pages: how to ask, the list, and one entry with its timeline and the browser's own check."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from app.domain.errors import InvalidRequest, NotFound
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.log_number import log_number, read_log_number
from app.domain.moment import DENVER, day_in_denver
from app.domain.status import SETTLED, Status
from app.service.read_data_register import length_in_words
from app.store import log
from app.store.log import LogFilter, LogList, Position
from app.web.access import PUBLIC, allowed
from app.web.api.log import CACHE_CONTROL, cursor_of, headers_of, position_of
from app.web.messages import catalogue, translator
from app.web.pages.frame import language_of, page
from app.web.public_lane import keep
from app.web.public_log import LogVersion, public_log_of
from app.web.service import service_of

router = APIRouter(include_in_schema=False)
PAGE = 50
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": tuple(status for status in Status if status in SETTLED),
    "source": tuple(Source),
    "area_command": tuple(AreaCommand),
    "activity": tuple(Activity),
}
_OF_THE_CHECK = tuple(key.removeprefix("public.check.") for key in catalogue("en") if key.startswith("public.check."))
_NOT_IN_AN_ATTRIBUTE = {"heading", "lead", "button", "no_script"}


@router.get("/")
@allowed(PUBLIC)
async def home(request: Request) -> HTMLResponse:
    """Return how to ask, and the log. What an address asks in vain is passed over: this is a page."""
    version = await public_log_of(request).version()
    keep(request)
    service, asked = service_of(request), request.query_params
    chosen = {name: asked.get(name, "") for name in ("from", "to", *_CHOICES)}
    listed = LogList(chosen["status"]) if chosen["status"] in {"withdrawn", "unsettled"} else LogList.SETTLED
    narrowed = _narrowed(chosen, listed, version)
    after = _after(asked.get("cursor"))
    rows = await service.read(lambda session: log.page(session, narrowed, after=after, limit=PAGE + 1))
    narrowing = {name: value for name, value in chosen.items() if value}
    following = {**narrowing, "lang": language_of(request)}
    if len(rows) > PAGE:
        following["cursor"] = cursor_of(rows[PAGE - 1].position)
    response = page(
        request,
        "home.html",
        ask_phone=service.settings.ask_phone,
        delay=_delay(service.settings.publication_delay, language_of(request)),
        listed=listed.value,
        narrowed=bool(narrowing),
        chosen=chosen,
        choices=list(_CHOICES.items()),
        entries=[json.loads(row.entry) for row in rows[:PAGE]],
        next_page=f"/?{urlencode(following)}#log" if len(rows) > PAGE else None,
        on_later_page=after is not None,
        data_query=Markup(f"{urlencode(narrowing)}&amp;") if narrowing else "",  # noqa: S704  # percent-encoded
    )
    return _public(response, version)


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
    keep(request)
    row = await service.read(lambda session: log.find(session, canonical, version.unsettled_before))
    if row is None:
        raise NotFound
    told = json.loads(row.entry)
    t = translator(lang)
    response = page(
        request,
        "entry.html",
        entry=told,
        happened=_timeline(told, t) if "calls" in told else [],
        check_words=[name for name in _OF_THE_CHECK if name not in _NOT_IN_AN_ATTRIBUTE],
    )
    return _public(response, version)


def _narrowed(chosen: Mapping[str, str], listed: LogList, version: LogVersion) -> LogFilter:
    narrowed = LogFilter(
        unsettled_before=version.unsettled_before,
        listed=listed,
        asked_from=_midnight(chosen["from"]),
        asked_to=_midnight(chosen["to"]),
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


def _midnight(text: str) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=DENVER)
        return day.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _after(cursor: str | None) -> Position | None:
    try:
        return position_of(cursor)
    except InvalidRequest:
        return None


def _delay(delay: timedelta, lang: str) -> str:
    units = ("día", "hora", "minuto", "segundo") if lang == "es" else ("day", "hour", "minute", "second")
    return length_in_words(delay, *units)


def _timeline(told: Mapping[str, Any], t: Callable[..., str]) -> list[tuple[datetime, str]]:
    """Return what happened as sentences, in the order of time: asked, called, corrected, noticed."""
    outlet = f" ({t('public.entry.outlet', outlet=told['outlet'])})" if told["outlet"] else ""
    happened = [(_at(told["asked_at"]), t("public.entry.asked") + outlet)]
    for call in told["calls"]:
        if call["outcome"] is None:
            text = t("public.entry.still_calling")
        else:
            text = t("public.entry.call_ended", outcome=t(f"words.outcome.{call['outcome']}"))
        if call["agency"] is not None:
            text += f" ({t('public.entry.agency', agency=t('words.agency.' + call['agency']))})"
        happened.append((_at(call["placed_at"]), text))
    for each in told["corrections"]:
        old, new = t(f"words.outcome.{each['from']}"), t(f"words.outcome.{each['to']}")
        text = t("public.entry.corrected", call=each["call"], old=old, new=new)
        happened.append((_at(each["corrected_at"]), text))
    for alert in told["alerts"]:
        text = t("public.entry.alert", alert=t(f"words.flag.{alert['kind']}"))
        if alert["acknowledged_at"]:
            text += f", {t('public.entry.acknowledged')}"
        happened.append((_at(alert["raised_at"]), text))
    return sorted(happened, key=lambda pair: pair[0])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _public(response: HTMLResponse, version: LogVersion) -> HTMLResponse:
    """Let a page be kept until the log changes."""
    headers = headers_of(version, response.headers["content-language"])
    response.headers["ETag"] = headers["ETag"]
    response.headers["Last-Modified"] = headers["Last-Modified"]
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response
