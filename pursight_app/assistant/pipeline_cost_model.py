"""Prices changes of pipelines: what a change is expected to save, with an interval, learned from what changes did.

The target is the log of the ratio of times, after over before. While there are few outcomes of a kind the rules decide: of the
share of the run that hangs on the bottleneck as much as such changes saved on the bench bed at scale 0.1 (`prior_gain`). With outcomes a
forest of regression trees learns from features; its interval is that of its trees widened by what it missed on held-back
outcomes (conformal, Vovk et al. 2005), so that about 80 % of outcomes fall inside.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestRegressor

FEATURES = (
    "stake_ratio", "prior_gain", "busy_s", "input_gb", "shuffle_gb", "spilled_gb", "tasks_log", "cores", "python_share",
    "files_log", "conf_count", "step_count", "output_count",
)  # fmt: skip
KEYS = (
    "partition_count", "small_files_out", "small_files_in", "repeated_scan_memory", "repeated_scan_stage", "late_filter_stage",
    "late_filter_dates", "exploding_join", "shuffle_volume_useless", "python_udf", "tuning", "other",
)  # fmt: skip
# Below it nothing is learned; above, the forest is trusted where it was right on held-back outcomes.
LEAST_EXAMPLES = 12
COVERED = 0.8
TREES = 200
# Each outcome is held back once, and each model is made so often to compare it with another; with fewer trees, alike for both.
HELD_BACK_PARTS, HELD_BACK_TREES = 3, 40
# Without outcomes: what 80 % of the rules' expectations on the bench bed at scale 0.1 missed at most.
RULES_MISS = 0.7
# Two runs of the same differ by as much, so no model can be surer.
LEAST_MISS = 0.05


@dataclass(frozen=True, slots=True)
class Price:
    """Expected ratio of time saved (0.3: 30 % less) with its interval; None says that the model does not know."""

    gain: float | None
    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Example:
    """What one change did: `log_ratio` below 0 is faster."""

    key: str
    features: Mapping[str, float]
    log_ratio: float


class PipelineCostModel:
    """Rules alone without examples; `scores` are from held-back outcomes, five-fold."""

    def __init__(self, examples: Sequence[Example] = (), *, trees: int = TREES) -> None:
        self.examples, self._trees = list(examples), trees
        self.scores: dict[str, Any] = {"examples": len(self.examples)}
        self._forest: RandomForestRegressor | None = None
        self._miss = RULES_MISS
        if len(self.examples) >= LEAST_EXAMPLES:
            self._learn()

    def _learn(self) -> None:
        rows = np.array([vector(each.key, each.features) for each in self.examples])
        target = np.array([each.log_ratio for each in self.examples])
        held_back = np.zeros_like(target)
        order = np.random.default_rng(7).permutation(len(target))
        for fold in np.array_split(order, 5):
            rest = np.setdiff1d(order, fold)
            held_back[fold] = _forest(rows[rest], target[rest], self._trees).predict(rows[fold])
        rules = np.array([math.log(1 - _rule(each.features)) for each in self.examples])
        misses, of_rules = np.abs(held_back - target), np.abs(rules - target)
        self.scores |= {
            "mean_error": round(float(misses.mean()), 4),
            "mean_error_of_rules": round(float(of_rules.mean()), 4),
            "rank_correlation": round(_rank_correlation(held_back, target), 4),
        }
        # A challenger that is no better than the rules on what it has not seen is not used.
        if misses.mean() < of_rules.mean():
            self._forest = _forest(rows, target, self._trees)
            self._miss = max(LEAST_MISS, float(np.quantile(misses, COVERED)))
        else:
            self._miss = max(LEAST_MISS, float(np.quantile(of_rules, COVERED)))
        self.scores["half_interval"] = round(self._miss, 4)
        self.scores["learned"] = self._forest is not None

    def price(self, key: str, features: Mapping[str, float]) -> Price:
        """What a change is expected to save."""
        known = sum(each.key == key for each in self.examples)
        if features.get("stake_ratio", 0.0) <= 0 and not known:
            return Price(None, None, None, 0.0)
        miss = self._miss
        if self._forest is not None and known:
            expected = float(self._forest.predict(np.array([vector(key, features)]))[0])
        else:
            # Of a kind that it never saw the forest knows nothing; neither do the misses of others speak of it.
            expected, miss = math.log(1 - _rule(features)), self._miss if known else max(miss, RULES_MISS)
        low, high = expected - miss, expected + miss
        # Sure is who says "faster" with the whole interval.
        confidence = min(0.95, max(0.05, 0.5 - expected / (2 * miss) * 0.5)) * (0.6 + 0.4 * min(1.0, known / 5))
        return Price(_gain(expected), _gain(high), _gain(low), round(confidence, 3))


def held_back_scores(examples: Sequence[Example], known: Sequence[int]) -> list[dict[str, float]]:
    """How models that know only the first so many `examples` do on outcomes that none of them has learned, all on the same.

    In each of three parts of all outcomes: `mean_error` of the log ratio, and which share lay `inside` the stated interval. Of
    what a model knows nothing it is taken to expect no change.
    """
    order = np.random.default_rng(7).permutation(len(examples))
    folds = [set(fold.tolist()) for fold in np.array_split(order, HELD_BACK_PARTS)]
    return [_held_back(examples, count, folds) for count in known]


def _held_back(examples: Sequence[Example], known: int, folds: Sequence[set[int]]) -> dict[str, float]:
    misses, inside, stated = list[float](), 0, 0
    for fold in folds:
        model = PipelineCostModel(
            [each for number, each in enumerate(examples[:known]) if number not in fold], trees=HELD_BACK_TREES
        )
        for number in fold:
            outcome, price = examples[number], model.price(examples[number].key, examples[number].features)
            misses.append(abs(outcome.log_ratio - math.log(1 - (price.gain or 0.0))))
            if price.low is not None and price.high is not None:
                stated += 1
                inside += price.low <= 1 - math.exp(outcome.log_ratio) <= price.high
    return {
        "mean_error": round(sum(misses) / max(1, len(misses)), 4),
        "inside": round(inside / stated, 4) if stated else 0.0,
    }


def _forest(rows: Any, target: Any, trees: int) -> "RandomForestRegressor":
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=trees, min_samples_leaf=2, random_state=7, n_jobs=1).fit(rows, target)


def _gain(log_ratio: float) -> float:
    return round(1 - math.exp(log_ratio), 4)


def _rule(features: Mapping[str, float]) -> float:
    """What rules say: of the time at stake as much as such changes brought elsewhere."""
    stake = min(0.97, max(0.0, features.get("stake_ratio", 0.0)))
    prior = min(0.95, max(0.0, features.get("prior_gain", 0.0)))
    return stake * prior


def vector(key: str, features: Mapping[str, float]) -> list[float]:
    """A change as numbers: its features, and which kind it is."""
    kind = key if key in KEYS else "other"
    return [float(features.get(name, 0.0)) for name in FEATURES] + [float(kind == each) for each in KEYS]


def _rank_correlation(one: Any, other: Any) -> float:
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    ranks = [np.argsort(np.argsort(values)).astype(float) for values in (one, other)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
