"""An executed plan as a graph: where its operators stand, sources on top, and how many rows go along its lines."""

from dataclasses import dataclass
from typing import Any

from state import format as fmt

MOST_NODES = 80
# In pixels: an operator's box, as `.plan-graph li` draws it, and what lies between two.
WIDTH, HEIGHT, BESIDE, BETWEEN = 216, 46, 20, 24
_WRAPPERS = ("WholeStageCodegen", "InputAdapter", "AdaptiveSparkPlan")


@dataclass
class NodeView:
    """An operator; `tint` is the colour of its box, the warmer the more rows leave it."""

    name: str
    text: str
    figures: str
    left: str
    top: str
    tint: str


@dataclass
class EdgeView:
    """What an operator hands to the next one: an SVG path, the thicker the more rows."""

    path: str
    width: str


@dataclass
class PlanView:
    """All of it; `size` in pixels, and how many operators were left out."""

    nodes: list[NodeView]
    edges: list[EdgeView]
    width: str
    height: str
    words: str


@dataclass(slots=True)
class _Box:
    node: dict[str, Any]
    parent: int
    depth: int
    rows: int
    middle: float = 0.0


def plan_view(plan: dict[str, Any]) -> PlanView:
    """Lays a plan out as a tree: an operator stands in the middle below those that it takes rows from."""
    boxes, left_out = _boxes(plan)
    _place(boxes)
    deepest, most = max((box.depth for box in boxes), default=0), max((box.rows for box in boxes), default=0) or 1
    tops = [(deepest - box.depth) * (HEIGHT + BETWEEN) for box in boxes]
    edges = [
        EdgeView(
            _line(box.middle, tops[at] + HEIGHT, boxes[box.parent].middle, tops[box.parent]),
            f"{1 + 6 * box.rows / most:.1f}",
        )
        for at, box in enumerate(boxes)
        if box.parent >= 0
    ]
    nodes = [
        NodeView(
            box.node["name"],
            box.node["text"][:300],
            _figures(box.node["metrics"]),
            f"{box.middle - WIDTH / 2:.0f}px",
            f"{top}px",
            f"color-mix(in srgb, var(--bar-amber) {round(35 * box.rows / most)}%, var(--surface))",
        )
        for box, top in zip(boxes, tops, strict=True)
    ]
    width = max((box.middle + WIDTH / 2 for box in boxes), default=0)
    words = f"{fmt.count(left_out)} more operators, further from the result, are not drawn." if left_out else ""
    return PlanView(nodes, edges, f"{width:.0f}", str((deepest + 1) * (HEIGHT + BETWEEN) - BETWEEN), words)


def _boxes(plan: dict[str, Any]) -> tuple[list[_Box], int]:
    """The operators nearest to the result, without those that only wrap others, each after the one that it feeds."""
    boxes, left_out, level = list[_Box](), 0, [(plan, -1)] if plan else []
    while level:
        following: list[tuple[dict[str, Any], int]] = []
        for node, parent in level:
            if node["name"].startswith(_WRAPPERS):
                following += [(child, parent) for child in node["children"]]
            elif len(boxes) < MOST_NODES:
                depth = boxes[parent].depth + 1 if parent >= 0 else 0
                boxes.append(_Box(node, parent, depth, _rows(node["metrics"])))
                following += [(child, len(boxes) - 1) for child in node["children"]]
            else:
                left_out += 1
                following += [(child, -1) for child in node["children"]]
        level = following
    return boxes, left_out


def _place(boxes: list[_Box]) -> None:
    """Gives each leaf a column of its own, in order, the others the middle of what they read; and rows to those that count none."""
    children: list[list[int]] = [[] for _ in boxes]
    for at, box in enumerate(boxes):
        if box.parent >= 0:
            children[box.parent].append(at)
    order, waiting = list[int](), [0] if boxes else []
    while waiting:
        at = waiting.pop()
        order.append(at)
        waiting.extend(reversed(children[at]))
    columns = 0
    for at in order:
        if not children[at]:
            boxes[at].middle = columns * (WIDTH + BESIDE) + WIDTH / 2
            columns += 1
    for at in reversed(order):
        if children[at]:
            boxes[at].middle = sum(boxes[each].middle for each in children[at]) / len(children[at])
        if not boxes[at].rows and len(children[at]) == 1:
            # A sort or a projection counts nothing, and lets through what it takes.
            boxes[at].rows = boxes[children[at][0]].rows


def _line(from_x: float, from_y: float, to_x: float, to_y: float) -> str:
    half = (from_y + to_y) / 2
    return f"M{from_x:.0f} {from_y:.0f}C{from_x:.0f} {half:.0f} {to_x:.0f} {half:.0f} {to_x:.0f} {to_y:.0f}"


def _rows(metrics: dict[str, int]) -> int:
    return int(metrics.get("number of output rows") or metrics.get("shuffle records written") or 0)


def _figures(metrics: dict[str, int]) -> str:
    parts = [f"{fmt.count(rows)} rows"] if (rows := _rows(metrics)) else []
    for name, words in (
        ("size of files read", "read"),
        ("data size", "moved"),
        ("spill size", "spilled"),
        ("written output", "written"),
    ):
        if metrics.get(name):
            parts.append(f"{fmt.size(metrics[name])} {words}")
    return ", ".join(parts)
