"""What the classifier would say of values that somebody gives it. Nothing of them is stored, logged or recorded."""

from dataclasses import dataclass
from uuid import UUID

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.detectors.base import ColumnSample
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.classification import Verdict, suggest
from pursight_app.services.recognition import load_recognition

MAX_VALUES = 1_000
MAX_BYTES = 256 * 1024
MAX_NAME = 300
MAX_HEADERS = 500


@dataclass(frozen=True, slots=True)
class Trial:
    """A column that exists nowhere. `values` may hold None for empty cells; `table_columns` are the other headers."""

    values: tuple[str | None, ...]
    column: str = ""
    table: str = ""
    table_columns: tuple[str, ...] = ()
    declared_type: str = ""


def try_classification(actor: Actor, workspace_id: UUID, trial: Trial) -> Verdict:
    """The verdict with its evidence, by what the workspace recognises columns with; examples in it are masked.

    Does its own transaction, because the classifier needs none.

    Raises:
        InvalidInputError: too many values, or too much of them.
    """
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    if len(trial.values) > MAX_VALUES:
        raise InvalidInputError(f"At most {MAX_VALUES} values at a time; these are {len(trial.values)}.")
    if sum(len(value.encode(errors="replace")) for value in trial.values if value) > MAX_BYTES:
        raise InvalidInputError(f"The values together have at most {MAX_BYTES // 1024} KB.")
    with unit_of_work() as session:
        recognition = load_recognition(session, workspace_id)
    column = trial.column[:MAX_NAME]
    others = [name[:MAX_NAME] for name in trial.table_columns[:MAX_HEADERS] if name != column]
    sample = ColumnSample(
        table=trial.table[:MAX_NAME],
        column=column,
        values=trial.values,
        table_columns=(column, *others),
        declared_type=trial.declared_type[:MAX_NAME],
    )
    [verdict] = suggest([sample], recognition)
    return verdict
