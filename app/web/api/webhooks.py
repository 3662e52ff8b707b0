"""Webhooks, over HTTP: the endpoints, their secrets, and how their deliveries stand."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.delivery import DeliveryState
from app.domain.webhook import Webhook
from app.service.keep_webhooks import NewWebhook, add_webhook, change_webhook, remove_webhook, rotate_secret
from app.service.looking_up import the_webhook
from app.service.read_deliveries import list_deliveries, read_delivery
from app.service.retry_delivery import retry_delivery
from app.store.session import WriteSession
from app.store.webhooks import webhooks
from app.web import examples
from app.web.access import OVERSEES, SUPERVISES, allowed
from app.web.changing import Change, Shown, if_match, make
from app.web.documented import BODY, REPEATABLE, TOKEN, changed, example, got, post, problems
from app.web.reachable import refusal_of
from app.web.reading import Cursor, Limit, Page, from_cursor, one, page_of, page_response
from app.web.route import ContractRoute
from app.web.schemas.webhooks import DeliveryView, NewWebhookView, WebhookChange, WebhookInput, WebhookView
from app.web.service import service_of

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=ContractRoute)
COLLECTION = "/v1/webhooks"


@router.post(
    "",
    status_code=201,
    summary="Add a webhook",
    response_model=NewWebhookView,
    responses={
        201: example({**examples.WEBHOOK, "secret": "whsec_…"}, "Added. The secret is shown this once."),
        **problems(*TOKEN, *BODY, "protected-detail", *REPEATABLE),
    },
    openapi_extra=post(),
)
@allowed(SUPERVISES)
async def add(request: Request, body: WebhookInput) -> Response:
    """Add an endpoint that takes events. Its secret is in this answer alone; repeated, it is null."""
    service = service_of(request)
    refused = await refusal_of(service, body.url)
    new = NewWebhook(body.url, body.description, tuple(body.events))

    def use_case(session: WriteSession, by: Actor, at: datetime) -> tuple[Webhook, str]:
        if refused is not None:
            raise refused
        return add_webhook(session, service.webhook_secrets, new, by, at)

    return await make(
        request,
        Change(
            use_case=use_case,
            identify=lambda added: added[0].id,
            show=_show_without_secret,
            first=_show_with_secret,
            created=COLLECTION,
            texts=body.texts(),
        ),
    )


@router.get(
    "", summary="List webhooks", response_model=Page[WebhookView], responses=problems(*TOKEN, "invalid-request")
)
@allowed(OVERSEES)
async def listed(request: Request, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """Return the endpoints, newest first, without their secrets."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(
        lambda session: webhooks.page(session, before=before, limit=limit)
    )
    return page_response(request, page_of([WebhookView.of(each) for each in found], following), following)


@router.get(
    "/{webhook_id}",
    summary="Read a webhook",
    response_model=WebhookView,
    responses={200: example(examples.WEBHOOK, "As it stands."), **problems(*TOKEN, "not-found", "precondition-failed")},
    openapi_extra=got(),
)
@allowed(OVERSEES)
async def read(request: Request, webhook_id: str) -> Response:
    """Return an endpoint without its secret."""
    return await one(request, lambda session: _show(session, webhook_id))


@router.patch(
    "/{webhook_id}",
    summary="Change a webhook",
    response_model=WebhookView,
    responses=problems(*TOKEN, *BODY, "protected-detail", "not-found", "precondition-failed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(SUPERVISES)
async def change(request: Request, webhook_id: str, body: WebhookChange) -> Response:
    """Change what the body names; the rest stays. `active` false sends nothing more, true sends again."""
    expected, changes = if_match(request), body.model_dump(exclude_unset=True)
    refused = await refusal_of(service_of(request), body.url) if "url" in changes else None
    if "events" in changes:
        changes["events"] = tuple(body.events)

    def use_case(session: WriteSession, by: Actor, at: datetime) -> Webhook:
        the_webhook(session, webhook_id, expected)
        if refused is not None:
            raise refused
        return change_webhook(session, webhook_id, changes, expected, by, at)

    return await make(
        request,
        Change(
            use_case=use_case,
            identify=lambda webhook: webhook.id,
            show=_show,
            texts=body.texts(),
            found=lambda session: the_webhook(session, webhook_id, expected),
        ),
    )


@router.delete(
    "/{webhook_id}",
    summary="Remove a webhook",
    response_model=WebhookView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", "outcome-unknown"),
    openapi_extra=changed(),
)
@allowed(SUPERVISES)
async def remove(request: Request, webhook_id: str) -> Response:
    """Remove an endpoint, its secrets and what was on its way to it; answered with what it was."""
    expected = if_match(request)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: remove_webhook(session, webhook_id, expected, by, at),
            identify=lambda webhook: webhook.id,
            show=_show,
            first=_show_removed,
        ),
    )


