"""Which small sets of columns single people out: level by level, no set above one that already does."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pursight_app.services.combination_risk.figures import SINGLES_OUT
from pursight_app.services.combination_risk.groups import Coded, Codes, Groups, group

# Somebody who knows more than four things of a person hardly needs this table.
MOST_COLUMNS = 4
MOST_SETS = 10
# Sets × rows that one table may cost: about 50 ms. Counted and not timed, so that the same table gives the same answer.
MOST_CELLS = 2_000_000

Members = tuple[int, ...]
# Gives the share of unique rows of each set from its groups.
Ratios = Callable[[Groups], "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"]


@dataclass(frozen=True, slots=True)
class Found:
    """Sets of places of columns; `is_cut` when some were never tried."""

    sets: tuple[Members, ...]
    tried: int
    is_cut: bool


def find_sets(data: Coded, ratios: Ratios) -> Found:
    """The smallest sets that single out, fewest columns first, then the riskiest; else the one that comes closest."""
    count, rows = data.codes.shape
    left = max(count * MOST_COLUMNS, MOST_CELLS // rows)
    level: Sequence[Members] = [(place,) for place in range(count)]
    hits: list[tuple[int, float, Members]] = []
    closest: tuple[float, Members] | None = None
    tried, is_cut = 0, False
    while level:
        # What is left is shared among this level and those above, so that sets of four are tried in wide tables too.
        kept = _most_telling(level, data.counts, max(1, left // (MOST_COLUMNS + 1 - len(level[0]))))
        is_cut = is_cut or len(kept) < len(level)
        measured = ratios(group(data, np.array(kept, dtype=np.int64)))
        tried, left = tried + len(kept), left - len(kept)
        survivors: list[Members] = []
        for members, ratio in zip(kept, measured.tolist(), strict=True):
            if ratio >= SINGLES_OUT:
                hits.append((len(members), -ratio, members))
            else:
                survivors.append(members)
                closest = max(closest or (ratio, members), (ratio, members), key=lambda each: (each[0], -len(each[1])))
        level = _next_level(survivors) if len(kept[0]) < MOST_COLUMNS and left > 0 else []
    best = [members for _, _, members in sorted(hits)[:MOST_SETS]]
    if not best and closest and closest[0] > 0:
        best = [closest[1]]
    return Found(tuple(best), tried, is_cut)


def _most_telling(level: Sequence[Members], counts: Codes, most: int) -> Sequence[Members]:
    """At most `most` sets: those whose columns have most values, which single out soonest."""
    if len(level) <= most:
        return level
    weights = np.log(counts)
    return sorted(level, key=lambda members: -sum(weights[place] for place in members))[:most]


def _next_level(survivors: Iterable[Members]) -> list[Members]:
    """Sets of one column more, of which no part singles out (Apriori, Agrawal and Srikant 1994)."""
    known = set(survivors)
    followers: dict[Members, list[int]] = {}
    for members in sorted(known):
        followers.setdefault(members[:-1], []).append(members[-1])
    joined = ((*start, first, second) for start, ends in followers.items() for first, second in combinations(ends, 2))
    return [
        members
        for members in joined
        if all(members[:place] + members[place + 1 :] in known for place in range(len(members) - 2))
    ]
