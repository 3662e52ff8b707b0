"""The keys that sign the ledger: show them, let two sign while one replaces the other, replace one that was lost.

Imports stand inside the commands, as in cli.py.
"""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.settings import Settings
    from app.store.ledger_files import KeyFile

keys = typer.Typer(no_args_is_help=True, help="The keys that sign the ledger.")


@keys.command("show")
def key_show() -> None:
    """Show the verifier keys, one on a line. Example: python -m app ledger-key show."""
    for each in _key_file().read():
        typer.echo(str(each.verifier))


@keys.command("add")
def key_add() -> None:
    """Add a new key beside the old one: both sign from now on. Example: python -m app ledger-key add."""
    file = _key_file()
    added = file.new_key()
    file.replace((*file.read(), added))
    typer.echo(f"{added.verifier}\nBoth keys sign from the next checkpoint on. Publish the new one, give readers some")
    typer.echo("weeks to take it over, then: python -m app ledger-key retire")


@keys.command("retire")
def key_retire() -> None:
    """Let the oldest key sign no more, once readers know the new one. Example: python -m app ledger-key retire."""
    from app.cli import CannotBeDone  # noqa: PLC0415  # see the top
    from app.settings import read_settings  # noqa: PLC0415  # as above

    file = _key_file()
    signing = file.read()
    if len(signing) == 1:
        raise CannotBeDone("There is one key only. Add the new one first: python -m app ledger-key add")
    if not {str(key.verifier) for key in signing[1:]} & set(_signed_before(read_settings())):
        raise CannotBeDone("The new key has signed nothing yet, so that nobody could know it. Wait for a checkpoint.")
    file.replace(signing[1:])
    typer.echo(f"It signs no more: {signing[0].verifier}")


@keys.command("replace-lost")
def key_replace_lost(
    lost: Annotated[str, typer.Option("--lost", help="The verifier key whose file is lost for good.")],
) -> None:
    """Sign with a new key because the old one is lost; readers will notice. Example: replace-lost --lost 'KEY'."""
    from app.cli import CannotBeDone, _now, _ready_settings, _writing  # noqa: PLC0415  # see the top
    from app.service.replace_lost_key import FileInTheWay, KeyIsThere, OtherKey, new_key_for, replace_lost_key  # noqa: PLC0415  # as above
    from app.store.ledger_files import KeyFile  # noqa: PLC0415  # as above

    settings = _ready_settings()
    file = KeyFile(settings.ledger_key, settings.ledger_origin)
    try:
        with _writing(settings) as session:
            added = new_key_for(session, file, lost)
            replace_lost_key(session, added.verifier, _now())
    except KeyIsThere:
        raise CannotBeDone(
            "The key file holds a key that signed before. To change keys: python -m app ledger-key add"
        ) from None
    except FileInTheWay:
        raise CannotBeDone(
            "The key file is there and cannot be used. Move it away, keep it, and repeat this."
        ) from None
    except OtherKey as other:
        raise CannotBeDone(f"That is not the key that signed last. Its verifier key is: {other}") from None
    typer.echo(
        f"{added.verifier}\nIt signs from the next start on. The ledger has an event that says so, and the old key"
    )
    typer.echo(
        "stays known for what it signed. Readers who trust the old key alone will be told that no trusted key has"
    )
    typer.echo("signed: publish the new key, and why, before you start the service. See docs/runbook.md.")


def _key_file() -> "KeyFile":
    from app.cli import CannotBeDone  # noqa: PLC0415  # see the top
    from app.settings import read_settings  # noqa: PLC0415  # as above
    from app.store.ledger_files import KeyFile, KeysRefused  # noqa: PLC0415  # as above

    settings = read_settings()
    file = KeyFile(settings.ledger_key, settings.ledger_origin)
    if not _signed_before(settings):  # else one that is not there is lost, and none is made for it
        file.make()
    try:
        file.read()
    except KeysRefused as error:
        raise CannotBeDone(str(error)) from None
    return file


def _signed_before(settings: "Settings") -> list[str]:
    """Return the verifier keys that the ledger knows; without the database, none."""
    from app.store import ledger  # noqa: PLC0415  # see the top
    from app.store.engine import open_database  # noqa: PLC0415  # as above
    from app.store.migrate import is_current  # noqa: PLC0415  # as above

    database = open_database(settings.url)
    try:
        if not is_current(database):
            return []
        with database.read() as session:
            return ledger.verifier_keys(session)
    finally:
        database.dispose()
