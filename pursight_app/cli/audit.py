"""The audit log on the command line."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Checks the audit log.")


@app.callback()
def audit() -> None:
    """Checks the audit log."""


@app.command()
def verify(
    expect: Annotated[str, typer.Option(help="POSITION:HASH of an earlier check; the log must still hold it.")] = "",
    anchor: Annotated[Path | None, typer.Option(help="File with the anchor; checked if there, then renewed.")] = None,
) -> None:
    """Walks the whole log; exit code 1 and the first broken place when an event is missing or was changed."""
    from pursight_app.core.db import unit_of_work
    from pursight_app.services import audit as log

    noted = expect or (anchor.read_text() if anchor and anchor.exists() else "")
    with unit_of_work() as session:
        report = log.verify(session, expected=log.Anchor.parse(noted) if noted else None)
    if not report.is_unbroken:
        print(f"BROKEN at event {report.broken_at}. {report.problem}")
        raise typer.Exit(1)
    print(f"{report.event_count:,} events, unbroken.")
    if report.event_count:
        print(f"Anchor to keep elsewhere: {report.anchor}")
        if anchor:
            anchor.write_text(f"{report.anchor}\n")
