"""The commands. Each fails with one plain sentence on standard error and a status other than 0.

Imports stand inside the commands: `serve` is to be ready in 1.5 seconds, and `--help` at once.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands import ledger, screen
from app.settings import Settings, SettingsRefused, read_settings

if TYPE_CHECKING:
    from app.store.session import WriteSession

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="APD ICE confirmation: inquiries are logged, calls recorded, a status returned.",
)
tokens = typer.Typer(no_args_is_help=True, help="Access tokens.")
app.add_typer(tokens, name="token")
ledger.add_to(app)
screen.add_to(app)


class CannotBeDone(Exception):
    """Why a command failed, in one plain sentence."""


def main() -> None:
    """Run a command."""
    try:
        app()
    except (CannotBeDone, SettingsRefused) as error:
        sys.exit(str(error))
    except Exception as error:  # noqa: BLE001  # its text may hold a value; its kind does not
        sys.exit(_sentence(error))


def _sentence(error: Exception) -> str:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # see the top

    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename} cannot be used: {error.strerror}."  # an operator's path, nothing that was submitted
    if isinstance(error, SQLAlchemyError):
        return f"The database cannot be used ({type(error).__name__}). Is APP_DATABASE_URL right, and `migrate` run?"
    return f"It failed: {type(error).__name__}. Nothing was half done."


@app.command()
def serve() -> None:
    """Serve until stopped. Example: APP_PORT=8080 python -m app serve."""
    gc.disable()  # until it serves: nothing that is loaded is garbage, and looking for some takes 0.3 s
    from app.serving import serve_until_stopped  # noqa: PLC0415  # see the top

    serve_until_stopped(_ready_settings())


@app.command()
def migrate() -> None:
    """Bring the database to this version. Example: python -m app migrate."""
    from app.store.migrate import upgrade  # noqa: PLC0415  # see the top

    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    upgrade(settings.url)


@app.command()
def welcome() -> None:
    """Tell where the pages are; to a terminal, a sign-in link, and a supervisor's token on the first start.

    Run by `make run`. Example: python -m app welcome.
    """
    from app.domain.actor import OPERATOR, Role  # noqa: PLC0415  # see the top
    from app.service.keep_tokens import NewToken, create_token  # noqa: PLC0415  # as above
    from app.service.sign_in import make_link  # noqa: PLC0415  # as above
    from app.store.directory import any_token  # noqa: PLC0415  # as above

    settings = _ready_settings()
    base = f"http://{settings.host}:{settings.port}"
    typer.echo(f"Console     {base}/console\nPublic log  {base}/\nAPI         {base}/docs")
    if not sys.stdout.isatty():
        return
    with _writing(settings) as session:
        secret = None
        if not any_token(session):
            _, secret = create_token(session, NewToken("first supervisor", Role.SUPERVISOR, None), OPERATOR, _now())
        link = make_link(session, _now())
    typer.echo(f"\nSign in once, within 10 minutes:\n{base}/console/link/{link}")
    if secret:
        typer.echo(f"\nA supervisor's token, shown this once:\n{secret}")


# A day, or a time with or without the Z by which the API and `token list` tell it.
_UTC_TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"]


@tokens.command("create")
def token_create(
    name: Annotated[str, typer.Option(help="What it is for, such as a desk or a program.")],
    role: Annotated[str, typer.Option(help="intake, dispatcher, supervisor or auditor.")],
    expires_at: Annotated[
        datetime | None, typer.Option(formats=_UTC_TIMES, help="When it ends, in UTC. Default: never.")
    ] = None,
) -> None:
    """Create a token and print its secret alone. Example: python -m app token create --name desk --role dispatcher."""
    from app.domain.actor import OPERATOR, Role  # noqa: PLC0415  # see the top
    from app.service.keep_tokens import NewToken, create_token  # noqa: PLC0415  # as above

    if role not in set(Role):
        raise CannotBeDone(f"There is no such role; use one of: {', '.join(Role)}.")
    if not name.strip() or len(name) > 100 or not name.isprintable():  # noqa: PLR2004  # as in the API
        raise CannotBeDone("A name has 1 to 100 printable characters.")
    ends = expires_at.replace(tzinfo=UTC) if expires_at else None
    if ends is not None and ends <= _now():
        raise CannotBeDone("That time is over. Give a later one, or none.")
    with _writing(_ready_settings()) as session:
        _, secret = create_token(session, NewToken(name, Role(role), ends), OPERATOR, _now())
    typer.echo(secret)


@tokens.command("list")
def token_list() -> None:
    """List the tokens, newest first, without their secrets. Example: python -m app token list."""
    from app.domain.moment import exact  # noqa: PLC0415  # see the top
    from app.store.directory import tokens as stored  # noqa: PLC0415  # as above

    with _writing(_ready_settings()) as session:
        for token in stored.page(session, before=None, limit=1_000_000)[0]:
            ends = f"revoked {exact(token.revoked_at)}" if token.revoked_at else "live"
            if token.expires_at and not token.revoked_at:
                ends = f"until {exact(token.expires_at)}"
            typer.echo(f"{token.id}  {token.role:<10}  {ends:<33}  {token.name}")


@tokens.command("revoke")
def token_revoke(token_id: Annotated[str, typer.Argument(help="The id that `token list` shows.")]) -> None:
    """Revoke a token from now on. Example: python -m app token revoke 019a9c1c-0000-7000-8000-000000000001."""
    from app.domain.actor import OPERATOR  # noqa: PLC0415  # see the top
    from app.domain.errors import NotFound  # noqa: PLC0415  # as above
    from app.service.keep_tokens import revoke_token  # noqa: PLC0415  # as above

    try:
        with _writing(_ready_settings()) as session:
            revoke_token(session, token_id, None, OPERATOR, _now())
    except NotFound:
        raise CannotBeDone("There is no token with this id; `token list` shows them.") from None


@app.command("erase-expired")
def erase_expired() -> None:
    """Erase what has been kept long enough, as `serve` does every hour. Example: python -m app erase-expired.

    It goes by this machine's clock, also after days without an event, when `serve` waits for somebody to look at it.
    """
    from app.domain.actor import OPERATOR  # noqa: PLC0415  # see the top
    from app.main import open_service  # noqa: PLC0415  # as above
    from app.service import erase_expired as erasing  # noqa: PLC0415  # as above

    service = open_service(_ready_settings())
    service.writer.start()
    callbacks = details = day_keys = 0
    on_hold = False
    try:
        more = True
        while more:
            erased = service.writer.submit(lambda session: erasing.erase_expired(session, OPERATOR, _now())).result()
            callbacks, details = callbacks + erased.callbacks, details + erased.details
            day_keys, on_hold, more = day_keys + erased.day_keys, erased.on_hold, erased.more
            typer.echo(f"\r{callbacks} contacts", nl=False, err=True)
    finally:
        service.writer.stop()
        service.database.dispose()
    typer.echo("", err=True)
    if on_hold:
        raise CannotBeDone("A legal hold stands (the file LEGAL-HOLD in APP_VAULT_DIR): nothing was erased.")
    typer.echo(f"Erased: {callbacks} contacts, {details} details, {day_keys} day keys.")


@app.command()
def openapi() -> None:
    """Print the API's document. Example: python -m app openapi > openapi/openapi.json."""
    import json  # noqa: PLC0415  # see the top
    import tempfile  # noqa: PLC0415  # as above
    from pathlib import Path  # noqa: PLC0415  # as above

    from app.main import create_app  # noqa: PLC0415  # as above

    with tempfile.TemporaryDirectory() as folder:
        service = create_app(Settings(data_dir=Path(folder)))
        document = service.openapi()
    typer.echo(json.dumps(document, indent=1, ensure_ascii=False))


