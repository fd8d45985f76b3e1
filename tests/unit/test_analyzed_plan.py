"""Columns by Spark's own plans, recorded from real Spark by tests/cases/analyzed_plans/record.py."""

import json
from pathlib import Path

import pytest
import zstandard

from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.models import Transformation
from pursight_app.services.column_sources import column_sources
from pursight_app.services.pipelines.analyzed_plan import plan_origins, plan_tables
from pursight_app.services.pipelines.lineage import step_origins, tables_of
from tests.cases.analyzed_plans.record import QUERIES

RECORDED = Path(__file__).parents[1] / "cases" / "analyzed_plans" / "plans.zstd"
PLANS = json.loads(zstandard.ZstdDecompressor().decompress(RECORDED.read_bytes()))
TABLES = {"people": ("id", "email", "city", "born", "tags", "home"), "orders": ("order_id", "id", "amount", "note")}


def found_in(name: str) -> set[tuple[str, str, str]]:
    """(column, where from, what became of it)."""
    origins = plan_origins(PLANS[name], TABLES)
    return {(column, ".".join(place), str(how)) for column, ways in origins.items() for place, how in ways.items()}


# What reading the SQL misses, or takes for values where it is only a choice of rows.
BEYOND_SQL = {"except", "lateral", "explode", "pivot", "unpivot"}


@pytest.mark.parametrize("name", sorted(QUERIES.keys() - BEYOND_SQL))
def test_the_plan_and_the_text_say_the_same(name: str) -> None:
    schema = {("", table): columns for table, columns in TABLES.items()}
    by_text = column_sources(QUERIES[name], dialect="spark", schema=schema)
    assert found_in(name) == {
        (each.output, f"{each.table}.{each.column}", str(each.transformation)) for each in by_text
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("except", {("email", "people.email", "identity")}),
        ("lateral", {("email", "people.email", "identity"), ("note", "orders.note", "identity")}),
        ("explode", {("email", "people.email", "identity"), ("tag", "people.tags", "transformation")}),
        (
            "pivot",
            {
                ("city", "people.city", "identity"),
                ("one", "people.email", "transformation"), ("one", "people.id", "aggregation"),
                ("two", "people.email", "transformation"), ("two", "people.id", "aggregation"),
            },
        ),
        (
            "unpivot",
            {
                ("id", "people.id", "identity"),
                ("value", "people.email", "identity"), ("value", "people.city", "identity"),
            },
        ),
        (
            "py_chain",
            {
                ("city", "people.city", "identity"), ("note", "orders.note", "transformation"),
                ("hidden", "orders.note", "masking"),
            },
        ),
        (
            "py_udf",
            {("id", "people.id", "identity"), ("small", "people.email", "transformation"), ("h", "people.email", "masking")},
        ),
        ("py_long", {("email", "people.email", "transformation")}),
        # What a function does with a whole table is not seen: each column that it gets may be in each that it gives.
        (
            "py_map",
            {(made, f"people.{given}", "transformation") for made in ("who", "text") for given in ("id", "email")},
        ),
        ("py_own_view", {("id", "people.city", "identity"), ("email", "people.email", "identity")}),
        ("py_rdd", set()),
        ("py_dedup", {("email", "people.email", "identity")}),
    ],
)  # fmt: skip
def test_what_only_the_plan_says(name: str, expected: set[tuple[str, str, str]]) -> None:
    assert found_in(name) == expected


@pytest.mark.parametrize(
    ("name", "tables", "has_others"),
    [
        ("copy", {"people"}, False),
        ("exists", {"people", "orders"}, False),
        ("semi", {"people", "orders"}, False),
        ("correlated", {"people", "orders"}, False),
        ("py_chain", {"people", "orders"}, False),
        ("py_rdd", set(), True),
    ],
)
def test_tables_also_of_subqueries_and_what_stands_in_no_plan(name: str, tables: set[str], has_others: bool) -> None:
    assert plan_tables(PLANS[name], TABLES) == (tables, has_others)


PYTHON = "def run(spark, params):\n    return spark.createDataFrame(spark.table('people').rdd)"


def definition_of(*steps: dict[str, str], inputs: tuple[str, ...] = tuple(TABLES)) -> Definition:
    return parse_definition(
        {
            "inputs": [{"name": name, "path": f"/data/{name}"} for name in inputs],
            "steps": list(steps),
            "outputs": [{"step": steps[-1]["name"], "path": "/data/out"}],
        }
    )


def test_a_staged_step_is_followed_to_the_inputs_and_names_are_those_of_the_definition() -> None:
    # The recorded plan reads a view called people, as one reads a staged step of that name.
    first = {"name": "People", "python": PYTHON, "persist": "stage"}
    definition = definition_of(first, {"name": "last", "sql": "SELECT 1"}, inputs=("raw", "orders"))
    of_raw = json.loads(json.dumps(PLANS["py_own_view"]).replace('"table": "people"', '"table": "raw"'))
    plans = {"People": of_raw, "last": PLANS["copy"]}
    origins = step_origins(definition, {"raw": TABLES["people"], "orders": TABLES["orders"]}, plans)
    assert origins["last"]["contact"] == {("raw", "email"): Transformation.IDENTITY}
    assert origins["last"]["id"] == {("raw", "city"): Transformation.IDENTITY}
    assert tables_of(definition, definition.outputs[0], plans) == {"raw"}


def test_what_went_through_an_rdd_keeps_the_edge_between_the_tables() -> None:
    definition = definition_of({"name": "made", "python": PYTHON})
    plans = {"made": PLANS["py_rdd"]}
    assert tables_of(definition, definition.outputs[0], plans) == {"people"}
    assert step_origins(definition, TABLES, plans)["made"] == {"email": {}}


@pytest.mark.parametrize(
    "plan",
    [
        [{"class": "a.Project", "num-children": 0}],
        [{"class": "a.Union", "num-children": 2}],
        [{"class": "a.View", "num-children": 1, "desc": None}, {"class": "a.Files", "num-children": 0, "output": []}],
        [{"num-children": 0, "output": []}],
        [{"class": "a.Files", "num-children": 0, "output": ["email"]}],
    ],
)
def test_a_plan_that_is_not_understood_leaves_the_text_to_speak(plan: list[dict[str, object]]) -> None:
    definition = definition_of({"name": "made", "sql": "SELECT email FROM people"})
    origins = step_origins(definition, TABLES, {"made": plan})
    assert origins["made"]["email"] == {("people", "email"): Transformation.IDENTITY}
    assert tables_of(definition, definition.outputs[0], {"made": plan}) == {"people"}
