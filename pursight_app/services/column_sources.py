"""Which table columns a query's output columns are made from, and how. Parses SQL only; knows no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from pursight_app.core.errors import InvalidInputError
from pursight_app.models import Transformation
from pursight_app.services.column_transformations import strongest_left, transformation_of, weakest_left

MAX_VIEW_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """One output column of a query takes values from one column of a table; names as the schema spells them.

    `transformation` is what becomes of the values on the way, through all subqueries: the step that weakens most; where
    they come several ways, the way that weakens least.
    """

    schema: str
    table: str
    column: str
    output: str
    transformation: Transformation


Schema = Mapping[tuple[str, str], tuple[str, ...]]
_Origin = tuple[str, str, str]


def column_sources(sql: str, *, dialect: str, schema: Schema) -> set[ColumnSource]:
    """Which table columns each output column of a query is made from, through CTEs, subqueries and set operations.

    `schema` maps (schema, table) to column names; it resolves `*` and unqualified names.

    Raises:
        InvalidInputError: the query cannot be parsed or names unknown columns.
    """
    nested: dict[str, Any] = {}
    for (schema_name, table), columns in schema.items():
        nested.setdefault(schema_name, {})[table] = dict.fromkeys(columns, "text")
    if len(sql) > MAX_VIEW_CHARACTERS:
        raise InvalidInputError(f"A query over {MAX_VIEW_CHARACTERS:,} characters is not analysed.")
    try:
        parsed = parse_one(sql.strip().rstrip(";"), read=dialect)
        if isinstance(parsed, exp.Create):
            # SQLite keeps the whole CREATE VIEW statement.
            parsed = parsed.expression
        if not isinstance(parsed, exp.Query):
            raise InvalidInputError("Only a query has lineage; this is another kind of statement.")
        query = qualify(
            parsed,
            dialect=dialect,
            schema=nested,
            validate_qualify_columns=False,
            identify=False,
        )
        root = build_scope(query)
        outputs = [select_.alias_or_name for select_ in _selects(query)]
        if root is None:
            return set()
        return {
            ColumnSource(*origin, output, transformation)
            for place, output in enumerate(outputs)
            for origin, transformation in _merged(_origins(root, place, frozenset())).items()
        }
    except (SqlglotError, RecursionError, ValueError, KeyError) as error:
        raise InvalidInputError(f"The query cannot be analysed: {type(error).__name__}.") from None


def _selects(query: exp.Expr) -> list[exp.Expr]:
    """The output expressions of a SELECT; for a set operation those of its left side."""
    return cast("exp.Query", query).selects


def _merged(found: Iterator[tuple[_Origin, Transformation]]) -> dict[_Origin, Transformation]:
    """One transformation for each origin: of several ways the one that keeps most."""
    merged: dict[_Origin, Transformation] = {}
    for origin, transformation in found:
        merged[origin] = strongest_left(merged.get(origin, transformation), transformation)
    return merged


def _origins(scope: Scope, place: int, visited: frozenset[int]) -> Iterator[tuple[_Origin, Transformation]]:
    """Base columns (schema, table, column) of the scope's output at `place`; a recursive CTE is entered once."""
    if id(scope) in visited:
        return
    visited |= {id(scope)}
    if scope.set_operation_scopes:
        for part in scope.set_operation_scopes:
            yield from _origins(part, place, visited)
        return
    selects = _selects(scope.expression)
    if place >= len(selects):
        return
    for column in selects[place].find_all(exp.Column):
        # What a subquery in the select list filters or joins by decides which rows, not which values.
        done = transformation_of(column, selects[place])
        if done is not None:
            for origin, before in _resolve(scope, column, visited):
                yield origin, weakest_left(before, done)


def _resolve(scope: Scope, column: exp.Column, visited: frozenset[int]) -> Iterator[tuple[_Origin, Transformation]]:
    inner = next((each for each in scope.subquery_scopes if column.table in each.sources), None)
    source = scope.sources.get(column.table)
    if source is None and inner is not None:
        yield from _resolve(inner, column, visited)
        return
    if source is None:
        # A correlated subquery in the select list names tables of the query around it.
        if scope.parent is not None:
            yield from _resolve(scope.parent, column, visited)
        return
    if isinstance(source, exp.Table):
        yield (source.db, source.name, column.name), Transformation.IDENTITY
        return
    expressions = _selects((source.set_operation_scopes or [source])[0].expression)
    for place, expression in enumerate(expressions):
        if expression.alias_or_name == column.name:
            yield from _origins(source, place, visited)
