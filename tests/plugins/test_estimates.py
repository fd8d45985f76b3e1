"""Error bars are measured, not believed: over many draws, 95 % intervals must hold the truth about that often."""

from collections.abc import Callable

import numpy as np
import pytest

from pursight_app.connectors.estimates import (
    Estimate,
    estimate_distinct,
    estimate_part,
    estimate_rows,
    estimate_rows_of_ranges,
)

ROWS, PER_PAGE, DRAWS = 48_000, 74, 300
PAGES = np.arange(ROWS) // PER_PAGE


def regular(_: np.random.Generator) -> np.ndarray:
    return np.arange(ROWS) % 4 == 0


def scattered(generator: np.random.Generator) -> np.ndarray:
    return generator.random(ROWS) < 0.25


def clumped(generator: np.random.Generator) -> np.ndarray:
    """Whole pages are mostly null or mostly not, as after a migration that filled only new rows."""
    return generator.random(ROWS) < np.where(generator.random(PAGES[-1] + 1) < 0.3, 0.9, 0.02)[PAGES]


@pytest.mark.parametrize("nulls", [regular, scattered, clumped])
@pytest.mark.parametrize(("page_share", "row_share"), [(1.0, 0.42), (0.3, 1.0), (0.3, 0.2)])
def test_null_counts_of_page_samples_hold_their_bars(
    nulls: Callable[[np.random.Generator], np.ndarray], page_share: float, row_share: float
) -> None:
    generator = np.random.default_rng(7)
    is_null = nulls(generator)
    held = 0
    for _ in range(DRAWS):
        pages = generator.random(PAGES[-1] + 1) < page_share
        drawn = pages[PAGES] & (generator.random(ROWS) < row_share)
        clusters = np.unique(PAGES[drawn], return_inverse=True)[1]
        hits = np.bincount(clusters, weights=is_null[drawn]).astype(np.int64)
        estimate = estimate_part(hits, np.bincount(clusters).astype(np.int64), Estimate(ROWS, 0))
        held += abs(estimate.value - int(is_null.sum())) <= estimate.error
    assert held / DRAWS >= 0.92


def test_null_counts_of_row_samples_hold_their_bars_and_are_not_too_wide() -> None:
    generator = np.random.default_rng(8)
    is_null = scattered(generator)
    held = 0
    for _ in range(DRAWS):
        drawn = generator.choice(ROWS, 20_000, replace=False)
        estimate = estimate_part(is_null[drawn].astype(np.int64), np.ones(20_000, np.int64), Estimate(ROWS, 0))
        held += abs(estimate.value - int(is_null.sum())) <= estimate.error
    assert 0.92 <= held / DRAWS <= 0.99


def test_row_counts_of_page_samples_hold_their_bars() -> None:
    generator = np.random.default_rng(9)
    sizes = generator.integers(20, 200, 3_000)
    held = 0
    for _ in range(DRAWS):
        estimate = estimate_rows(sizes[generator.random(3_000) < 0.3], 0.3)
        held += abs(estimate.value - int(sizes.sum())) <= estimate.error
    assert held / DRAWS >= 0.92


def test_row_counts_of_key_ranges_hold_their_bars() -> None:
    generator = np.random.default_rng(10)
    sizes = generator.binomial(50, generator.random(8_000))
    held = 0
    for _ in range(DRAWS):
        estimate = estimate_rows_of_ranges(sizes[generator.choice(8_000, 400, replace=False)], 400 / 8_000)
        held += abs(estimate.value - int(sizes.sum())) <= estimate.error
    assert held / DRAWS >= 0.92


def zipf(generator: np.random.Generator) -> np.ndarray:
    weights = 1 / np.arange(1, 100_001)
    return generator.choice(100_000, size=1_000_000, p=weights / weights.sum())


POPULATIONS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "unique": lambda _: np.arange(1_000_000),
    "pairs": lambda _: np.arange(1_000_000) // 2,
    "uniform": lambda generator: generator.integers(0, 300_000, 1_000_000),
    # Almost every value once or twice: the hardest kind, as the sample hardly shows repetition.
    "sparse": lambda generator: generator.integers(0, 800_000, 1_000_000),
    "sparser": lambda generator: generator.integers(0, 1_500_000, 1_000_000),
    "few": lambda generator: generator.integers(0, 7, 1_000_000),
    "normal": lambda generator: generator.normal(0, 20_000, 1_000_000).astype(int),
    "exponential": lambda generator: generator.exponential(50_000, 1_000_000).astype(int),
    "zipf": zipf,
    "half default": lambda generator: np.where(generator.random(1_000_000) < 0.5, -1, np.arange(1_000_000)),
}


@pytest.mark.parametrize("sampled", [50_000, 20_000])
@pytest.mark.parametrize("name", list(POPULATIONS))
def test_distinct_counts_hold_their_bars(name: str, sampled: int) -> None:
    generator = np.random.default_rng(11)
    values = POPULATIONS[name](generator)
    truth = len(np.unique(values))
    draws, held = 10, 0
    for _ in range(draws):
        drawn = generator.choice(values, sampled, replace=False)
        estimate = estimate_distinct(np.unique(drawn, return_counts=True)[1].astype(np.int64), Estimate(len(values), 0))
        held += abs(estimate.value - truth) <= estimate.error
    assert held / draws >= 0.8


def test_nothing_seen_is_not_nothing_there() -> None:
    assert estimate_part(np.zeros(100, np.int64), np.ones(100, np.int64), Estimate(10_000, 0)) == Estimate(0, 300)
    assert estimate_part(np.array([], np.int64), np.array([], np.int64), Estimate(50, 0)) == Estimate(0, 50)
    assert estimate_distinct(np.array([], np.int64), Estimate(0, 0)) == Estimate(0, 0)
