"""What an operator may set, read once at start (operations.md). A misspelt name stops the start."""

import os
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self

from annotated_types import Ge, Gt, Le
from limits import RateLimitItem, parse, parse_many
from pydantic import AfterValidator, BeforeValidator, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.domain.contact import read_hours
from app.domain.due import DueTimes
from app.domain.policy import Policy
from app.domain.reach import Reach
from app.domain.sealed import Retention

PREFIX = "APP_"
Network = IPv4Network | IPv6Network


class SettingsRefused(Exception):
    """A setting is misspelt or cannot be used. The message names it, never its value."""


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _is_rate(value: str) -> str:
    (rate,) = parse_many(value)  # raises ValueError itself where it is no rate, or two
    if rate.amount < 1:
        raise ValueError("a rate that nobody may use")
    return value


def _is_database(value: str) -> str:
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("another database than SQLite, or than PostgreSQL by psycopg")
    if ":memory:" in value:
        raise ValueError("a database that each connection would have for itself")
    return value


def _are_within_reach(allowed: list[str]) -> list[str]:
    Reach.of(allowed)  # raises ValueError itself
    return allowed


def _are_hours(value: str) -> str:
    if value:
        read_hours(value)  # raises ValueError itself
    return value


def _is_origin(value: str) -> str:
    if not value or "://" in value or "+" in value or any(character.isspace() for character in value):
        raise ValueError("an origin is a URL without its scheme, without spaces and without +")
    return value


# No period reaches further: a time so far off could not be reckoned with, let alone written down.
LONGEST = timedelta(days=100 * 366)
Positive = Annotated[timedelta, Gt(timedelta(0)), Le(LONGEST)]
NotNegative = Annotated[timedelta, Ge(timedelta(0)), Le(LONGEST)]
Listed = Annotated[list[str], NoDecode, BeforeValidator(_split)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The settings; each comes from the environment as `APP_` and its name, or from `.env`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="forbid", frozen=True)

    database_url: Annotated[str, AfterValidator(_is_database)] = ""  # empty: app.db under data_dir
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: Annotated[int, Ge(0), Le(65535)] = 8000
    publication_delay: NotNegative = timedelta(hours=24)
    first_call_due: Positive = timedelta(minutes=5)
    next_call_due: Positive = timedelta(minutes=10)
    message_due: Positive = timedelta(minutes=30)
    alert_due: Positive = timedelta(minutes=5)
    callback_retention: Positive = timedelta(days=30)
    detail_retention: Positive = timedelta(days=365)
    ledger_origin: Annotated[str, AfterValidator(_is_origin)] = "localhost/ice-confirmation"
    ledger_key_file: Path | None = None  # None: ledger.key under data_dir
    session_idle: Positive = timedelta(minutes=30)
    checkpoint_interval: Positive = timedelta(minutes=1)
    vault_dir: Path | None = None  # None: vault under data_dir
    # One call answers inquiries this near; 0 turns the suggestion off.
    nearby_meters: Annotated[float, Ge(0), Le(10_000)] = 300.0
    nearby_window: Positive = timedelta(hours=4)
    ask_phone: str = ""
    ask_hours: Annotated[str, AfterValidator(_are_hours)] = ""
    metrics_allow: Networks = []
    public_rate: Annotated[str, AfterValidator(_is_rate)] = "60/minute"
    trusted_proxies: Networks = []
    webhook_allow: Annotated[Listed, AfterValidator(_are_within_reach)] = []
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_role_claim: str = ""

    @model_validator(mode="before")
    @classmethod
    def _take_ours(cls, values: dict[str, object]) -> dict[str, object]:
        """Take an empty setting for one that is not set, as compose files and shells leave it; `.env` may be shared."""
        ours = {name for name in values if name in cls.model_fields or name.upper().startswith(PREFIX)}
        return {name: values[name] for name in ours if values[name] != ""}

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_audience):
            raise ValueError("oidc_issuer and oidc_audience go together")
        return self

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'app.db'}"

    @property
    def vault_folder(self) -> Path:
        """Where the day keys are."""
        return self.vault_dir or self.data_dir / "vault"

    @property
    def ledger_key(self) -> Path:
        """Where the key is that signs the ledger's checkpoints."""
        return self.ledger_key_file or self.data_dir / "ledger.key"

    @property
    def reach(self) -> Reach:
        """What webhooks may reach."""
        return Reach.of(self.webhook_allow)

    @property
    def rate(self) -> RateLimitItem:
        """How often one address may look receipts up."""
        return parse(self.public_rate)

    @property
    def policy(self) -> Policy:
        """What the rules go by."""
        return Policy(
            due=DueTimes(self.first_call_due, self.next_call_due, self.message_due),
            retention=Retention(self.callback_retention, self.detail_retention),
            alert_due=self.alert_due,
            nearby_meters=self.nearby_meters,
            nearby_window=self.nearby_window,
        )


def read_settings() -> Settings:
    """Return the settings of this process. Raises SettingsRefused in one plain sentence."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    misspelt = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if misspelt:
        raise SettingsRefused(f"There is no setting {', '.join(misspelt)}; operations in README.md lists them all.")
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({_name(fault["loc"]) for fault in error.errors(include_input=False)})
        raise SettingsRefused(f"This setting cannot be used: {', '.join(names)}.") from None
    except UnicodeDecodeError:
        raise SettingsRefused("The file .env is no text in UTF-8.") from None


def _name(loc: tuple[int | str, ...]) -> str:
    """Return a setting's name as an operator writes it; .env gives the names in lower case with their prefix."""
    name = str(loc[0]).upper() if loc else "the OIDC settings"
    return name if not loc or name.startswith(PREFIX) else PREFIX + name
