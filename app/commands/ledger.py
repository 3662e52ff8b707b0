"""The ledger's commands: verify it, and export a mirror of it.

Imports stand inside the commands, as in cli.py.
"""

import gc
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from app.commands import ledger_key

if TYPE_CHECKING:
    from app.ledger.checkpoint import VerifierKey
    from app.ledger.report import Report
    from app.ledger.source import Source
    from app.settings import Settings

SOUND, NOT_SOUND, COULD_NOT_CHECK = 0, 1, 2
_PROBLEMS_SHOWN = 20
_FETCH_SECONDS = 30
_MOST_BYTES = 64 * 1024 * 1024
# How long to wait for the next checkpoint where the log has moved on since the last.
_NEXT_CHECKPOINT_SECONDS = 90
# Checking the tables takes every core, up to this many.
_MOST_PROCESSES = 8
# Said of a site, a mirror and the tables alike: each names keys of its own.
_WITHOUT_KEY = (
    "Without --key this tells only whether it agrees with itself, not whose it is:"
    " give --key with a key that you were given apart from it."
)
# How seldom a process that only verifies looks for garbage in cycles, of which it makes next to none.
SELDOM = (100_000, 20, 100)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(verify)
    app.command()(export)
    app.add_typer(ledger_key.keys, name="ledger-key")


def verify(
    url: Annotated[str | None, typer.Option(help="The address of a service.")] = None,
    mirror: Annotated[Path | None, typer.Option(help="The folder of an export.")] = None,
    database: Annotated[bool, typer.Option("--database", help="This service's own tables.")] = False,  # noqa: FBT002  # a flag
    key: Annotated[list[str] | None, typer.Option(help="A verifier key that you trust; see /ledger/key.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A file with an older checkpoint that you kept.")] = None,
) -> None:
    """Verify the ledger: 0 sound, 1 not sound, 2 could not check. Example: python -m app verify --url https://HOST."""
    if sum((url is not None, mirror is not None, database)) != 1:
        _end(COULD_NOT_CHECK, "Give one of --url, --mirror and --database.")
    from app.ledger.checkpoint import NoteRefused, VerifierKey  # noqa: PLC0415  # see the top
    from app.ledger.source import CouldNotCheck, Missing  # noqa: PLC0415  # as above

    gc.set_threshold(*SELDOM)
    try:
        trusted = [VerifierKey.parse(each) for each in key or ()]
        older = [checkpoint.read_bytes()] if checkpoint else []
        if database:
            report = _verify_tables(trusted, older)
        else:
            report = _verify_source(_url_source(url) if url else _mirror_source(mirror or Path()), trusted, older)
        if mirror:
            report = _with_the_rest_of(mirror, report)
    except OSError as error:
        _end(COULD_NOT_CHECK, f"Could not check: {error.filename or 'a file'} cannot be read ({error.strerror}).")
    except (CouldNotCheck, Missing, NoteRefused, ValueError) as error:
        _end(COULD_NOT_CHECK, f"Could not check: {error}.")
    if not trusted:
        typer.echo(_WITHOUT_KEY, err=True)
    if report.sound:
        typer.echo(f"Sound: {report.size:,} events, {report.opened:,} of them open.")
        return
    bad = next((problem.index for problem in report.problems if problem.index is not None), None)
    typer.echo(f"Not sound. First bad event: {bad}." if bad is not None else "Not sound.")
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        typer.echo(f"  {'' if problem.index is None else problem.index}  {problem.what}")
    if len(report.problems) > _PROBLEMS_SHOWN:
        typer.echo(f"  and {len(report.problems) - _PROBLEMS_SHOWN} more")
    raise typer.Exit(NOT_SOUND)


def _verify_source(source: "Source", trusted: "list[VerifierKey]", older: list[bytes]) -> "Report":
    from app.ledger import verify as verifier  # noqa: PLC0415  # see the top
    from app.ledger.source import Url  # noqa: PLC0415  # as above

    trusted = trusted or list(verifier.keys_of(source))
    noted = source.checkpoint()
    report = verifier.verify(source, trusted, older)
    if report.sound or not isinstance(source, Url) or any("the log" not in each.what for each in report.problems):
        return report
    # A correction shows in the log at once, and in the tree with the next checkpoint: judged then.
    typer.echo("The log has moved on since the checkpoint; waiting for the next one.", err=True)
    for _ in range(_NEXT_CHECKPOINT_SECONDS):
        time.sleep(1)
        if source.checkpoint() != noted:
            return verifier.verify(source, trusted, older)
    return report


def _url_source(url: str) -> "Source":
    import httpx  # noqa: PLC0415  # see the top

    from app.ledger.source import CouldNotCheck, Missing, Url  # noqa: PLC0415  # as above

    client = httpx.Client(timeout=_FETCH_SECONDS, headers={"Accept": "application/json, */*;q=0.5"})
    base = url.rstrip("/")

    def fetch(path: str) -> bytes:
        try:
            with client.stream("GET", f"{base}/{path}") as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    raise Missing(path)
                if answer.status_code != httpx.codes.OK:
                    raise CouldNotCheck(f"{path} was answered with {answer.status_code}")
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        raise CouldNotCheck(f"{path} has no end")
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CouldNotCheck(f"the service does not answer ({type(error).__name__})") from None

    return Url(fetch)


def _mirror_source(folder: Path) -> "Source":
    from app.ledger.source import CouldNotCheck, Mirror  # noqa: PLC0415  # see the top

    if not folder.is_dir():
        raise CouldNotCheck("there is no such folder")
    return Mirror(folder)


