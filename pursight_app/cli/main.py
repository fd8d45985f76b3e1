"""The command line: `./pursight COMMAND`. Errors that a person can mend are one sentence and exit code 2."""

import sys

import typer

from pursight_app.cli.audit import app as audit
from pursight_app.cli.bench import bench
from pursight_app.cli.classify import classify, train
from pursight_app.cli.diagnose import diagnose
from pursight_app.cli.keys import rotate_keys
from pursight_app.cli.operations import create_user, migrate, up, worker
from pursight_app.cli.scan import scan
from pursight_app.core.errors import PurSightError
from pursight_app.core.logging import configure_logging

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(up)
app.command()(scan)
app.command()(classify)
app.command()(train)
app.command()(diagnose)
app.command()(worker)
# A benchmark reads its own options, --help too.
app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
)(bench)
app.command()(migrate)
app.command("create-user")(create_user)
app.command("rotate-keys")(rotate_keys)
app.add_typer(audit, name="audit")


def main() -> None:
    """Runs one command."""
    configure_logging()
    try:
        app()
    except PurSightError as error:
        print(error.message, file=sys.stderr)
        sys.exit(2)
