"""Generated columns for learning: a rehearsal set, so that nothing is forgotten, and a golden set, to measure on."""

from functools import cache

from pursight_app.assistant.corpus import generate_columns
from pursight_app.assistant.features import ColumnInput, column_features
from pursight_app.assistant.site_model import Lesson, Rehearsal
from pursight_app.services.classification_training import match_rates

# Neither seed is the one that the shipped model was trained with (assistant/training.py), nor are they alike: a model
# must not be measured on what it learned.
REHEARSAL_SEED, REHEARSAL_TABLES = 7_001, 80
GOLDEN_SEED, GOLDEN_TABLES = 90_017, 120


@cache
def make_rehearsal(detector_keys: tuple[str, ...]) -> Rehearsal:
    """About 550 generated columns, their match rates in the order of `detector_keys`; made once per process, in seconds."""
    lessons = _generated(detector_keys, REHEARSAL_TABLES, REHEARSAL_SEED)
    return Rehearsal(tuple(lesson.features for lesson in lessons), tuple(lesson.data_class for lesson in lessons))


@cache
def make_golden_set(detector_keys: tuple[str, ...]) -> tuple[Lesson, ...]:
    """About 800 generated columns that no model learns from: what a challenger must not be worse on."""
    return _generated(detector_keys, GOLDEN_TABLES, GOLDEN_SEED)


def _generated(detector_keys: tuple[str, ...], tables: int, seed: int) -> tuple[Lesson, ...]:
    return tuple(
        Lesson(
            column_features(
                ColumnInput(column.table, column.column, column.values, column.table_columns, match_rates(column)),
                detector_keys,
            ),
            column.label,
            is_right=True,
            table=column.source,
        )
        for column in generate_columns(tables=tables, seed=seed)
    )
