"""What calls for somebody: alerts, corrections of what was told, and the webhooks by which other systems hear of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.delivery import DeliveryState
from app.domain.referral import SECTION_OF_ORDER
from app.domain.webhook import MessageType
from app.service.looking_up import the_webhook
from app.service.read_alerts import alerts_with_inquiries, told_the_old_answer
from app.service.read_deliveries import list_deliveries
from app.store.directory import token_names
from app.store.webhooks import webhooks
from app.web.access import OVERSEES, READS, allowed
from app.web.pages.console_frame import ConsoleRoute, console_page
from app.web.service import service_of

router = APIRouter(prefix="/console", include_in_schema=False, route_class=ConsoleRoute)
_AT_MOST = 200


@router.get("/alerts")
@allowed(READS)
async def alerts(request: Request) -> Response:
    """Return the alerts: those that wait first, then the others as a history."""
    service = service_of(request)
    found = await service.read(lambda session: alerts_with_inquiries(session, acknowledged=None))
    people = {each.alert.acknowledged_by for each in found if each.alert.acknowledged_by}
    names = await service.read(lambda session: token_names(session, people))
    waiting = [each for each in found if each.alert.waits]
    history = [each for each in found if not each.alert.waits]
    return console_page(
        request, "alerts.html", waiting=waiting, history=history, names=names, section_of=SECTION_OF_ORDER
    )


@router.get("/corrections")
@allowed(READS)
async def corrections(request: Request) -> Response:
    """Return who was told an answer that no longer stands, with what and when."""
    found = await service_of(request).read(told_the_old_answer)
    return console_page(request, "corrections.html", found=found)


@router.get("/webhooks")
@allowed(OVERSEES)
async def endpoints(request: Request) -> Response:
    """Return the endpoints, newest first, without their secrets."""
    service = service_of(request)
    found, _ = await service.read(lambda session: webhooks.page(session, before=None, limit=_AT_MOST))
    return console_page(request, "webhooks.html", webhooks=found, events=tuple(MessageType))


@router.get("/webhooks/{webhook_id}")
@allowed(OVERSEES)
async def deliveries(request: Request, webhook_id: str) -> Response:
    """Return how the deliveries to an endpoint stand; those that failed alone, where the query says so."""
    failed = request.query_params.get("state") == DeliveryState.FAILED
    state = DeliveryState.FAILED if failed else None
    service = service_of(request)
    webhook = await service.read(lambda session: the_webhook(session, webhook_id))
    found, _ = await service.read(
        lambda session: list_deliveries(session, webhook_id, state, before=None, limit=_AT_MOST)
    )
    return console_page(request, "deliveries.html", webhook=webhook, deliveries=found, failed=failed)
