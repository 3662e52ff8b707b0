"""Who may call a route: each declares its roles, and one that declares none does not start."""

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread
from fastapi import Request

from app.domain.actor import Actor, ByRole, Role
from app.service.keep_tokens import hash_of
from app.store.point_reads import KnownToken
from app.web.problems import HttpRefusal
from app.web.service import service_of
from app.web.sessions import COOKIE, SAME_ORIGIN_HEADER, is_same_origin, session_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])

PUBLIC: frozenset[Role] = frozenset()
EVERY_ROLE = frozenset(Role)
LOGS = frozenset({Role.INTAKE, Role.DISPATCHER, Role.SUPERVISOR})
ACTS = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
READS = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR})
SUPERVISES = frozenset({Role.SUPERVISOR})
OVERSEES = frozenset({Role.SUPERVISOR, Role.AUDITOR})

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ice-confirmation"'}
_LONGEST_TOKEN = 200
_SAFE = frozenset({"GET", "HEAD"})


def allowed(roles: frozenset[Role]) -> Callable[[Endpoint], Endpoint]:
    """Declare who may call a route."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.allowed_roles = roles  # type: ignore[attr-defined]  # read by `roles_of`
        return endpoint

    return declare


def roles_of(endpoint: Callable[..., object]) -> frozenset[Role]:
    """Return who may call a route. Raises AttributeError where it declares nobody, not even PUBLIC."""
    roles: frozenset[Role] = endpoint.allowed_roles  # type: ignore[attr-defined]  # set by `allowed`
    return roles


async def authenticate(request: Request, roles: frozenset[Role]) -> Actor:
    """Return who sends a request. Raises `unauthenticated`, `forbidden`, `rate-limited`."""
    if "authorization" not in request.headers and COOKIE in request.cookies:
        return _permitted(request, await _signed_in(request), roles)
    service = service_of(request)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(secret.strip()) <= _LONGEST_TOKEN:
        raise HttpRefusal("unauthenticated", headers=_CHALLENGE)
    secret_hash = hash_of(secret.strip())
    reads = service.point_reads
    token = reads.token(secret_hash) if reads.in_place else await to_thread.run_sync(reads.token, secret_hash)
    if token is None or not _is_live(token, request):
        service.limits.wrong_token(request)
        raise HttpRefusal("unauthenticated", headers=_CHALLENGE)
    return _permitted(request, token, roles)


async def _signed_in(request: Request) -> KnownToken:
    """Return the token by which somebody is signed in at the console. A change must come from a page of ours."""
    session = await session_of(request)
    if session is None:
        raise HttpRefusal("unauthenticated", headers=_CHALLENGE)
    if request.method not in _SAFE and not is_same_origin(request, request.headers.get(SAME_ORIGIN_HEADER, "")):
        raise HttpRefusal("forbidden", "A change from the console needs the page's own same-origin token.")
    return session.token


def _permitted(request: Request, token: KnownToken, roles: frozenset[Role]) -> Actor:
    if token.role not in roles:
        raise HttpRefusal("forbidden")
    request.scope["token_id"] = token.id
    return Actor(token.id, ByRole(token.role.value), token.name)


def _is_live(token: KnownToken, request: Request) -> bool:
    now = service_of(request).clock()
    return token.revoked_at is None and (token.expires_at is None or now < token.expires_at)


def actor_of(request: Request) -> Actor:
    """Return who sends a request, as `authenticate` found."""
    actor: Actor = request.scope["actor"]
    return actor
