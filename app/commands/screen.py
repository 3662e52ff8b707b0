"""Try texts on the screen: for whoever writes its rules, and for a city attorney who asks what it lets pass."""

import sys
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("screen")(screen)


def screen(
    file: Annotated[
        typer.FileText, typer.Argument(help="A file of texts, a line each; - or none for standard input.")
    ] = "-",  # type: ignore[assignment]  # typer opens it
) -> None:
    """Read texts, a line each, and print what would have to be taken out. Example: python -m app screen notes.txt.

    A finding is a line: the text's line, the first character and the one after the last (as in the API, from 0), the
    category, and what to do. The texts are neither printed nor kept. The status is 1 if one would be refused.
    """
    from app.domain.screening import SCREEN_VERSION  # noqa: PLC0415  # see app/cli.py
    from app.domain.screening import screen as screened  # noqa: PLC0415  # as above

    texts = refused = 0
    try:
        for number, line in enumerate(file, start=1):
            findings = screened(line.rstrip("\n"))
            texts, refused = number, refused + bool(findings)
            for each in findings:
                typer.echo(f"{number}:{each.start}-{each.end} {each.category.value}: {each.detail}")
    except UnicodeDecodeError:
        typer.echo("These are no texts in UTF-8. Save them so, and try again.", err=True)
        sys.exit(2)
    typer.echo(f"{texts} texts, {refused} to refuse (screen {SCREEN_VERSION}).", err=True)
    sys.exit(1 if refused else 0)
