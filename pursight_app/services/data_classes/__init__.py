"""The data classes of a workspace: those of the taxonomy, and the ones that it made for itself."""

from pursight_app.services.data_classes.changes import Change, create_class, update_class
from pursight_app.services.data_classes.columns import learn_from_columns
from pursight_app.services.data_classes.definition import Definition, learned_patterns
from pursight_app.services.data_classes.forms import describe
from pursight_app.services.data_classes.listing import (
    as_data_class,
    count_columns,
    known_class,
    list_classes,
    list_own_classes,
)
from pursight_app.services.data_classes.preview import Preview, PreviewColumn, merge_previews, preview_class
from pursight_app.services.data_classes.rescoring import is_rescoring, run_rescore, sweep_rescores

__all__ = [
    "Change",
    "Definition",
    "Preview",
    "PreviewColumn",
    "as_data_class",
    "count_columns",
    "create_class",
    "describe",
    "is_rescoring",
    "known_class",
    "learn_from_columns",
    "learned_patterns",
    "list_classes",
    "list_own_classes",
    "merge_previews",
    "preview_class",
    "run_rescore",
    "sweep_rescores",
    "update_class",
]
