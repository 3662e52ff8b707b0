"""The progress reports as charts with a table under each."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.domain.report import By
from app.web.access import PUBLIC, allowed
from app.web.api.refusals import public_refusals
from app.web.api.reports import made
from app.web.charts import Bar, bars
from app.web.messages import translator
from app.web.pages.frame import language_of, page
from app.web.schemas.reports import GroupView, ReportView

router = APIRouter(include_in_schema=False)
_WORDS = {By.AREA_COMMAND: "area_command", By.SOURCE: "source", By.ACTIVITY: "activity"}


@router.get("/reports")
@allowed(PUBLIC)
async def reports(request: Request) -> HTMLResponse:
    """Return the figures. What an address asks in vain is passed over: this is a page."""
    asked = request.query_params
    by = next((each for each in By if each == asked.get("by")), By.MONTH)
    view = ReportView.of(await made(request, _day(asked.get("from")), _day(asked.get("to")), by), to_staff=False)
    lang = language_of(request)
    t = translator(lang)
    by_word = t(f"public.reports.{by}")

    def name(group: GroupView) -> str:
        if group.group is None:
            return t("public.reports.untold")
        return t(f"words.{_WORDS[by]}.{group.group}") if by in _WORDS else group.group

    rows = [(name(group), group) for group in view.groups]
    inquiries = [Bar(label, group.inquiries) for label, group in rows]
    minutes = [Bar(label, group.minutes_to_answer.median) for label, group in rows]
    return page(
        request,
        "reports.html",
        by=by,
        divisions=list(By),
        by_word=by_word,
        rows=rows,
        total=view.total,
        inquiries_chart=Markup(bars(t("public.reports.chart_inquiries", by=by_word), inquiries)),  # noqa: S704  # made and escaped there
        minutes_chart=Markup(bars(t("public.reports.chart_minutes", by=by_word), minutes)),  # noqa: S704  # as above
        refusals=await public_refusals(request),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
