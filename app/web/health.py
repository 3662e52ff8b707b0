"""Whether the service lives, whether it can do its work, and its figures."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.store.engine import commits_reach_the_disk
from app.store.migrate import is_current, rewrite_version
from app.store.session import WriteSession
from app.store.writer import DatabaseUnavailable, OutcomeUnknown, WriterStopped
from app.web.access import PUBLIC, allowed
from app.web.documented import problems
from app.web.fields import Output
from app.web.limits import read_address
from app.web.problems import RETRY_AFTER_SECONDS, HttpRefusal
from app.web.route import ContractRoute
from app.web.service import Service, service_of

router = APIRouter(tags=["service"], route_class=ContractRoute)
# What proxies add, beside every header whose name begins with x-forwarded.
_FORWARDING = frozenset({"forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip"})


class Alive(Output):
    """The process answers."""

    status: str


class Readiness(Output):
    """What the service needs for its work, each as `ok` or what is wrong, and what it judges texts by."""

    status: str
    database: str
    migrations: str
    writer: str
    clock: str
    vault: str
    ledger: str
    screen_version: str
    erasing: str
    erasures_waiting: int


@router.get("/healthz", summary="Is it alive?", response_model=Alive, responses=problems())
@allowed(PUBLIC)
async def healthz() -> Response:
    """Answer as long as the process does."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@router.get(
    "/readyz",
    summary="Can it do its work?",
    response_model=Readiness,
    responses={**problems(), 503: {"model": Readiness, "description": "It cannot; what is not `ok` says why."}},
)
@allowed(PUBLIC)
async def readyz(request: Request) -> Response:
    """Tell whether inquiries can be logged."""
    readiness = await _readiness(service_of(request))
    status, headers = 200, {"Cache-Control": "no-store"}
    if readiness.status != "ok":
        status, headers["Retry-After"] = 503, str(RETRY_AFTER_SECONDS)
    return Response(readiness.model_dump_json(), status, headers, media_type="application/json")


async def _readiness(service: Service) -> Readiness:
    checks = {
        "database": "ok",
        "migrations": "ok",
        "writer": "ok",
        "vault": "ok",
        "ledger": "ok",
        "clock": service.clock_watch.state(),
    }
    try:
        if not await service.on_thread(lambda: commits_reach_the_disk(service.database)):
            checks["database"] = "commits may not reach the disk"
        if not await service.on_thread(lambda: is_current(service.database)):
            checks["migrations"] = "run `python -m app migrate`"
    except DatabaseUnavailable:
        checks["database"] = "cannot be read"
    try:
        await service.writer.run(rewrite_version if service.writer.lost else _nothing)
    except (DatabaseUnavailable, OutcomeUnknown, WriterStopped):
        checks["writer"] = "cannot write"
    if not service.vault.can_be_used():
        checks["vault"] = "the folder of day keys cannot be used"
    if service.soundness.difference is not None:
        checks["ledger"] = f"not sound from {service.soundness.difference}"
    ready = all(state == "ok" for state in checks.values())
    return Readiness(
        status="ok" if ready else "not ready",
        screen_version=service.screen_version,
        erasing=service.clock_watch.erasing_state(),
        erasures_waiting=service.writer.erasures_waiting,
        **checks,
    )


def _nothing(_session: WriteSession) -> None:
    """Write nothing: the lock is had, and whoever asks again and again costs the disk nothing."""


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response, responses=problems("forbidden"))
@allowed(PUBLIC)
async def metrics(request: Request) -> Response:
    """Return this process's figures, to loopback and the networks of APP_METRICS_ALLOW."""
    service = service_of(request)
    if not _may_see_metrics(request, service):
        raise HttpRefusal("forbidden", "Figures are for this machine and the networks of APP_METRICS_ALLOW.")
    service.metrics.erasures_waiting.set(service.writer.erasures_waiting)
    return Response(service.metrics.text(), media_type=service.metrics.content_type)


def _may_see_metrics(request: Request, service: Service) -> bool:
    if any(name in _FORWARDING or name.startswith("x-forwarded") for name in request.headers):
        return False
    address = read_address(request.client.host if request.client else "")
    if address is None:
        return False
    return address.is_loopback or any(address in network for network in service.settings.metrics_allow)
