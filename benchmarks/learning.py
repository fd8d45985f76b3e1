"""What a workspace's reviews bring on its other tables: repositories that the shipped model has not seen play the site.

`./pursight bench learning` reads the corpus that PURSIGHT_CORPUS names (labelled columns as JSON lines, see `./pursight train`).
For each repository a model is trained without it; then tables of the repository are reviewed until 150 columns (at most
70 % of it) are, a site model learns from them, and both models are asked about the repository's other tables.
"""

import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pursight_app.assistant.column_model import ColumnModel, from_state
from pursight_app.assistant.corpus import LabelledColumn, generate_columns
from pursight_app.assistant.site_model import Lesson, fit_site_model
from pursight_app.assistant.training import (
    GENERATED_TABLES,
    GENERATED_WEIGHT,
    SEED,
    Example,
    examples_of,
    fit,
    read_corpus,
)
from pursight_app.detectors.detection import all_detectors
from pursight_app.services.classification_training import match_rates
from pursight_app.services.learning.generated import make_golden_set, make_rehearsal

REVIEWED, MOST_REVIEWED_SHARE, DRAWS, LEAST_COLUMNS = 150, 0.7, 5, 90
TEMPERATURE = 0.65


@dataclass(frozen=True)
class Outcome:
    """Top-1 (0-1) of both models on the tables that nobody reviewed, and on the golden set; seconds of learning."""

    reviewed: int
    tested: int
    before: float
    after: float
    golden_before: float
    golden_after: float
    seconds: float


def _site_of(source: str) -> str:
    return source.rsplit("/", 1)[0] if "/Rdatasets/" in source else source


def _sites(columns: list[LabelledColumn]) -> dict[str, set[str]]:
    """Sources by site: repositories large enough for reviews and tests; the small ones together are one more site."""
    by_site: dict[str, list[str]] = {}
    for column in columns:
        by_site.setdefault(_site_of(column.source), []).append(column.source)
    large = {site: set(sources) for site, sources in by_site.items() if len(sources) >= LEAST_COLUMNS}
    rest = {source for site, sources in by_site.items() if site not in large for source in sources}
    return {**large, f"{len(by_site) - len(large)} small repositories": rest} if rest else large


def _top_1(model: ColumnModel, lessons: list[Lesson]) -> float:
    return _share(model.predict([lesson.features for lesson in lessons]), model, lessons)


def _share(probabilities: NDArray[np.float64], model: ColumnModel, lessons: list[Lesson]) -> float:
    guesses = [model.classes[place] for place in probabilities.argmax(axis=1)]
    return float(np.mean([guess == lesson.data_class for guess, lesson in zip(guesses, lessons, strict=True)]))


def _outcome(base: ColumnModel, lessons: list[Lesson], draw: int) -> Outcome:
    tables = sorted({lesson.table for lesson in lessons})
    order = np.random.default_rng(draw).permutation(len(tables))
    wanted = min(REVIEWED, int(MOST_REVIEWED_SHARE * len(lessons)))
    reviewed: list[Lesson] = []
    chosen: set[str] = set()
    for place in order:
        if len(reviewed) >= wanted:
            break
        chosen.add(tables[place])
        reviewed += [lesson for lesson in lessons if lesson.table == tables[place]]
    others = [lesson for lesson in lessons if lesson.table not in chosen]
    golden = list(make_golden_set(base.detector_keys))
    rehearsal = make_rehearsal(base.detector_keys)
    started = time.perf_counter()
    site_model = fit_site_model(base, reviewed, rehearsal, "site")
    seconds = time.perf_counter() - started
    after = site_model.predict([lesson.features for lesson in others])
    golden_after = site_model.predict([lesson.features for lesson in golden])
    return Outcome(
        reviewed=len(reviewed),
        tested=len(others),
        before=_top_1(base, others),
        after=_share(after, base, others),
        golden_before=_top_1(base, golden),
        golden_after=_share(golden_after, base, golden),
        seconds=seconds,
    )


def _report(name: str, outcomes: list[Outcome]) -> None:
    gains = [100 * (outcome.after - outcome.before) for outcome in outcomes]
    golden = [100 * (outcome.golden_after - outcome.golden_before) for outcome in outcomes]
    mean = statistics.mean
    print(
        f"{name[:44]:44} reviewed {mean(o.reviewed for o in outcomes):4.0f} tested {mean(o.tested for o in outcomes):4.0f}"
        f"  top-1 {mean(o.before for o in outcomes):.3f} -> {mean(o.after for o in outcomes):.3f}"
        f"  points {mean(gains):+.1f} (sd {statistics.pstdev(gains):.1f}, worst {min(gains):+.1f})"
        f"  golden set {mean(golden):+.1f}  {mean(o.seconds for o in outcomes):.1f} s",
        flush=True,
    )


def _measure(
    title: str, columns: list[LabelledColumn], real: list[Example], generated: list[Example], *, with_real: bool
) -> None:
    print(f"-- shipped model trained on {title}", flush=True)
    originals = [example for example in real if example.is_original]
    keys = tuple(detector.key for detector in all_detectors())
    everything: list[Outcome] = []
    for site, sources in _sites(columns).items():
        known = [example for example in real if with_real and example.source not in sources]
        base = from_state(fit([*known, *generated], keys, TEMPERATURE))
        lessons = [
            Lesson(example.features, column.label, is_right=True, table=f"{column.source}/{column.table}")
            for column, example in zip(columns, originals, strict=True)
            if column.source in sources
        ]
        outcomes = [_outcome(base, lessons, draw) for draw in range(DRAWS)]
        _report(site, outcomes)
        everything += outcomes
    _report("all sites", everything)


def main() -> None:
    """Prints top-1 before and after for each held-out repository, with the spread over draws of the reviewed tables."""
    corpus = os.environ.get("PURSIGHT_CORPUS", "")
    if not corpus:
        print("learning: skipped, PURSIGHT_CORPUS names no labelled columns (see docs/benchmarks.md)")
        return
    keys = tuple(detector.key for detector in all_detectors())
    columns = read_corpus([Path(corpus)])
    real = examples_of(columns, match_rates, keys, weight=1.0, is_multiplied=True)
    made = generate_columns(tables=GENERATED_TABLES, seed=SEED)
    generated = examples_of(made, match_rates, keys, weight=GENERATED_WEIGHT, is_multiplied=False)
    _measure("the other repositories and generated columns", columns, real, generated, with_real=True)
    _measure("generated columns only", columns, real, generated, with_real=False)


if __name__ == "__main__":
    main()
