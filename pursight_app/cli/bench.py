"""`./pursight bench [NAME]`: runs the scripts in benchmarks/, each in a process of its own."""

import ast
import os
import subprocess
import sys
from typing import Annotated

import typer

from pursight_app.core.errors import InvalidInputError
from pursight_app.core.settings import PROJECT_ROOT


def bench(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Which benchmark; all of them without a name.")] = None,
) -> None:
    """Measures PurSight beside a named reference in the same run; prints medians and ratios.

    What stands behind a name goes to that benchmark: `./pursight bench classify --help`.
    """
    known = known_benchmarks()
    if name is not None and name not in known:
        raise InvalidInputError(f"There is no benchmark {name[:60]!r}. Choose one of: {', '.join(known)}.")
    failed = [each for each in ([name] if name else known) if not _run(each, context.args)]
    if failed:
        print(f"Did not finish: {', '.join(failed)}.", file=sys.stderr)
        raise typer.Exit(1)


def known_benchmarks() -> list[str]:
    """The scripts that have a `main`, by name; the others are what those share."""
    return sorted(
        file.stem
        for file in (PROJECT_ROOT / "benchmarks").glob("*.py")
        if any(
            isinstance(node, ast.FunctionDef) and node.name == "main"
            for node in ast.parse(file.read_text(encoding="utf-8")).body
        )
    )


def _run(name: str, options: list[str]) -> bool:
    """Whether the script ended well. Alone in its process, its memory and its caches are its own."""
    print(f"== {name}", flush=True)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=False)
    return done.returncode == 0
