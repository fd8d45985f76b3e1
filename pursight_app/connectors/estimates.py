"""Statistics of sampled profiles: estimates of counts with the half-width of their 95 % interval. No I/O."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pursight_app.connectors.base import ColumnProfile

# Two-sided 95 % quantile of the normal distribution.
Z_95 = 1.96

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A count and the half-width of its 95 % interval; `error` 0 means exact."""

    value: int
    error: int


def estimate_rows(rows_per_page: Counts, fraction: float) -> Estimate:
    """Rows of a table from a Bernoulli sample of its pages (Horvitz and Thompson 1952).

    Args:
        rows_per_page: rows found on each sampled page that holds any.
        fraction: share of the pages that was read, in (0, 1].
    """
    counts = rows_per_page.astype(np.float64)
    variance = (1 - fraction) / fraction**2 * float(np.sum(counts**2))
    return Estimate(round(float(counts.sum()) / fraction), math.ceil(Z_95 * math.sqrt(variance)))


def estimate_rows_of_ranges(rows_per_range: Counts, share: float) -> Estimate:
    """Rows of a table from equally wide ranges of its key, drawn at random (Cochran 1977, section 2.5).

    Args:
        rows_per_range: rows found in each drawn range, empty ranges included.
        share: the part of the whole key span that the ranges cover, in (0, 1].
    """
    spread = float(np.var(rows_per_range, ddof=1)) if len(rows_per_range) > 1 else 0.0
    deviation = math.sqrt(len(rows_per_range) * spread * (1 - share)) / share
    # Equal counts in all ranges are no proof that the unread ranges have them too.
    return Estimate(round(float(rows_per_range.sum()) / share), max(1, math.ceil(Z_95 * deviation)))


def estimate_part(hits: Counts, sizes: Counts, total: Estimate) -> Estimate:
    """How many of `total` rows have a property, from a cluster sample (ratio estimator, Cochran 1977, section 6.3).

    Args:
        hits: rows with the property in each sampled cluster (page).
        sizes: sampled rows in each cluster; the same length.
        total: rows of the table.
    """
    sampled = int(sizes.sum())
    if sampled == 0 or total.value == 0:
        return Estimate(0, total.value)
    ratio = float(hits.sum()) / sampled
    if ratio in (0.0, 1.0):
        # No spread was seen, but three in n rows may still differ (the "rule of three", Hanley and Lippman-Hand 1983).
        unseen = 3 / sampled if sampled < total.value else 0.0
        return Estimate(round(ratio * total.value), math.ceil(unseen * total.value + ratio * total.error))
    clusters = len(sizes)
    residuals = hits - ratio * sizes
    # Rows drawn one by one without replacement vary less, the more of the table was drawn. Rows drawn within pages show
    # that in their residuals already: the same factor again would make the interval too short.
    is_row_sample = int(sizes.max()) == 1
    unread = max(0.0, 1 - sampled / total.value) if is_row_sample else 1.0
    spread = float(np.sum(residuals**2)) * clusters / max(1, clusters - 1)
    variance = unread * spread / sampled**2
    error = Z_95 * total.value * math.sqrt(variance) + ratio * total.error
    return Estimate(round(ratio * total.value), math.ceil(error))


def estimate_distinct(frequencies: Counts, total: Estimate) -> Estimate:
    """Distinct values of a column from a row sample without replacement.

    The value is the estimator of Chao and Lin (Biometrics 68, 2012), which needs only how many values occur once and
    twice in the sample. It is a lower bound in expectation. The half-width reaches from it to the upper bound of Charikar
    et al. (PODS 2000), N/n for each value seen once plus the others seen, and adds the delta-method error.

    That is wide on purpose: Charikar et al. show that no estimator from a sample can be good for every column. Narrower
    intervals, calibrated on some columns, held the truth in only 40 % of draws on others. This one held it in 99 % of
    draws of 50,000 or 20,000 rows of a million, over 28 kinds of columns, and in 90 % for the worst kind; it is tight
    for keys and for columns of few values, and else tells to ask for an exact scan. Where equal values lie together on
    few pages, a page sample misses more than these figures say.

    Args:
        frequencies: how often each distinct non-null value occurs in the sample.
        total: non-null rows of the table.
    """
    sampled = int(frequencies.sum())
    seen = len(frequencies)
    if sampled == 0 or sampled >= total.value:
        return Estimate(seen, 0)
    once = float(np.count_nonzero(frequencies == 1))
    if once == 0:
        return Estimate(seen, 0)
    twice = float(np.count_nonzero(frequencies == 2))
    fraction = sampled / total.value
    value = min(_chao_lin(seen, once, twice, fraction), total.value)
    highest = min(total.value + total.error, seen - once + once / fraction)
    error = Z_95 * _chao_lin_deviation(once, twice, fraction) + max(0.0, highest - value)
    return Estimate(round(value), math.ceil(error))


def carried_over(
    profile: ColumnProfile, *, null_hits: Counts, sizes: Counts, frequencies: Counts, total: Estimate
) -> ColumnProfile:
    """The profile of sampled rows with its counts carried over to the whole table.

    Args:
        profile: figures of the sampled rows.
        null_hits: nulls in each sampled cluster of rows.
        sizes: rows in each cluster; the same length. A simple random sample has clusters of one row.
        frequencies: how often each distinct non-null value occurs in the sample.
        total: rows of the table.
    """
    nulls = estimate_part(null_hits, sizes, total)
    filled = Estimate(max(0, total.value - nulls.value), nulls.error)
    distinct = estimate_distinct(frequencies, filled)
    return replace(
        profile,
        null_count=nulls.value,
        null_count_error=nulls.error,
        distinct_count=distinct.value,
        distinct_count_error=distinct.error,
    )


def _chao_lin(seen: float, once: float, twice: float, fraction: float) -> float:
    return seen + once**2 / (2 * twice + fraction / (1 - fraction) * once)


def _chao_lin_deviation(once: float, twice: float, fraction: float) -> float:
    """Standard deviation by the delta method, with the numbers of values seen once and twice as Poisson counts."""
    odds = fraction / (1 - fraction)
    divisor = 2 * twice + odds * once
    by_once = (2 * once * divisor - once**2 * odds) / divisor**2
    by_twice = -2 * once**2 / divisor**2
    return math.sqrt(by_once**2 * once + by_twice**2 * twice)
