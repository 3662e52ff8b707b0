"""Alerts as staff read them (api.md)."""

from app.domain.referral import Alert, AlertKind
from app.web.fields import Moment, Output


class AlertView(Output):
    """A notice that the order calls for. `due_at` is when it is raised again, or overdue once that was done thrice."""

    id: str
    kind: AlertKind
    inquiry_id: str
    raised_at: Moment
    due_at: Moment
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    closed_at: Moment | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertView":
        """Show an alert."""
        return cls(
            id=alert.id,
            kind=alert.kind,
            inquiry_id=alert.inquiry_id,
            raised_at=alert.raised_at,
            due_at=alert.due_at,
            acknowledged_at=alert.acknowledged_at,
            acknowledged_by=alert.acknowledged_by,
            closed_at=alert.closed_at,
        )