@app.command("data-register")
def data_register() -> None:
    """Print what is stored, why and for how long. Example: python -m app data-register > docs/data.md."""
    from app.service.read_data_register import Periods, as_page, read_data_register  # noqa: PLC0415  # see the top

    settings = read_settings()
    periods = Periods(settings.policy.retention, settings.publication_delay, settings.checkpoint_interval)
    typer.echo(as_page(read_data_register(periods)), nl=False)


@app.command()
def demo() -> None:
    """Fill an empty database with a realistic day. Example: APP_DATA_DIR=var/demo python -m app demo."""
    from app.demo import NotEmpty, fill  # noqa: PLC0415  # see the top

    try:
        with _writing(_ready_settings()) as session:
            logged = fill(session, _now())
    except NotEmpty:
        raise CannotBeDone("The database holds inquiries already; the demo goes into an empty one alone.") from None
    typer.echo(f"A day with {logged} inquiries. Everybody and everything in it is invented.")


def _ready_settings() -> Settings:
    """Return the settings of a service whose database is there and current."""
    from app.store.engine import open_database  # noqa: PLC0415  # see the top
    from app.store.migrate import is_current  # noqa: PLC0415  # as above

    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.url)
    try:
        if not is_current(database):
            raise CannotBeDone("The database is not there or not of this version. Run: python -m app migrate")
    finally:
        database.dispose()
    return settings


@contextmanager
def _writing(settings: Settings) -> "Iterator[WriteSession]":
    """Give a session that writes, beside a service that may be running, and commit at the end."""
    from app.main import write_session  # noqa: PLC0415  # see the top
    from app.store.engine import open_database  # noqa: PLC0415  # as above
    from app.store.vault import Vault  # noqa: PLC0415  # as above

    database = open_database(settings.url)
    try:
        with write_session(database, Vault(settings.vault_folder), settings) as session:
            session.begin_batch()
            yield session
            session.write_pending()
            session.commit()
    finally:
        database.dispose()


def _now() -> datetime:
    from app.web.clock import utc_now  # noqa: PLC0415  # see the top

    return utc_now()