@router.post(
    "/{webhook_id}/secret",
    summary="Rotate a webhook's secret",
    response_model=NewWebhookView,
    responses={
        200: example({**examples.WEBHOOK, "secret": "whsec_…"}, "Rotated. The new secret is shown this once."),
        **problems(*TOKEN, "not-found", "precondition-failed", *REPEATABLE),
    },
    openapi_extra=post(if_match=True),
)
@allowed(SUPERVISES)
async def rotate(request: Request, webhook_id: str) -> Response:
    """Make a new secret, which is in this answer alone. The older one signs beside it for 24 hours."""
    service, expected = service_of(request), if_match(request)
    return await make(
        request,
        Change(
            use_case=lambda session, by, at: rotate_secret(
                session, service.webhook_secrets, webhook_id, expected, by, at
            ),
            identify=lambda rotated: rotated[0].id,
            show=_show_without_secret,
            first=_show_with_secret,
        ),
    )


@router.get(
    "/{webhook_id}/deliveries",
    summary="List a webhook's deliveries",
    response_model=Page[DeliveryView],
    responses=problems(*TOKEN, "invalid-request", "not-found"),
)
@allowed(OVERSEES)
async def deliveries(
    request: Request,
    webhook_id: str,
    state: Annotated[DeliveryState | None, Query(description="How they stand.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Return how the deliveries to an endpoint stand, newest first, without what was sent or answered."""
    before = from_cursor(cursor)
    found, following = await service_of(request).read(
        lambda session: list_deliveries(session, webhook_id, state, before=before, limit=limit)
    )
    return page_response(request, page_of([DeliveryView.of(*each) for each in found], following), following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/retry",
    summary="Retry a delivery",
    response_model=DeliveryView,
    responses=problems(*TOKEN, "not-found", "precondition-failed", *REPEATABLE),
    openapi_extra=post(if_match=True),
)
@allowed(SUPERVISES)
async def retry(request: Request, webhook_id: str, delivery_id: str) -> Response:
    """Send a message again now, under the same id, whatever became of it; then by the schedule."""
    expected = if_match(request)

    def show(session: Session, _delivery_id: str) -> Shown:
        delivery, message = read_delivery(session, webhook_id, delivery_id)
        return Shown(DeliveryView.of(delivery, message), delivery.newest_event)

    return await make(
        request,
        Change(
            use_case=lambda session, by, at: retry_delivery(session, webhook_id, delivery_id, expected, by, at),
            identify=lambda delivery: delivery.id,
            show=show,
        ),
    )


def _show(session: Session, webhook_id: str) -> Shown:
    webhook = the_webhook(session, webhook_id)
    return Shown(WebhookView.of(webhook), webhook.newest_event)


def _show_without_secret(session: Session, webhook_id: str) -> Shown:
    webhook = the_webhook(session, webhook_id)
    return Shown(NewWebhookView.created(webhook, None), webhook.newest_event)


async def _show_with_secret(added: tuple[Webhook, str]) -> Shown:
    webhook, secret = added
    return Shown(NewWebhookView.created(webhook, secret), webhook.newest_event)


async def _show_removed(webhook: Webhook) -> Shown:
    return Shown(WebhookView.of(webhook), webhook.newest_event)
