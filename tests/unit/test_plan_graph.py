"""The drawn plan: nothing covers anything else, lines lead to what takes the rows, and a large plan is cut with a word."""

import re
from pathlib import Path
from typing import Any

import pytest

from pursight_app.core.executions import PlanNode
from pursight_app.spark.event_log import read_event_log
from state.plan_graph import BETWEEN, HEIGHT, MOST_NODES, WIDTH, plan_view

RECORDED = Path(__file__).parents[1] / "cases" / "event_logs"


def as_json(node: PlanNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "text": node.text,
        "metrics": node.metrics,
        "children": [as_json(each) for each in node.children],
    }


def pixels(words: str) -> int:
    return int(words.removesuffix("px"))


@pytest.mark.parametrize("log", ["broadcast_join.clean", "skew.shows", "repeated_scan.shows", "exploding_join.shows"])
def test_boxes_of_a_real_plan_lie_apart_and_lines_join_them(log: str) -> None:
    plans = [each.plan for each in read_event_log(RECORDED / f"{log}.zstd").queries.values() if each.plan]
    view = plan_view(as_json(max(plans, key=lambda plan: len(list(plan.walk())))))

    places = {(pixels(each.left), pixels(each.top)) for each in view.nodes}
    assert len(places) == len(view.nodes) > 3
    for left, top in places:
        assert 0 <= left <= int(view.width) - WIDTH
        assert 0 <= top <= int(view.height) - HEIGHT
        assert not [each for each in places if each != (left, top) and each[1] == top and abs(each[0] - left) < WIDTH]
    # One line from each operator but the last, from below it to above the one that takes its rows.
    assert len(view.edges) == len(view.nodes) - 1
    middles = {(left + WIDTH // 2, top) for left, top in places}
    for edge in view.edges:
        from_x, from_y, *_, to_x, to_y = (int(each) for each in re.findall(r"\d+", edge.path))
        assert (from_x, from_y - HEIGHT) in middles
        assert (to_x, to_y) in middles
        assert to_y - from_y == BETWEEN
    assert any("rows" in each.figures for each in view.nodes)


def test_a_deep_and_a_wide_plan_are_cut_and_say_so() -> None:
    deep: dict[str, Any] = {"name": "Scan", "text": "", "metrics": {"number of output rows": 10}, "children": []}
    for _ in range(2_000):
        deep = {"name": "Project", "text": "", "metrics": {}, "children": [deep]}
    wide = {"name": "Union", "text": "", "metrics": {}, "children": [{**deep, "children": []} for _ in range(100)]}

    assert len(plan_view(deep).nodes) == len(plan_view(wide).nodes) == MOST_NODES
    assert plan_view(deep).words.startswith("1\u202f921 more operators")
    assert plan_view(wide).words.startswith("21 more operators")


def test_what_counts_no_rows_lets_through_those_it_takes() -> None:
    scan = {"name": "Scan", "text": "", "metrics": {"number of output rows": 100}, "children": []}
    small = {**scan, "metrics": {"number of output rows": 1}}
    join = {
        "name": "Join",
        "text": "",
        "metrics": {},
        "children": [{**scan, "name": "Sort", "metrics": {}, "children": [scan]}, small],
    }
    view = plan_view(join)
    tints = {each.name: each.tint for each in view.nodes if each.figures != "1 rows"}
    assert tints["Sort"] == tints["Scan"] != tints["Join"]
    assert sorted(each.width for each in view.edges) == ["1.1", "7.0", "7.0"]


def test_no_plan_draws_nothing() -> None:
    assert plan_view({}).nodes == []
