"""Scores per class and slice, the worst confusions, and the reliability diagram. Part of `./pursight bench classify`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability_picture import draw_reliability
from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.corpus_second import generate_second
from pursight_app.assistant.corpus_third import generate_third
from pursight_app.assistant.measures import (
    Answer,
    confusions,
    figures,
    per_class,
    reliability,
    slices,
)
from pursight_app.assistant.training import read_corpus
from pursight_app.services.classification_evaluation import evaluate
from pursight_app.services.classification_training import answers_of

GENERATED_TABLES, GENERATED_SEED = 60, 7_919
"""Of each generator; the seed is none that the model was trained with."""


@dataclass(frozen=True)
class Scored:
    """Labelled columns and, in the same order, what the classifier answered. `title` says whose columns they are."""

    title: str
    columns: Sequence[LabelledColumn]
    answers: Sequence[Answer]


def scored_corpus(corpora: Sequence[Path]) -> Scored:
    """Answers of the whole classifier, out of source where the shipped model knows the source; takes minutes then."""
    columns, evaluation = read_corpus(corpora), evaluate(corpora)
    names = ", ".join(path.name for path in corpora)
    title = f"{names}: {evaluation.retrained} of {len(columns)} columns answered by models without their source"
    return Scored(title, columns, evaluation.answers)


def generated_answers() -> Scored:
    """Answers of the shipped model on generated columns."""
    columns = [
        column
        for generate in (generate_second, generate_third)
        for column in generate(tables=GENERATED_TABLES, seed=GENERATED_SEED)
    ]
    return Scored("generated columns", columns, answers_of(columns, load_model()))


def print_scores(scored: Scored, picture: Path | None) -> None:
    """Prints all figures; draws the reliability diagram to `picture`."""
    answers = scored.answers
    print(f"\nscores, {scored.title}\n")
    _print_slices({"all": list(answers), **slices(answers)})
    _print_classes(answers)
    _print_confusions(answers)
    print("calibration: confidence -> share that is right (columns)")
    for part in reliability(answers):
        print(f"  {part.confidence:6.3f} -> {part.accuracy:.3f} ({part.count})")
    if picture is not None:
        picture.write_text(draw_reliability(reliability(answers), figures(answers).calibration_error), encoding="utf-8")
        print(f"reliability diagram: {picture}")


def _print_slices(parts: dict[str, list[Answer]]) -> None:
    print(f"{'slice':<18}{'columns':>8}{'top-1':>7}{'macro-F1':>10}{'sensitive P / R / F1':>24}{'binary F1':>11}"
          f"{'checksummed P':>15}{'ECE':>7}{'abstained':>11}")  # fmt: skip
    for name, part in parts.items():
        found, sensitive = figures(part), figures(part).sensitive
        print(
            f"{name:<18}{found.count:>8}{found.top_1:>7.3f}{found.macro_f1:>10.3f}"
            f"{f'{sensitive.precision:.3f} / {sensitive.recall:.3f} / {sensitive.f1:.3f}':>24}{found.binary.f1:>11.3f}"
            f"{found.checksummed:>15.3f}{found.calibration_error:>7.3f}{found.abstained:>11.3f}"
        )


def _print_classes(answers: Sequence[Answer]) -> None:
    print(f"\n{'class':<24}{'columns':>8}{'precision':>11}{'recall':>8}{'F1':>7}")
    for name, score in per_class(answers).items():
        print(f"{name:<24}{score.count:>8}{score.precision:>11.3f}{score.recall:>8.3f}{score.f1:>7.3f}")


def _print_confusions(answers: Sequence[Answer]) -> None:
    print("\nthe most frequent mistakes, at most twenty: right class -> answer (columns)")
    for label, predicted, count in confusions(answers):
        print(f"  {label:<24}-> {predicted or 'no answer':<24}{count:>4}")
    print()
