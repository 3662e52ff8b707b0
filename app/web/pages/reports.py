"""The progress reports as charts with a table under each."""

from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup

from app.domain.report import By
from app.web.access import PUBLIC, allowed
from app.web.api.refusals import public_refusals
from app.web.api.reports import made
from app.web.charts import Bar, bars
from app.web.messages import translator
from app.web.pages.frame import day_in_words, language_of, month_in_words, public_page
from app.web.schemas.reports import GroupView, ReportView

router = APIRouter(include_in_schema=False)
_WORDS = {By.AREA_COMMAND: "area_command", By.SOURCE: "source", By.ACTIVITY: "activity"}


@router.get("/reports")
@allowed(PUBLIC)
async def reports(request: Request) -> Response:
    """Return the figures. What an address asks in vain is passed over: this is a page."""
    asked = request.query_params
    by = next((each for each in By if each == asked.get("by")), By.MONTH)
    first, last = _day(asked.get("from")), _day(asked.get("until"))
    end = last + timedelta(days=1) if last and last < date.max else None
    view = ReportView.of(await made(request, first, end, by), to_staff=False)
    lang = language_of(request)
    t = translator(lang)
    by_word = t(f"public.reports.{by}")
    rows = [(_name(group, by, lang), group) for group in view.groups]
    inquiries = [Bar(label, group.inquiries) for label, group in rows]
    minutes = [Bar(label, group.minutes_to_answer.median) for label, group in rows]
    narrowing = {name: day.isoformat() for name, day in (("from", first), ("to", end)) if day}
    return public_page(
        request,
        "reports.html",
        by=by,
        divisions=list(By),
        by_word=by_word,
        chosen={"from": first, "until": last},
        csv=f"/v1/reports/summary?{urlencode({'by': by.value, **narrowing, 'format': 'csv'})}",
        rows=rows,
        total=view.total,
        inquiries_chart=Markup(bars(t("public.reports.chart_inquiries", by=by_word), inquiries)),  # noqa: S704  # made and escaped there
        minutes_chart=Markup(bars(t("public.reports.chart_minutes", by=by_word), minutes)),  # noqa: S704  # as above
        refusals=[(month_in_words(each.month, lang), each) for each in await public_refusals(request)],
    )


def _name(group: GroupView, by: By, lang: str) -> str:
    """Return what a line of the report is called."""
    t = translator(lang)
    if group.group is None:
        return t("public.reports.untold")
    if by is By.MONTH:
        return month_in_words(group.group, lang)
    if by is By.DAY:
        return day_in_words(date.fromisoformat(group.group), lang)
    if by is By.WEEK:
        return t("public.reports.week_named", week=group.group)
    return t(f"words.{_WORDS[by]}.{group.group}")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
