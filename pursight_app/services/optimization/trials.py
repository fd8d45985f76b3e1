"""Tries changes on Spark, in one warm session, never on the place where a pipeline's results are read.

Time is that of the work alone. Each trial is ended at half as much again as the baseline took; what it wrote is compared by
checksums and thrown away.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from pursight_app.assistant.pipeline_tuner import next_setting
from pursight_app.core.definitions import Definition
from pursight_app.core.errors import SparkJobFailedError
from pursight_app.optimizers.base import Seen
from pursight_app.services.optimization.changes import Change, is_tried, put_together, without_doubles
from pursight_app.services.pipelines.history import compare_outputs
from pursight_app.services.pipelines.places import clear_sides
from pursight_app.spark.jobs import Result, SparkJob, Variant

log = structlog.get_logger()
LIMIT, LEAST_LIMIT_S = 1.5, 20.0
# What two runs of the same differ by on a quiet machine; less than that is no gain.
NOISE = 0.07
# Time with a change over time without it: beyond this, settings alone may do as well and leave the definition as it is.
WEAK = 0.85
LEAST_GAIN_S = 0.2
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of one variant: what was changed, how long it took, and whether its results are the same."""

    label: str
    keys: tuple[str, ...]
    knobs: Mapping[str, str]
    duration_s: float
    status: str
    difference: str

    @property
    def is_good(self) -> bool:
        """It ended well, with the same results."""
        return self.status == "succeeded" and not self.difference

    def as_json(self) -> dict[str, Any]:
        """As the plan keeps it."""
        return {
            "label": self.label, "keys": list(self.keys), "knobs": dict(self.knobs), "duration_s": self.duration_s,
            "status": self.status, "result_matches": self.is_good, "difference": self.difference,
        }  # fmt: skip


@dataclass
class Bench:
    """The session in which variants run. `tell` hears of each trial, and may end all of it by raising."""

    job: SparkJob
    definition: Definition
    tell: Callable[[Trial], None]
    is_wanted: Callable[[], None]
    budget_s: float
    seen: Seen = field(default_factory=Seen)
    # How many tasks Spark runs at one time; known once the pipeline has run.
    cores: int = 1
    trials: list[Trial] = field(default_factory=list[Trial])
    baseline: Result | None = None
    base_s: float = 0.0
    titles: dict[str, str] = field(default_factory=dict[str, str])
    _number: int = 0
    _started: float = field(default_factory=time.monotonic)

    def left_s(self) -> float:
        """How much of the time is left."""
        return self.budget_s - (time.monotonic() - self._started)

    def run(self, definition: Definition, *, limit_s: float = 0.0) -> Result:
        """Runs one variant in the session.

        Raises:
            SparkJobFailedError: the session itself ended.
        """
        sides = tuple(
            str(self.job.folder / f"out-{self._number}-{number}") for number in range(len(definition.outputs))
        )
        self.job.add(self._number, Variant(definition, sides, limit_s))
        while (result := self.job.result(self._number)) is None:
            if not self.job.is_alive():
                raise SparkJobFailedError(f"Spark ended during a trial. It said last: {self.job.log_tail()[-400:]}")
            self.is_wanted()
            time.sleep(LOOK_EVERY_S)
        self._number += 1
        clear_sides(sides)
        return result

    def run_baseline(self) -> Result:
        """The pipeline as it is; the first time on a cold session, so the quicker of two counts.

        Raises:
            SparkJobFailedError: it does not run.
        """
        result = self.run(self.definition)
        if result.status != "succeeded":
            raise SparkJobFailedError(f"The pipeline itself fails, so nothing can be compared: {result.error}"[:1000])
        if self.baseline is not None and (
            difference := compare_outputs(list(self.baseline.outputs), list(result.outputs))
        ):
            raise SparkJobFailedError(
                f"Two runs of the pipeline as it is give different results ({difference}), so changes cannot be proved. "
                "Take out what is random or depends on the time, or fix its seed."
            )
        self.baseline = result
        self.base_s = min(self.base_s or result.duration_s, result.duration_s)
        return result

    def try_out(self, label: str, keys: Sequence[str], knobs: Mapping[str, str] | None = None) -> Trial:
        """Runs the pipeline with some changes and compares it."""
        assert self.baseline is not None  # noqa: S101  the baseline runs first
        definition = put_together(self.definition, self.seen, keys, knobs)
        result = self.run(definition, limit_s=max(LEAST_LIMIT_S, LIMIT * self.base_s))
        difference = result.error[:300]
        if result.status == "succeeded":
            difference = compare_outputs(list(self.baseline.outputs), list(result.outputs))
        trial = Trial(label, tuple(keys), dict(knobs or {}), result.duration_s, result.status, difference)
        self.trials.append(trial)
        self.tell(trial)
        log.info("optimization.tried", label=label, duration_s=trial.duration_s, is_good=trial.is_good)
        return trial

    def has_tried(self, keys: Sequence[str]) -> bool:
        """Whether these changes were tried together, with no settings beside them."""
        return any(not each.knobs and frozenset(each.keys) == frozenset(keys) for each in self.trials)

    def effect_of(self, key: str, best: Trial | None) -> float | None:
        """Time with a change over time without it, from two runs that differ by it only; None when no two do.

        What `best` would be without it counts most, then the change alone; a run that was stopped took at least that long.
        """
        plain = self._plain()
        with_it = [keys for keys in plain if key in keys and keys - {key} in plain]
        if not with_it:
            return None
        chosen = min(with_it, key=lambda keys: (best is None or keys != frozenset(best.keys), len(keys)))
        return plain[chosen] / max(0.001, plain[chosen - {key}])

    def effect_of_settings(self, best: Trial) -> float | None:
        """Time with the settings of `best` over time of the same changes without them; None: it has no settings."""
        if not best.knobs:
            return None
        return best.duration_s / max(0.001, self._plain().get(frozenset(best.keys), self.base_s))

    def _plain(self) -> dict[frozenset[str], float]:
        """Seconds by set of changes, without settings; the pipeline as it is has none."""
        return {frozenset[str](): self.base_s} | {
            frozenset(each.keys): each.duration_s for each in self.trials if not each.knobs and each.status != "failed"
        }


