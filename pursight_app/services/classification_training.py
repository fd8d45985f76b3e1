"""Trains the column model on generated and given columns, with the detectors' match rates. Session-free."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pursight_app.assistant.artefact import write_artefact
from pursight_app.assistant.column_model import calibrated, from_state
from pursight_app.assistant.corpus import LabelledColumn, generate_columns
from pursight_app.assistant.measures import measure
from pursight_app.assistant.training import (
    CLASSES,
    GENERATED_TABLES,
    GENERATED_WEIGHT,
    SEED,
    best_temperature,
    examples_of,
    fit,
    out_of_source,
    read_corpus,
)
from pursight_app.detectors.base import ColumnSample
from pursight_app.detectors.detection import all_detectors, detect

# Without real columns nothing can be measured; this is what five folds over public data gave.
DEFAULT_TEMPERATURE = 0.6


def match_rates(column: LabelledColumn) -> Mapping[str, float]:
    """What the detectors say of a column: share (0-1) of different values by detector key."""
    sample = ColumnSample(column.table, column.column, column.values, column.table_columns)
    return {found.detector.key: found.rate for found in detect(sample)}


def train_model(corpora: Sequence[Path], artefact: Path) -> str:
    """Trains, measures on sources that the measuring models did not see, and writes the artefact. Same input, same model.

    Returns:
        A report in Markdown for the model card.

    Raises:
        InvalidInputError: a corpus file cannot be read or understood.
    """
    keys = tuple(detector.key for detector in all_detectors())
    real = examples_of(read_corpus(corpora), match_rates, keys, weight=1.0, is_multiplied=True)
    made = generate_columns(tables=GENERATED_TABLES, seed=SEED)
    generated = examples_of(made, match_rates, keys, weight=GENERATED_WEIGHT, is_multiplied=False)
    temperature = DEFAULT_TEMPERATURE
    parts = [f"{sum(example.is_original for example in real)} given columns, {len(generated)} generated ones."]
    if len({example.source for example in real}) > 1:
        only_generated = from_state(fit(generated, keys, DEFAULT_TEMPERATURE))
        originals = [example for example in real if example.is_original]
        predicted = only_generated.predict([example.features for example in originals])
        parts.append(
            "### Trained on generated columns only\n\n" + measure(predicted, [e.label for e in originals], CLASSES)
        )
        probabilities, labels = out_of_source(real, generated, keys)
        temperature = best_temperature(probabilities, labels)
        predicted = calibrated(probabilities, temperature)
        parts.append(f"### Out of source, temperature {temperature}\n\n" + measure(predicted, labels.tolist(), CLASSES))
    write_artefact(fit([*real, *generated], keys, temperature), artefact)
    return "\n\n".join(parts)
