"""From a sample to the whole table: which share of all rows is unique.

A row that is unique in the sample need not be unique in the table. With gamma-distributed group rates (the Poisson-gamma model
of Bethlehem, Keller and Pannekoek, JASA 1990) the chance that it is follows in closed form from the numbers of groups with one,
two and three rows: two give the mean number of further rows in its group, three their spread (Chao and Lee, JASA 1992). With
no spread it is the lower bound that Jensen's inequality gives for every distribution; with a squared coefficient of variation
of 1 it is Skinner and Elliot's measure (JRSS B 2002). Assumes that rows were drawn with equal chance.
"""

import numpy as np
from numpy.typing import NDArray

from pursight_app.services.combination_risk.figures import Estimate

Numbers = NDArray[np.float64]
# A wider range than this leaves nothing to say but the range.
MOST_WIDTH = 0.5
_DRAWS = 400
_SEED = 4
_Z95 = 1.959964


def wilson(matched: int, tested: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not tested:
        return 0.0, 1.0
    share, square = matched / tested, _Z95 * _Z95
    middle = (share + square / (2 * tested)) / (1 + square / tested)
    half = _Z95 * np.sqrt(share * (1 - share) / tested + square / (4 * tested**2)) / (1 + square / tested)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def unique_ratios(singles: Numbers, doubles: Numbers, triples: Numbers, *, rows: int, row_count: int) -> Numbers:
    """Share of the whole table's rows that are unique, for many sets at once; all counts are of groups in the sample."""
    further = _further_rows(singles, doubles, rows=rows, row_count=row_count)
    spread = np.maximum(1.5 * singles * triples / np.maximum(doubles, 1.0) ** 2 - 1, 1e-6)
    return singles / rows * np.exp(-np.log1p(further * spread) / spread)


def estimate(singles: int, doubles: int, triples: int, *, rows: int, row_count: int) -> Estimate:
    """The share with its range, from the lower bound for any distribution to the model's upper end, 95 % each."""
    chance = np.random.default_rng(_SEED)
    drawn_doubles = chance.gamma(doubles + 0.5, size=_DRAWS)
    drawn_triples = chance.gamma(triples + 0.5, size=_DRAWS)
    # A sample with more pairs has fewer single rows: drawn apart, the two would hide each other's error.
    moved = 2 * (drawn_doubles - doubles) + 3 * (drawn_triples - triples)
    drawn_singles = np.clip(singles - moved, 0.0, rows)
    at_most = unique_ratios(drawn_singles, drawn_doubles, drawn_triples, rows=rows, row_count=row_count)
    further = _further_rows(drawn_singles, drawn_doubles, rows=rows, row_count=row_count)
    at_least = drawn_singles / rows * np.exp(-further)
    given = (np.array([float(count)]) for count in (singles, doubles, triples))
    ratio = float(unique_ratios(*given, rows=rows, row_count=row_count)[0])
    low = min(ratio, float(np.quantile(at_least, 0.025)))
    high = max(ratio, float(np.quantile(at_most, 0.975)))
    return Estimate(round(ratio, 4) if high - low <= MOST_WIDTH else None, round(low, 4), round(high, 4))


def _further_rows(singles: Numbers, doubles: Numbers, *, rows: int, row_count: int) -> Numbers:
    """Mean number of rows outside the sample that share the values of a row that is unique in it."""
    return 2 * doubles / np.maximum(singles, 1.0) * (row_count - rows) / rows
