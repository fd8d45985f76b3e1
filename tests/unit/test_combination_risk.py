"""Combination risk against brute force on small random tables, and on a table whose answer is known."""

from collections import Counter
from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pursight_app.services.combination_risk import SINGLES_OUT, SMALL_GROUP, CombinationRisk, from_json
from pursight_app.services.combination_risk.figures import Column, LeftOut, NotMeasured
from pursight_app.services.combination_risk.groups import coded, encode, group
from pursight_app.services.combination_risk.measure import measure
from pursight_app.services.combination_risk.population import estimate
from pursight_app.services.combination_risk.search import MOST_COLUMNS, find_sets

AT = datetime(2026, 11, 24, tzinfo=UTC)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[st.sampled_from("abc")] * width), min_size=1, max_size=25)
)


def brute_force(rows: list[tuple[str, ...]], members: tuple[int, ...]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row[place] for place in members) for row in rows)


def columns_of(rows: list[tuple[str, ...]]) -> list[pa.Array]:
    return [pa.array([row[place] for row in rows]) for place in range(len(rows[0]))]


@settings(max_examples=120, deadline=None)
@given(TABLES)
def test_groups_are_those_of_counting_by_hand(rows: list[tuple[str, ...]]) -> None:
    data = coded([encode(column) for column in columns_of(rows)])
    for size in range(1, len(rows[0]) + 1):
        sets = list(combinations(range(len(rows[0])), size))
        found = group(data, np.array(sets, dtype=np.int64))
        for place, members in enumerate(sets):
            sizes = list(brute_force(rows, members).values())
            assert found.singles[place] == sizes.count(1)
            assert found.doubles[place] == sizes.count(2)
            assert found.triples[place] == sizes.count(3)
            assert found.smallest[place] == min(sizes)
            assert found.in_small[place] == sum(each for each in sizes if each < SMALL_GROUP)


@settings(max_examples=120, deadline=None)
@given(TABLES)
def test_the_smallest_sets_that_single_out_are_found_and_no_set_above_them(rows: list[tuple[str, ...]]) -> None:
    data = coded([encode(column) for column in columns_of(rows)])
    found = find_sets(data, lambda groups: groups.singles / len(rows))
    places = range(len(rows[0]))
    hits = {
        members
        for size in range(1, MOST_COLUMNS + 1)
        for members in combinations(places, size)
        if list(brute_force(rows, members).values()).count(1) / len(rows) >= SINGLES_OUT
    }
    smallest = {members for members in hits if not any(set(other) < set(members) for other in hits)}

    assert not found.is_cut
    if smallest:
        assert set(found.sets) <= smallest
        assert len(found.sets) == min(10, len(smallest))
    else:
        assert len(found.sets) <= 1


# Sixty people: the birth date alone is never unique, with the postal code it always is.
PEOPLE = pa.table(
    {
        "born": [f"19{50 + row % 30}-0{1 + row % 9}-11" for row in range(60)],
        "zip": [f"1{row // 30:02}{row % 7}5" for row in range(60)],
        "sex": ["f" if row % 2 else "m" for row in range(60)],
        "mail": [f"p{row}@example.org" for row in range(60)],
        "note": ["met at the fair"] * 60,
        "token": [f"tok{row:020}" for row in range(60)],
    }
)
TAKEN_FOR = [
    Column("born", "date_of_birth"),
    Column("zip", "postal_code"),
    Column("sex", "gender"),
    Column("mail", "email"),
    Column("note", "free_text"),
    Column("token", "api_key"),
    Column("not read", "city"),
]


def measured(table: pa.Table = PEOPLE, *, row_count: int | None = None) -> CombinationRisk:
    return measure(table, TAKEN_FOR, row_count=table.num_rows if row_count is None else row_count, at=AT)


def test_a_known_table_gets_the_known_answer() -> None:
    risk = measured()

    assert risk.worst is not None
    rows = list(zip(*(PEOPLE.column(name).to_pylist() for name in risk.worst.columns), strict=True))
    sizes = list(Counter(rows).values())
    assert risk.worst.figures.unique_ratio == pytest.approx(sizes.count(1) / 60, abs=1e-4)
    assert risk.worst.figures.k == min(sizes)
    assert risk.worst.figures.whole is None
    assert [each.column for each in risk.direct_identifiers] == ["mail"]
    assert {each.column: each.reason for each in risk.left_out} == {
        "note": LeftOut.FREE_TEXT,
        "token": LeftOut.SECRET,
    }


def test_coarser_values_single_out_fewer() -> None:
    risk = measured()
    worst = risk.worst

    assert worst is not None
    assert worst.variants
    assert all(each.figures.unique_ratio <= worst.figures.unique_ratio for each in worst.variants)


def test_what_is_kept_holds_no_value_and_reads_back_as_it_was() -> None:
    risk = measured()
    kept = risk.as_json()

    assert from_json(kept) == risk
    text = str(kept)
    assert not [value for column in PEOPLE.columns for value in column.to_pylist() if len(value) > 3 and value in text]
    assert from_json({"version": -1}) is None
    assert from_json({}) is None


def test_a_sample_has_its_error_bar_and_speaks_of_the_whole_table() -> None:
    risk = measured(row_count=600)

    assert risk.worst is not None
    figures = risk.worst.figures
    assert figures.low <= figures.unique_ratio <= figures.high
    assert figures.low < figures.high
    assert figures.whole is not None
    assert figures.whole.low <= figures.whole.high <= 1


@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_the_range_for_the_whole_table_holds_what_is_there(spread: float) -> None:
    """Populations of known groups, sampled without replacement; nominal 95 %, at least 85 % asked as the model is one."""
    chance = np.random.default_rng(7)
    inside = 0
    for _ in range(60):
        rates = chance.gamma(spread, size=3_000)
        population = chance.choice(3_000, size=10_000, p=rates / rates.sum())
        truth = (np.bincount(population, minlength=3_000) == 1).sum() / len(population)
        sizes = np.bincount(chance.choice(population, size=1_000, replace=False))
        found = estimate(*((sizes == size).sum() for size in (1, 2, 3)), rows=1_000, row_count=10_000)
        inside += found.low <= truth <= found.high
    assert inside >= 51


def test_why_nothing_is_measured_is_said() -> None:
    assert measure(PEOPLE, [Column("zip", "postal_code")], row_count=60, at=AT).reason == NotMeasured.NO_PERSON
    assert measured(PEOPLE.slice(0, 5)).reason == NotMeasured.TOO_FEW_ROWS
    only_mail = measure(PEOPLE, [Column("mail", "email")], row_count=60, at=AT)
    assert only_mail.reason == NotMeasured.NO_QUASI_IDENTIFIER


def test_empty_cells_and_cases_are_no_differences_of_their_own() -> None:
    codes = encode(pa.array([" Ulm", "ulm ", "", None, "Bonn"]))

    assert codes[0] == codes[1]
    assert codes[2] == codes[3]
    assert len(set(codes.tolist())) == 3


def test_wide_tables_are_cut_and_say_so() -> None:
    chance = np.random.default_rng(1)
    names = [f"c{place}" for place in range(60)]
    table = pa.table({name: chance.integers(0, 3, 1_000).astype(str) for name in names})

    risk = measure(table, [Column(name, "city") for name in names] + [Column("c0", "gender")], row_count=1_000, at=AT)

    assert risk.is_cut
    assert risk.tried <= 2_000_000 // 1_000 + 240
