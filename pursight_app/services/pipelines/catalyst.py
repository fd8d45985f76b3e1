"""What an expression of Spark's analysed plan does to the values below it; `column_transformations` says the same of SQL text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pursight_app.models import Transformation
from pursight_app.services.column_transformations import has_stars, is_mask_name

Json = Mapping[str, Any]

_AGGREGATES = ".expressions.aggregate."
# Aggregates that hand a value of the column through; one that nobody knows (a UDAF) does too: rather a label too many.
_VALUE_AGGREGATES = frozenset(
    {"Max", "Min", "First", "Last", "AnyValue", "CollectList", "CollectSet", "ListAgg", "Mode", "PercentileDisc",
     "ScalaUDAF", "ScalaAggregator", "TypedAggregateExpression"}
)  # fmt: skip
_TRANSPARENT = frozenset(
    {"Alias", "AggregateExpression", "WindowExpression", "Collate", "KnownNotNull", "KnownNullable", "NormalizeNaNAndZero",
     "KnownFloatingPointNormalized", "OuterReference", "ScalarSubquery", "ListQuery"}
)  # fmt: skip
# A predicate or a measure answers a question on the value; the value itself is gone.
_ANSWERS = frozenset(
    {"EqualTo", "EqualNullSafe", "LessThan", "LessThanOrEqual", "GreaterThan", "GreaterThanOrEqual", "And", "Or", "Not",
     "In", "InSet", "InSubquery", "IsNull", "IsNotNull", "IsNaN", "Like", "LikeAll", "LikeAny", "NotLikeAll", "NotLikeAny",
     "ILike", "RLike", "StartsWith", "EndsWith", "Contains", "Between", "ArrayContains", "ArraysOverlap", "ArrayExists",
     "AtLeastNNonNulls", "Length", "OctetLength", "BitLength", "StringInstr", "StringLocate", "Size"}
)  # fmt: skip
# They say where a row stands among others; what they order by is no value of theirs.
_RANKS = frozenset({"SortOrder", "RowNumber", "Rank", "DenseRank", "PercentRank", "CumeDist", "NTile"})
_TEXT_TYPES = ("string", "varchar", "char")
_CUTS = frozenset({"Substring", "Left", "Right", "SubstringIndex", "SplitPart", "RegExpExtract", "RegExpReplace"})
_JOINS_TEXTS = frozenset({"Concat", "ConcatWs", "StringLPad", "StringRPad"})
# Functions that write over characters, and which of their arguments holds what they write.
_OVERWRITING = {"RegExpReplace": 2, "StringReplace": 2, "StringTranslate": 2, "Overlay": 1}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a plan or of an expression; `kind` is its class without the package."""

    kind: str
    fields: Json
    children: tuple["Node", ...]


def tree(nodes: list[Json]) -> Node:
    """The tree that Spark's `TreeNode.toJSON` lists, each node before its children."""
    made: list[Node] = []
    for fields in reversed(nodes):
        children = tuple(made.pop() for _ in range(fields["num-children"]))
        made.append(Node(fields["class"].rpartition(".")[2], fields, children))
    return made.pop()


def from_below(root: Node) -> list[Node]:
    """All nodes, children first and in their order; no recursion, as plans of loops are thousands of nodes deep."""
    order, waiting = list[Node](), [root]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(node.children)
    return order[::-1]


def is_cutting(node: Node) -> bool:
    """Whether only a part of a text is left."""
    return node.kind in _CUTS


def step_of(node: Node, index: int, *, is_cut: bool) -> Transformation | None:
    """What a node does to what comes from its child number `index`; None when it only chooses or orders rows by it."""
    kind = node.kind
    if kind in _RANKS or (kind == "AggregateExpression" and index == 1):
        return None
    if kind == "WindowSpecDefinition":
        return Transformation.AGGREGATION if index in node.fields.get("partitionSpec", ()) else None
    if kind in _ANSWERS or _is_condition(node, index):
        return Transformation.AGGREGATION
    if kind in _TRANSPARENT or (kind == "Cast" and str(node.fields.get("dataType")).startswith(_TEXT_TYPES)):
        return Transformation.IDENTITY
    if _AGGREGATES in node.fields["class"]:
        # MAX_BY and MIN_BY hand their first argument through and compare the second.
        keeps = kind in _VALUE_AGGREGATES or (kind in {"MaxBy", "MinBy"} and index == 0)
        keeps = keeps or (kind == "PivotFirst" and index == 1)
        return Transformation.TRANSFORMATION if keeps else Transformation.AGGREGATION
    return Transformation.MASKING if _is_mask(node, index, is_cut=is_cut) else Transformation.TRANSFORMATION


def _is_condition(node: Node, index: int) -> bool:
    """True for what a CASE or IF looks at in order to choose; its branches are values."""
    if node.kind == "CaseWhen":
        has_else = len(node.children) % 2 == 1
        return index % 2 == 0 and not (has_else and index == len(node.children) - 1)
    return node.kind == "If" and index == 0


def _is_mask(node: Node, index: int, *, is_cut: bool) -> bool:
    own_name = str(node.fields.get("name") or node.fields.get("udfName") or "") if "UDF" in node.kind else node.kind
    if is_mask_name(own_name) or node.kind == "AesEncrypt":
        return True
    if node.kind in _JOINS_TEXTS:
        # Stars beside a part of the value hide the rest; stars beside the whole value hide nothing.
        return is_cut and any(_is_stars(child) for child in node.children)
    written = _OVERWRITING.get(node.kind, 0)
    return index == 0 and 0 < written < len(node.children) and _is_stars(node.children[written])


def _is_stars(node: Node) -> bool:
    while node.kind in {"Cast", "StringRepeat"}:
        node = node.children[0]
    return node.kind == "Literal" and node.fields.get("dataType") == "string" and has_stars(str(node.fields["value"]))
