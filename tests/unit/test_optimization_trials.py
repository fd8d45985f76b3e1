"""What trials say of one change: only runs that differ by it count."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.optimizers.base import Candidate
from pursight_app.services.optimization.changes import Change
from pursight_app.services.optimization.trials import Bench, Trial, search
from pursight_app.spark.jobs import Result, SparkJob

DEFINITION = parse_definition(
    {
        "inputs": [{"name": "orders", "path": "/orders.parquet", "format": "parquet"}],
        "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
        "outputs": [{"step": "sums", "path": "/out", "format": "parquet"}],
    }
)


# Its step is read twice, so that it can be kept.
READ_TWICE = parse_definition(
    DEFINITION.to_json()
    | {"outputs": [{"step": "sums", "path": f"/out-{number}", "format": "parquet"} for number in (1, 2)]}
)


def trial(seconds: float, *keys: str, status: str = "succeeded", **knobs: str) -> Trial:
    return Trial("tried", keys, knobs, seconds, status, "" if status == "succeeded" else "stopped")


def bench(*trials: Trial) -> Bench:
    """With a baseline of 40 s."""
    return Bench(
        SparkJob(Path("/nowhere")), DEFINITION, lambda _: None, lambda: None, 60.0, trials=list(trials), base_s=40.0
    )


def test_what_the_best_would_be_without_a_change_counts_most() -> None:
    best = trial(8, "a", "b")
    tried = bench(best, trial(30, "a"), trial(16, "b"))

    assert tried.effect_of("a", best) == pytest.approx(8 / 16)
    assert tried.effect_of("b", best) == pytest.approx(8 / 30)


def test_a_change_that_was_dropped_is_known_by_the_runs_with_and_without_it() -> None:
    best = trial(10, "a")
    tried = bench(trial(12, "a", "b"), best)

    assert tried.effect_of("b", best) == pytest.approx(12 / 10)
    assert tried.effect_of("a", best) == pytest.approx(10 / 40)


def test_runs_that_differ_by_two_changes_say_nothing_of_either() -> None:
    tried = bench(trial(12, "a", "b"))

    assert tried.effect_of("a", tried.trials[0]) is None
    assert bench(trial(12, "a", "b"), trial(9, "c")).effect_of("a", None) is None


def test_a_failed_run_says_nothing_and_a_stopped_one_that_it_took_so_long() -> None:
    assert bench(trial(3, "a", status="failed")).effect_of("a", None) is None
    assert bench(trial(60, "a", status="cancelled")).effect_of("a", None) == pytest.approx(1.5)


def test_settings_are_measured_on_top_of_the_same_changes() -> None:
    best = trial(5, "a", partitions="8")

    assert bench(trial(10, "a"), best).effect_of_settings(best) == pytest.approx(0.5)
    assert bench(trial(10, "a"), best).effect_of("a", best) == pytest.approx(10 / 40)
    alone = trial(20, partitions="8")
    assert bench(alone).effect_of_settings(alone) == pytest.approx(0.5)
    assert bench(trial(10, "a")).effect_of_settings(trial(10, "a")) is None


@dataclass
class Scripted(Bench):
    """Runs take what the script says: the pipeline as it is, and with other settings."""

    as_it_is: Iterator[float] = field(default_factory=lambda: iter(()))
    otherwise: Iterator[float] = field(default_factory=lambda: iter(()))

    def run(self, definition: Definition, *, limit_s: float = 0.0) -> Result:
        del limit_s
        return Result("succeeded", next(self.as_it_is if definition == self.definition else self.otherwise))


def searched(as_it_is: list[float], otherwise: list[float]) -> tuple[Trial | None, int]:
    tried = Scripted(
        SparkJob(Path("/nowhere")), DEFINITION, lambda _: None, lambda: None, 60.0,
        as_it_is=iter(as_it_is), otherwise=iter(otherwise),
    )  # fmt: skip
    tried.run_baseline()
    return search(tried, [], {}, most=len(otherwise)), len(tried.trials)


def test_a_lucky_run_is_no_gain_and_one_that_comes_again_is() -> None:
    assert searched([10, 10], [8, 10, 10, 9.9]) == (None, 4)

    best, count = searched([10, 10], [8, 8, 8, 8.2])
    assert best is not None
    assert (best.label, best.duration_s, count) == ("the best once more", 8.2, 4)


def test_what_a_warm_session_gains_is_no_gain() -> None:
    assert searched([10, 8], [8, 8, 8, 8]) == (None, 4)


def kept_in(how: str) -> Change:
    definition = replace(DEFINITION, steps=(replace(DEFINITION.steps[0], persist=how),))
    candidate = Candidate(f"repeated_scan_{how}:sums", f"Keep sums in {how}", "caching", "", "", "", definition, 0.9)
    return Change(candidate.key, candidate, {}, {})


@pytest.mark.parametrize("slow_s", [30, 21])
def test_where_one_way_of_keeping_a_step_fails_the_other_is_tried_and_none_twice(slow_s: float) -> None:
    tried = Scripted(
        SparkJob(Path("/nowhere")), READ_TWICE, lambda _: None, lambda: None, 60.0,
        as_it_is=iter([20, 20]), otherwise=iter([slow_s, 12, 12]),
    )  # fmt: skip
    tried.run_baseline()

    best = search(tried, [kept_in("memory"), kept_in("stage")], {}, most=3)

    # The last one is the best once more.
    assert [each.keys[0].partition(":")[0] for each in tried.trials] == [
        "repeated_scan_memory", "repeated_scan_stage", "repeated_scan_stage",
    ]  # fmt: skip
    assert best is tried.trials[-1]


@pytest.mark.parametrize(("alone_s", "keys"), [(11.0, []), (15.0, ["repeated_scan_stage:sums"])])
def test_what_settings_bring_without_a_weak_change_leaves_the_definition_as_it_was(
    alone_s: float, keys: list[str]
) -> None:
    tried = Scripted(
        SparkJob(Path("/nowhere")), READ_TWICE, lambda _: None, lambda: None, 60.0,
        # The change saves a tenth; settings with it, settings alone, and the best once more.
        as_it_is=iter([20, 20]), otherwise=iter([18, 12, alone_s, 11.5]),
    )  # fmt: skip
    tried.run_baseline()

    best = search(tried, [kept_in("stage")], {}, most=4)

    assert tried.trials[2].label == "the best settings without: Keep sums in stage"
    assert best is tried.trials[3]
    assert list(best.keys) == keys
    assert best.knobs == tried.trials[1].knobs != {}


def test_settings_of_a_strong_change_are_not_tried_without_it() -> None:
    tried = Scripted(
        SparkJob(Path("/nowhere")), READ_TWICE, lambda _: None, lambda: None, 60.0,
        as_it_is=iter([20, 20]), otherwise=iter([10, 8, 8, 8]),
    )  # fmt: skip
    tried.run_baseline()

    search(tried, [kept_in("stage")], {}, most=4)

    assert {each.keys for each in tried.trials} == {("repeated_scan_stage:sums",)}
