"""Trains the column model: joins the detectors' match rates with the training of assistant/training.py. Session-free."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from pursight_app.assistant.artefact import write_artefact
from pursight_app.assistant.column_model import ColumnModel, from_state
from pursight_app.assistant.corpus import LabelledColumn, generate_columns
from pursight_app.assistant.corpus_second import generate_second
from pursight_app.assistant.corpus_third import generate_third
from pursight_app.assistant.measures import Answer, measure
from pursight_app.assistant.training import (
    GENERATED_TABLES,
    GENERATED_WEIGHT,
    SEED,
    STYLE_SEED,
    STYLE_TABLES,
    STYLE_WEIGHT,
    Example,
    examples_of,
    fit,
    fit_without,
    folds_of,
    read_corpus,
    shared_temperature,
)
from pursight_app.detectors.base import ColumnSample
from pursight_app.detectors.detection import all_detectors, detect
from pursight_app.services.classification import Recognition, suggest

# Without real columns nothing can be measured; this is what five folds over public data gave.
DEFAULT_TEMPERATURE = 0.6


@dataclass(frozen=True, slots=True)
class Material:
    """What a model learns from: examples of given and of generated columns, and the order of the match rates in both."""

    real: list[Example]
    generated: list[Example]
    keys: tuple[str, ...]


def match_rates(column: LabelledColumn) -> Mapping[str, float]:
    """What the detectors say of a column: share (0-1) of different values by detector key."""
    return {found.detector.key: found.rate for found in detect(sample_of(column))}


def sample_of(column: LabelledColumn) -> ColumnSample:
    """The column as the classifier is given it: without its label."""
    return ColumnSample(column.table, column.column, column.values, column.table_columns)


def learning_material(columns: Sequence[LabelledColumn]) -> Material:
    """The examples of given columns and of the generated ones, which are always the same."""
    keys = tuple(detector.key for detector in all_detectors())
    made = generate_columns(tables=GENERATED_TABLES, seed=SEED)
    styles = [generate(tables=STYLE_TABLES, seed=STYLE_SEED) for generate in (generate_second, generate_third)]
    return Material(
        real=examples_of(columns, match_rates, keys, weight=1.0, is_multiplied=True),
        generated=[
            *examples_of(made, match_rates, keys, weight=GENERATED_WEIGHT, is_multiplied=False),
            *examples_of(chain(*styles), match_rates, keys, weight=STYLE_WEIGHT, is_multiplied=False),
        ],
        keys=keys,
    )


def answers_of(columns: Sequence[LabelledColumn], model: ColumnModel) -> list[Answer]:
    """The classifier's answer for each column, in order; the columns of a table are asked together."""
    recognition = Recognition(model)
    return [
        Answer(
            label=column.label,
            predicted=verdict.data_class,
            confidence=verdict.confidence,
            source=column.source,
            origin=column.origin,
            is_renamed=column.is_renamed,
        )
        for table in _tables(columns)
        for column, verdict in zip(table, suggest([sample_of(column) for column in table], recognition), strict=True)
    ]


def _tables(columns: Sequence[LabelledColumn]) -> Iterator[list[LabelledColumn]]:
    for _, table in groupby(columns, lambda column: (column.source, column.table, column.table_columns)):
        yield list(table)


def answers_out_of_source(columns: Sequence[LabelledColumn], material: Material) -> tuple[list[Answer], float]:
    """Answers of the whole classifier, each by a model that saw no column of its source, and the models' temperature.

    `material` must have been made of the same columns.
    """
    folds = folds_of([column.source for column in columns])
    states = [fit_without(sources, material.real, material.generated, material.keys) for sources in folds]
    temperature = shared_temperature(material.real, folds, states)
    answers: dict[int, Answer] = {}
    for sources, state in zip(folds, states, strict=True):
        held_out = [place for place, column in enumerate(columns) if column.source in sources]
        model = from_state({**state, "temperature": temperature})
        answers.update(zip(held_out, answers_of([columns[place] for place in held_out], model), strict=True))
    return [answers[place] for place in range(len(columns))], temperature


def train_model(corpora: Sequence[Path], artefact: Path) -> str:
    """Trains, measures on sources that the measuring models did not see, and writes the artefact. Same input, same model.

    Returns:
        A report in Markdown for the model card.

    Raises:
        InvalidInputError: a corpus file cannot be read or understood.
    """
    columns = read_corpus(corpora)
    material = learning_material(columns)
    sources = sorted({column.source for column in columns})
    temperature = DEFAULT_TEMPERATURE
    parts = [f"{len(columns)} given columns, {len(material.generated)} generated ones."]
    if len(sources) > 1:
        only_generated = from_state(fit(material.generated, material.keys, DEFAULT_TEMPERATURE))
        parts.append("### Trained on generated columns only\n\n" + measure(answers_of(columns, only_generated)))
        answers, temperature = answers_out_of_source(columns, material)
        parts.append(f"### Out of source, temperature {temperature}\n\n" + measure(answers))
    state = fit([*material.real, *material.generated], material.keys, temperature)
    write_artefact({**state, "sources": sources}, artefact)
    return "\n\n".join(parts)
