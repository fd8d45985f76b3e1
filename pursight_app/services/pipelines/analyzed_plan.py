"""Which columns of inputs a step's columns are made from, as Spark itself resolved them: read from its analysed plan."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pursight_app.models import Transformation
from pursight_app.services.column_transformations import WEAKENING, weakest_left
from pursight_app.services.pipelines.catalyst import Json, Node, from_below, is_cutting, step_of, tree

# (input or step, column) of where a column's values come from, and what became of them on the way.
Origins = dict[tuple[str, str], Transformation]
# The same while an expression is read: whether only a part of the text is left decides what stars beside it mean.
_Ways = dict[tuple[str, str], tuple[Transformation, bool]]
_NO_DATA = frozenset({"CTERelationRef", "UnionLoopRef", "OneRowRelation", "Range"})


_Known = Mapping[int, _Ways]
_EXPRESSIONS = {"Project": "projectList", "Aggregate": "aggregateExpressions", "Window": "windowExpressions"}
_AS_IT_IS = (Transformation.IDENTITY, False)


@dataclass(frozen=True, slots=True)
class _Attribute:
    id: int
    name: str
    ways: _Ways


def plan_origins(plan: list[Json], boundaries: Collection[str]) -> dict[str, Origins]:
    """Each column of the plan and the columns of `boundaries` that its values come from.

    `plan` is Spark's `analyzed().toJSON()`; `boundaries` are the names of inputs and staged steps, which stand in it as
    temporary views over files. What a function of Python gets as a whole table (`mapInPandas`) may go into each of its
    columns; what went through an RDD or through the driver has no origins.
    """
    found = _Reading({name.lower(): name for name in boundaries}).plan(plan, {})
    return {each.name: {place: how for place, (how, _) in each.ways.items()} for each in found}


def plan_tables(plan: list[Json], boundaries: Collection[str]) -> tuple[set[str], bool]:
    """Which `boundaries` a plan reads, also only to choose rows; and whether it reads anything besides, such as an RDD."""
    names, found, has_others = {name.lower(): name for name in boundaries}, set[str](), False
    for nodes in _lists(plan):
        for number, node in enumerate(nodes):
            if node["num-children"] or "output" not in node or node["class"].rpartition(".")[2] in _NO_DATA:
                continue
            name = _boundary(nodes[number - 1], names) if number else ""
            found |= {name} if name else set()
            has_others = has_others or not name
    return found, has_others


def _lists(plan: list[Json]) -> Iterator[list[Json]]:
    """The plan's list of nodes and those of all subqueries in it."""
    waiting: list[Any] = [plan]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
            if value and all(isinstance(each, dict) and "num-children" in each for each in value):
                yield value


def _boundary(fields: Json, names: Mapping[str, str]) -> str:
    """The name of a boundary, as it was given, when the node is its view; else nothing."""
    if not fields["class"].endswith(".View"):
        return ""
    identifier = fields.get("desc", {}).get("identifier", {})
    return names.get(str(identifier.get("table")).lower(), "")


def _together(ways: Iterator[_Ways]) -> _Ways:
    """Where values come several ways at once, the way that weakens least decides."""
    found: _Ways = {}
    for each in ways:
        for place, way in each.items():
            found[place] = min(found.get(place, way), way, key=lambda one: (WEAKENING.index(one[0]), one[1]))
    return found


