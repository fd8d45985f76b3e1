"""What trials say of one change: only runs that differ by it count."""

from pathlib import Path

import pytest

from pursight_app.core.definitions import parse_definition
from pursight_app.services.optimization.trials import Bench, Trial
from pursight_app.spark.jobs import SparkJob

DEFINITION = parse_definition(
    {
        "inputs": [{"name": "orders", "path": "/orders.parquet", "format": "parquet"}],
        "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
        "outputs": [{"step": "sums", "path": "/out", "format": "parquet"}],
    }
)


def trial(seconds: float, *keys: str, status: str = "succeeded", **knobs: str) -> Trial:
    return Trial("tried", keys, knobs, seconds, status, "" if status == "succeeded" else "stopped")


def bench(*trials: Trial) -> Bench:
    """With a baseline of 40 s."""
    return Bench(SparkJob(Path("/nowhere")), DEFINITION, lambda _: None, lambda: None, 60.0, list(trials), base_s=40.0)


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
