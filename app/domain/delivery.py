"""How often and when a message is tried, and what an attempt may come to (security.md, Retries)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# When a message is tried, counted from the first attempt: ten attempts in a day.
SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# Each pause is longer or shorter by up to this share, so that many messages do not come back at one moment.
JITTER = 0.1
# What was delivered, or has failed, is kept this long.
DELIVERIES_KEPT = timedelta(days=30)
# After a rotation the older secret signs too for this long.
OLDER_SECRET_SIGNS = timedelta(hours=24)


class DeliveryState(StrEnum):
    """Where the delivery of a message to an endpoint stands."""

    WAITING = "waiting"  # to be tried, at once or later
    DELIVERED = "delivered"
    FAILED = "failed"  # after the last attempt, or at an endpoint that is gone; tried again by hand alone


class Result(StrEnum):
    """What an attempt came to. Nothing of an answer's body is ever kept."""

    ACCEPTED = "accepted"  # 2xx, the only success
    GONE = "gone"  # 410: the endpoint wants no more
    REDIRECTED = "redirected"  # 3xx, never followed
    REFUSED = "refused"  # any other status
    NO_CONNECTION = "no_connection"
    BAD_CERTIFICATE = "bad_certificate"
    TIMED_OUT = "timed_out"
    BROKEN_ANSWER = "broken_answer"  # no HTTP, closed at once, or longer than what is read
    NOT_SIGNED = "not_signed"  # the key that seals the secrets is another one now
    MAY_NOT_BE_REACHED = "may_not_be_reached"  # the name leads to an address that webhooks are kept from


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt came to; `status` is the answer's status code, where there was one."""

    result: Result
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message on its way to one endpoint.

    `position` orders the deliveries as their events happened. `step` counts the attempts of this run of the schedule,
    which a replay by hand begins anew; `attempts` counts all. `due_at` is None before the first attempt, which waits
    for no clock, and once nothing is to be tried. `leased_by` names the worker that has it.
    """

    id: str
    position: int
    message_id: str
    webhook_id: str
    state: DeliveryState
    step: int
    attempts: int
    due_at: datetime | None
    leased_by: str | None
    last_tried_at: datetime | None
    last_result: Result | None
    last_status: int | None
    newest_event: int


def pause_after(step: int, chance: float) -> timedelta | None:
    """Return how long to wait after the attempt that was the `step`th (from 1), or None after the last.

    `chance` is a random number from 0 to 1. Pauses and not moments: a service that was down makes no haste after.
    """
    if step >= len(SCHEDULE):
        return None
    return (SCHEDULE[step] - SCHEDULE[step - 1]) * (1 + JITTER * (2 * chance - 1))


def after_attempt(delivery: Delivery, attempt: Attempt, at: datetime, chance: float) -> Delivery:
    """Return a delivery after an attempt: delivered, to be tried again, or failed."""
    step = delivery.step + 1
    tried = replace(
        delivery,
        step=step,
        attempts=delivery.attempts + 1,
        due_at=None,
        leased_by=None,
        last_tried_at=at,
        last_result=attempt.result,
        last_status=attempt.status,
    )
    if attempt.result is Result.ACCEPTED:
        return replace(tried, state=DeliveryState.DELIVERED)
    pause = None if attempt.result is Result.GONE else pause_after(step, chance)
    if pause is None:
        return replace(tried, state=DeliveryState.FAILED)
    return replace(tried, due_at=at + pause)


def replayed(delivery: Delivery, at: datetime) -> Delivery:
    """Return a delivery that is tried again by hand: now, and then by the schedule. Its message keeps its id."""
    return replace(delivery, state=DeliveryState.WAITING, step=0, due_at=at)


def result_of_status(status: int) -> Result:
    """Return what an answer's status code comes to."""
    if 200 <= status < 300:  # noqa: PLR2004  # successes (RFC 9110, 15.3)
        return Result.ACCEPTED
    if status == 410:  # noqa: PLR2004  # gone (RFC 9110, 15.5.11)
        return Result.GONE
    return Result.REDIRECTED if 300 <= status < 400 else Result.REFUSED  # noqa: PLR2004  # redirections (15.4)