def search(bench: Bench, changes: Sequence[Change], prices: Mapping[str, float], *, most: int) -> Trial | None:
    """The best variant found with at most `most` trials, None when nothing is better than noise.

    All changes together first: they rarely hinder each other, and what remains is then quick to try. Then each is left out
    to see whether it helps; then settings, by Bayesian optimisation. Whatever is slower or different is dropped.
    """
    keys = [each.key for each in changes if is_tried(each.candidate)]
    bench.titles = {each.key: each.candidate.title for each in changes}
    together = without_doubles(keys)
    if not together and most < 1:
        return None

    def may() -> bool:
        return len(bench.trials) < most and bench.left_s() > 0

    best: Trial | None = None
    if together and may():
        trial = bench.try_out("all changes together", together)
        best = trial if trial.is_good and trial.duration_s < bench.base_s else None
    if best is None:
        best = _one_by_one(bench, keys, prices, may)
    if best is not None:
        best = _leave_out(bench, best, keys, may, reserve=min(3, most // 3), most=most)
    weak = [key for key in best.keys if (bench.effect_of(key, best) or 0) > WEAK] if best else []
    best = _tune(bench, best, lambda: may() and len(bench.trials) < most - 1 - bool(weak))
    if weak and best and best.knobs and len(bench.trials) < most - 1 and may():
        # Settings can bring what the change brought.
        keys = [key for key in best.keys if key not in weak]
        best = _simpler(best, bench.try_out("the best settings without: " + _titles(bench, weak), keys, best.knobs))
    return best and _confirmed(bench, best, may)


def _confirmed(bench: Bench, best: Trial, may: Callable[[], bool]) -> Trial | None:
    """The best once more, beside the pipeline as it is; None when its gain was noise.

    The session is warmer than it was when the baseline ran, and the best of many is also the luckiest: without this, warmth
    and luck would pass for gains.
    """
    bench.run_baseline()
    if may():
        best = bench.try_out("the best once more", best.keys, best.knobs)
    least = max(NOISE * bench.base_s, LEAST_GAIN_S)
    return best if best.is_good and bench.base_s - best.duration_s >= least else None


def _better(best: Trial, trial: Trial) -> Trial:
    return trial if trial.is_good and trial.duration_s < best.duration_s else best


def _simpler(best: Trial, trial: Trial) -> Trial:
    # A change has to earn its place: without a clear gain the definition stays as its author wrote it.
    return trial if trial.is_good and trial.duration_s <= best.duration_s * (1 + NOISE / 2) else best


def _titles(bench: Bench, keys: Sequence[str]) -> str:
    return ", ".join(bench.titles[key] for key in keys)


def _one_by_one(
    bench: Bench, keys: Sequence[str], prices: Mapping[str, float], may: Callable[[], bool]
) -> Trial | None:
    """Each change alone, the most promising first, kept as long as it is the same and quicker; what was tried is not again."""
    kept: list[str] = []
    best: Trial | None = None
    for key in sorted(keys, key=lambda each: -prices.get(each, 0.0)):
        if not may():
            break
        if bench.has_tried([*kept, key]) or key not in without_doubles([*kept, key]):
            continue
        trial = bench.try_out(f"with: {bench.titles[key]}", [*kept, key])
        limit = (best.duration_s if best else bench.base_s) * (1 - NOISE / 2)
        if trial.is_good and trial.duration_s < limit:
            kept.append(key)
            best = trial
    return best


def _leave_out(
    bench: Bench, best: Trial, keys: Sequence[str], may: Callable[[], bool], *, reserve: int, most: int
) -> Trial:
    """Leaves out what does not help, and takes the other way of keeping a step where there is one."""
    others = [key for key in keys if key not in best.keys]
    for key in others:
        same_step = [each for each in best.keys if each.partition(":")[2] == key.partition(":")[2] != ""]
        swapped = [each for each in best.keys if each not in same_step] + [key]
        if same_step and may() and not bench.has_tried(swapped):
            label = f"{bench.titles[key]}, instead of: {bench.titles[same_step[0]]}"
            best = _better(best, bench.try_out(label, swapped))
    for key in reversed(best.keys):
        if len(best.keys) < 2 or not may() or len(bench.trials) >= most - reserve:
            break
        kept = [each for each in best.keys if each != key]
        best = _simpler(best, bench.try_out(f"without: {bench.titles[key]}", kept))
    return best


def _tune(bench: Bench, best: Trial | None, may: Callable[[], bool]) -> Trial | None:
    """Settings on top of the best so far."""
    keys = best.keys if best else ()
    start = best.duration_s if best else bench.base_s
    conf = put_together(bench.definition, bench.seen, keys).spark_conf
    tried: list[tuple[Mapping[str, str], float]] = [({}, start)]
    while may() and (knobs := next_setting(conf, tried, bench.cores)):
        trial = bench.try_out(
            "settings: " + ", ".join(f"{key.rpartition('.')[2]}={value}" for key, value in knobs.items()), keys, knobs
        )
        # What was stopped took at least that long.
        tried.append((knobs, trial.duration_s if trial.is_good else start * LIMIT))
        if trial.is_good and trial.duration_s < (best.duration_s if best else bench.base_s) * (1 - NOISE):
            best = trial
    return best
