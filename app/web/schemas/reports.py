"""Progress reports as people and programs read them (api.md)."""

import csv
import io
from typing import Annotated

from pydantic import Field

from app.domain.report import SMALLEST_COUNTED, By, Group, Minutes
from app.domain.status import Status
from app.service.make_report import Report
from app.web.fields import Output

FEW = f"<{SMALLEST_COUNTED}"
Count = Annotated[int | str, Field(description=f"How many; `{FEW}` outside staff where there are fewer, save none.")]


class MinutesView(Output):
    """Minutes by the nearest rank; null where too few inquiries tell any. Late entries are left out."""

    median: int | None
    p90: int | None

    @classmethod
    def of(cls, minutes: Minutes, *, to_staff: bool) -> "MinutesView":
        """Show how long it took; of a few that would tell of each."""
        told = to_staff or minutes.counted >= SMALLEST_COUNTED
        return cls(median=minutes.median if told else None, p90=minutes.p90 if told else None)


class GroupView(Output):
    """One line of a report. `group` is null for what is not told before an inquiry is settled."""

    group: str | None
    inquiries: Count
    by_status: dict[Status, Count]
    minutes_to_call: MinutesView
    minutes_to_answer: MinutesView

    @classmethod
    def of(cls, group: Group, *, to_staff: bool) -> "GroupView":
        """Show a group."""
        return cls(
            group=group.name,
            inquiries=_count(group.inquiries, to_staff=to_staff),
            by_status={status: _count(number, to_staff=to_staff) for status, number in group.by_status.items()},
            minutes_to_call=MinutesView.of(group.to_call, to_staff=to_staff),
            minutes_to_answer=MinutesView.of(group.to_answer, to_staff=to_staff),
        )


class ReportView(Output):
    """How many inquiries were asked, how they stand, and how long they took: what is public of them."""

    by: By
    groups: list[GroupView]
    total: GroupView

    @classmethod
    def of(cls, made: Report, *, to_staff: bool) -> "ReportView":
        """Show a report."""
        return cls(
            by=made.by,
            groups=[GroupView.of(each, to_staff=to_staff) for each in made.groups],
            total=GroupView.of(made.total, to_staff=to_staff),
        )

    def csv(self) -> str:
        """Return the groups as CSV, a line each, the total last."""
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(
            [
                self.by.value,
                "inquiries",
                *Status,
                "minutes_to_call_median",
                "minutes_to_call_p90",
                "minutes_to_answer_median",
                "minutes_to_answer_p90",
            ]
        )
        for each, name in [*((group, group.group or "") for group in self.groups), (self.total, "total")]:
            minutes = (each.minutes_to_call, each.minutes_to_answer)
            rows.writerow(
                [
                    name,
                    each.inquiries,
                    *(each.by_status[status] for status in Status),
                    *("" if value is None else value for told in minutes for value in (told.median, told.p90)),
                ]
            )
        return text.getvalue()


def _count(number: int, *, to_staff: bool) -> int | str:
    return number if to_staff or number == 0 or number >= SMALLEST_COUNTED else FEW
