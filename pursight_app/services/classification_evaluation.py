"""Measures the whole classifier (detectors, model and decision) on labelled columns that it has not learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.measures import Answer
from pursight_app.assistant.training import read_corpus
from pursight_app.services.classification_training import answers_of, answers_out_of_source, learning_material


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answers in the order of the columns; assistant/measures.py turns them into figures.

    `retrained` counts the columns whose repository the shipped model had learned from. They were answered by models
    that were trained in the same way without that repository.
    """

    answers: tuple[Answer, ...]
    retrained: int


def evaluate(corpora: Sequence[Path]) -> Evaluation:
    """Answers all columns of labelled JSON-lines files (.gz too) as `./pursight classify` would, were they a stranger's.

    Columns of repositories that the shipped model learned from are answered out of source, which takes minutes; others
    by the shipped model itself.

    Raises:
        InvalidInputError: a file cannot be read or understood.
    """
    columns = read_corpus(corpora)
    model = load_model()
    known = [column for column in columns if column.source in model.sources]
    fresh = [column for column in columns if column.source not in model.sources]
    retrained = iter(answers_out_of_source(known, learning_material(known))[0] if known else ())
    shipped = iter(answers_of(fresh, model))
    answers = tuple(next(retrained if column.source in model.sources else shipped) for column in columns)
    return Evaluation(answers=answers, retrained=len(known))
