"""Who does a thing: a token or a signed-in person, with one role; or the service itself."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do (api.md, Who may what)."""

    INTAKE = "intake"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class ByRole(StrEnum):
    """The role that an event names: one of the above, or what acts without a token."""

    INTAKE = "intake"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    OPERATOR = "operator"  # somebody at the machine's command line
    SERVICE = "service"  # the service by its clock: what is due is erased


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. `id` is the token's; events keep it, nothing public does."""

    id: str
    role: ByRole
    name: str


OPERATOR = Actor(id="operator", role=ByRole.OPERATOR, name="operator")
SERVICE = Actor(id="service", role=ByRole.SERVICE, name="service")