def _with_the_rest_of(mirror: Path, report: "Report") -> "Report":
    """Add what is wrong with the tables, the feed and the page of a mirror."""
    from app.ledger.report import Report  # noqa: PLC0415  # see the top
    from app.service.verify_mirror import kit_problems  # noqa: PLC0415  # as above

    found = [*report.problems, *kit_problems(mirror)]
    found.sort(key=lambda problem: (problem.index is None, problem.index or 0))
    return Report(report.size, tuple(found), report.opened)


def _verify_tables(trusted: "list[VerifierKey]", older: list[bytes]) -> "Report":
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # see the top

    from app.cli import CannotBeDone, _now, _ready_settings  # noqa: PLC0415  # as above
    from app.domain.moment import day_in_denver  # noqa: PLC0415  # as above
    from app.ledger.report import Report  # noqa: PLC0415  # as above
    from app.ledger.source import CouldNotCheck  # noqa: PLC0415  # as above
    from app.service.verify_kept import newest_problems  # noqa: PLC0415  # as above
    from app.service.verify_ledger import verify_database  # noqa: PLC0415  # as above
    from app.settings import SettingsRefused  # noqa: PLC0415  # as above
    from app.store.engine import open_database  # noqa: PLC0415  # as above
    from app.store.ledger_files import read_if_there  # noqa: PLC0415  # as above

    try:
        settings = _ready_settings()
    except (CannotBeDone, SettingsRefused) as error:
        raise CouldNotCheck(str(error).rstrip(".")) from None
    except SQLAlchemyError as error:
        raise CouldNotCheck(f"the database cannot be used ({type(error).__name__})") from None
    filed = read_if_there(settings.data_dir / "checkpoint")
    opened = open_database(settings.url)
    try:
        older = [*older, *([filed] if filed else [])]
        # The tables' own keys are good for what was signed long ago: the newest checkpoint has to bear a trusted one.
        with opened.read() as session:
            found = newest_problems(session, trusted, signed_before=filed is not None)
        report = verify_database(opened, trusted, day_in_denver(_now()), older=older, processes=cores())
        return Report(report.size, (*report.problems, *found), report.opened)
    finally:
        opened.dispose()


def cores() -> int:
    """Return how many processes check the tables at once."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_PROCESSES)


def export(
    folder: Annotated[Path, typer.Option("--dir", help="Where the mirror goes; made if it is not there.")],
) -> None:
    """Export a mirror of all that is public. Again into the same folder: what is new. Example: export --dir mirror."""
    from app.cli import CannotBeDone, _now, _ready_settings  # noqa: PLC0415  # see the top
    from app.domain.moment import day_in_denver  # noqa: PLC0415  # as above
    from app.service.export_mirror import NothingSigned, NotThisLedger, export_mirror  # noqa: PLC0415  # as above
    from app.store.engine import open_database  # noqa: PLC0415  # as above
    from app.store.mirror import MirrorFolder  # noqa: PLC0415  # as above
    from app.store.soundness import LedgerUnsound  # noqa: PLC0415  # as above

    settings = _ready_settings()
    _bring_up_to_date(settings)
    opened = open_database(settings.url)
    try:
        with opened.read() as session:
            size = export_mirror(session, MirrorFolder(folder), day_in_denver(_now()), _progress)
    except NothingSigned:
        raise CannotBeDone("Nothing is signed yet; start the service once.") from None
    except NotThisLedger:
        raise CannotBeDone("That folder holds something else than an older mirror of this ledger.") from None
    except LedgerUnsound as unsound:
        raise CannotBeDone(f"The ledger is not sound: {unsound}. Nothing was exported.") from None
    except OSError as error:
        raise CannotBeDone(f"The folder cannot be written: {error.strerror}.") from None
    finally:
        opened.dispose()
    typer.echo("", err=True)
    typer.echo(f"Exported {size:,} events to {folder}. Verify with: python -m app verify --mirror {folder}")


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() or done == of:
        typer.echo(f"\r{done:,} of {of:,} events", nl=False, err=True)


def _bring_up_to_date(settings: "Settings") -> None:
    """Publish what is public by now and sign it, as `serve` does, so that the export holds one sound state."""
    from app.cli import CannotBeDone, _now, _writing  # noqa: PLC0415  # see the top
    from app.service.publish import due, publish  # noqa: PLC0415  # as above
    from app.service.sign_checkpoint import StrangeKey, sign_checkpoint  # noqa: PLC0415  # as above
    from app.store import ledger  # noqa: PLC0415  # as above
    from app.store.ledger_files import KeyFile, KeysRefused  # noqa: PLC0415  # as above
    from app.store.soundness import LedgerUnsound  # noqa: PLC0415  # as above

    file = KeyFile(settings.ledger_key, settings.ledger_origin)
    try:
        more = True
        while more:
            with _writing(settings) as session:
                more = due(session, settings.publication_delay, _now(), 0).is_due
                moved = publish(session, settings.publication_delay, _now())
                newest = ledger.newest_checkpoint(session)
                if newest is None or moved.newest >= newest.size:
                    if not ledger.verifier_keys(session):
                        file.make()
                    sign_checkpoint(session, file.read(), None, _now())
    except LedgerUnsound as unsound:
        raise CannotBeDone(f"The ledger is not sound: {unsound}. Nothing was exported.") from None
    except (StrangeKey, KeysRefused):
        raise CannotBeDone("The ledger's key file (APP_LEDGER_KEY_FILE) is not the one that signed before.") from None


def _end(status: int, sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(status)