@dataclass(slots=True)
class _Reading:
    names: Mapping[str, str]
    ctes: dict[int, list[_Attribute]] = field(default_factory=dict[int, list[_Attribute]])

    def plan(self, nodes: list[Json], outer: _Known) -> list[_Attribute]:
        """The columns of a plan; `outer` are those of the query around it, which a correlated one may name."""
        made: dict[int, list[_Attribute]] = {}
        root = tree(nodes)
        for node in from_below(root):
            given = [made[id(child)] for child in node.children]
            known = {**outer, **{each.id: each.ways for part in given for each in part}}
            found = self._named(node, given, known)
            made[id(node)] = self._made(node, given, known) if found is None else found
        return made[id(root)]

    def _named(self, node: Node, given: list[list[_Attribute]], known: _Known) -> list[_Attribute] | None:
        """The columns of a node that takes its values from somewhere else than its children; None for the others."""
        fields, found = node.fields, None
        match node.kind:
            case "View" if name := _boundary(fields, self.names):
                # A view of that name that a step made itself has more than files below it.
                is_files = not node.children[0].children
                found = [_from_here(each, name) for each in given[0]] if is_files else given[0]
            case "CTERelationDef":
                found = self.ctes[fields["id"]] = given[0]
            case "CTERelationRef":
                of = self.ctes.get(fields["cteId"], [])
                found = [_attribute(each[0], one.ways) for each, one in zip(fields["output"], of, strict=False)]
            case "LateralJoin":
                found = given[0] + self.plan(fields["right"][0]["plan"], known)
            case _:
                pass
        return found

    def _made(self, node: Node, given: list[list[_Attribute]], known: _Known) -> list[_Attribute]:
        """The columns of a node that makes them of its children's."""
        fields = node.fields
        match node.kind:
            case "Project" | "Aggregate" | "Window":
                own = [_attribute(each[0], self._ways(each, known)) for each in fields[_EXPRESSIONS[node.kind]]]
                found = given[0] + own if node.kind == "Window" else own
            case "Generate":
                kept = [each for at, each in enumerate(given[0]) if at not in fields["unrequiredChildIndex"]]
                found = kept + _attributes(fields["generatorOutput"], self._ways(fields["generator"], known))
            case "Expand":
                columns = zip(fields["output"], *fields["projections"], strict=True)
                found = [
                    _attribute(output[0], _together(self._ways(each, known) for each in column))
                    for output, *column in columns
                ]
            case _:
                found = _handed_on(node, given)
        return found

    def _ways(self, nodes: list[Json], known: _Known) -> _Ways:
        made: dict[int, _Ways] = {}
        root = tree(nodes)
        for node in from_below(root):
            match node.kind:
                case "AttributeReference":
                    found = known.get(node.fields["exprId"]["id"], {})
                case "OuterReference":
                    found = self._ways(node.fields["e"], known)
                case "ScalarSubquery" | "ListQuery":
                    found = self.plan(node.fields["plan"], known)[0].ways
                case _:
                    found = _together(_through(node, at, made[id(child)]) for at, child in enumerate(node.children))
            made[id(node)] = found
        return made[id(root)]


def _handed_on(node: Node, given: list[list[_Attribute]]) -> list[_Attribute]:
    """The columns of a node that computes nothing itself."""
    is_choice = node.kind == "Except" or any(
        kind in str(node.fields.get("joinType")) for kind in ("LeftSemi", "LeftAnti")
    )
    below = [each for part in given for each in part]
    if node.kind == "WithCTE":
        found = given[-1]
    elif is_choice:
        found = given[0]
    elif node.kind in {"Union", "UnionLoop", "Intersect"}:
        columns = list(zip(*given, strict=True))
        found = [_Attribute(each[0].id, each[0].name, _together(one.ways for one in each)) for each in columns]
    elif "output" in node.fields:
        # Files that nobody named and RDDs have nothing below them; a function of Python may use all that it is given.
        found = _attributes(node.fields["output"], _weakened(_together(each.ways for each in below)))
    else:
        found = below
    return found


def _from_here(attribute: _Attribute, name: str) -> _Attribute:
    return _Attribute(attribute.id, attribute.name, {(name, attribute.name): _AS_IT_IS})


def _attribute(fields: Json, ways: _Ways) -> _Attribute:
    return _Attribute(fields["exprId"]["id"], fields["name"], ways)


def _attributes(expressions: list[list[Json]], ways: _Ways) -> list[_Attribute]:
    return [_attribute(each[0], ways) for each in expressions]


def _weakened(ways: _Ways) -> _Ways:
    return {place: (weakest_left(how, Transformation.TRANSFORMATION), cut) for place, (how, cut) in ways.items()}


def _through(node: Node, index: int, ways: _Ways) -> _Ways:
    found: _Ways = {}
    for place, (how, was_cut) in ways.items():
        is_cut = was_cut or is_cutting(node)
        step = step_of(node, index, is_cut=is_cut)
        if step is not None:
            found[place] = (weakest_left(how, step), is_cut)
    return found
