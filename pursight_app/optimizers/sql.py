"""Rewriting the SQL of steps. Each rule says when it gives the same rows; what does not fit is left as it is."""

import calendar
import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from functools import reduce
from typing import cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

Rule = Callable[[exp.Expr], exp.Expr]


def rewrite(sql: str, rule: Rule) -> str:
    """The text after a rule; the very same text where the rule finds nothing or the SQL does not parse."""
    try:
        before = parse_one(sql, read="spark")
    except (SqlglotError, RecursionError):
        return sql
    after = rule(before.copy())
    return sql if after == before else after.sql(dialect="spark", pretty=True)


def plain_dates(query: exp.Expr) -> exp.Expr:
    """`date_format(d, 'yyyy-MM') = '1998-08'` and `year(d) = 1998` as ranges of `d`.

    Equivalent for dates and timestamps: both hold exactly from the first moment of the month or year to its last, and are
    NULL, so not true, for NULL.
    """

    def change(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.EQ):
            return node
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            found = _span(side, other)
            if found:
                column, first, after = found
                return exp.paren(
                    exp.and_(
                        exp.GTE(this=column.copy(), expression=_day(first)),
                        exp.LT(this=column.copy(), expression=_day(after)),
                    )
                )
        return node

    return query.transform(change)


def _day(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def _span(call: exp.Expr, value: exp.Expr) -> tuple[exp.Expr, date, date] | None:
    if not isinstance(value, exp.Literal):
        return None
    text = value.name
    if isinstance(call, exp.Year) and isinstance(_column(call.this), exp.Column) and re.fullmatch(r"[12]\d{3}", text):
        return _column(call.this), date(int(text), 1, 1), date(int(text) + 1, 1, 1)
    if isinstance(call, exp.TimeToStr):
        column, pattern = _column(call.this), call.args.get("format")
        name = pattern.name.removesuffix("strict") if isinstance(pattern, exp.Literal) else ""
        if not isinstance(column, exp.Column):
            return None
        # sqlglot keeps patterns in Python's letters, and marks those that Spark reads strictly.
        if name == "%Y-%m" and (found := re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", text)):
            year, month = int(found[1]), int(found[2])
            return (
                column,
                date(year, month, 1),
                date(year, month, calendar.monthrange(year, month)[1]) + timedelta(days=1),
            )
        if name == "%Y" and re.fullmatch(r"[12]\d{3}", text):
            return column, date(int(text), 1, 1), date(int(text) + 1, 1, 1)
    return None


def _column(node: exp.Expr) -> exp.Expr:
    # sqlglot wraps the argument of year() and date_format() into a cast of its own.
    while isinstance(
        node, exp.Cast | exp.TsOrDsToDate | exp.TsOrDsToTimestamp | exp.TimeStrToTime | exp.Paren
    ) and not (isinstance(node, exp.Cast) and node.this.find(exp.Func)):
        node = node.this
    return node


def or_join_as_union(query: exp.Expr) -> exp.Expr:
    """An inner join on `p OR q` of equalities as UNION ALL of the query with `p` and with `q AND NOT coalesce(p, false)`.

    Equivalent: a pair of rows satisfies `p OR q` either with `p`, or with `q` while `p` is false or unknown; the two cases
    exclude each other. The rest of the SELECT must work row by row, so DISTINCT, grouping, windows and LIMIT are left alone.
    """
    if not isinstance(query, exp.Select) or any(
        query.args.get(name) for name in ("distinct", "group", "having", "limit", "order", "with_", "with", "windows")
    ):
        return query
    if query.find(exp.AggFunc, exp.Window) or len(query.args.get("joins") or []) != 1:
        return query
    join = query.args["joins"][0]
    condition = join.args.get("on")
    condition = condition.unnest() if condition is not None else None
    if join.side or (join.kind and join.kind.upper() != "INNER") or not isinstance(condition, exp.Or):
        return query
    parts = list(condition.flatten())
    if not all(isinstance(part.unnest(), exp.EQ) and _joins_two(part.unnest()) for part in parts):
        return query
    united: exp.Expr | None = None
    for number, part in enumerate(parts):
        before = [
            exp.not_(exp.func("coalesce", exp.paren(each.unnest().copy()), exp.false())) for each in parts[:number]
        ]
        branch = query.copy()
        branch.args["joins"][0].set("on", exp.and_(part.unnest().copy(), *before))
        united = branch if united is None else exp.union(united, branch, distinct=False)
    return united or query


def _joins_two(equality: exp.Expr) -> bool:
    sides = (equality.this, equality.expression)
    return all(isinstance(side, exp.Column) and side.table for side in sides) and sides[0].table != sides[1].table


def depends_on_order(sql: str) -> bool:
    """Whether a query may give other rows when what it reads comes in another order: it takes the first of something."""
    try:
        query = parse_one(sql, read="spark")
    except (SqlglotError, RecursionError):
        return True
    called = {call.name.lower() for call in query.find_all(exp.Anonymous)}
    return query.find(*_ORDERED) is not None or bool(called & _ORDERED_NAMES)


_ORDERED = (
    exp.Limit, exp.Fetch, exp.Offset, exp.First, exp.Last, exp.FirstValue, exp.LastValue, exp.NthValue, exp.AnyValue,
    exp.ArrayAgg, exp.ArrayUniqueAgg, exp.GroupConcat, exp.RowNumber, exp.Lag, exp.Lead, exp.TableSample, exp.Ntile,
    exp.ArgMax, exp.ArgMin, exp.Mode, exp.Rand, exp.Randn, exp.Uuid,
)  # fmt: skip
_ORDERED_NAMES = {"monotonically_increasing_id", "spark_partition_id", "listagg", "string_agg"}


def without_useless_shuffles(sql: str, *, is_last: bool, is_order_free: bool = True) -> tuple[str, list[str]]:
    """The text without what moves rows for nothing, and in words what was left out.

    DISTINCT over UNION: UNION drops duplicates itself. ORDER BY without LIMIT: rows of a view or a table have no order; it stays
    where this query, or without `is_order_free` one that reads it, takes the first of something. REPARTITION hints: a number of
    partitions that somebody fixed once.
    """
    try:
        before = parse_one(sql, read="spark")
    except (SqlglotError, RecursionError):
        return sql, []
    query, done = before.copy(), list[str]()
    for select in list(query.find_all(exp.Select)):
        _without_distinct(select, done)
        hint = select.args.get("hint")
        # A hint that names columns only brings rows together; how many partitions there are is not fixed by it.
        if hint is not None and all(
            re.match(r"(?i)(repartition|coalesce|rebalance)\w*(\(\s*\d|$)", each.sql()) for each in hint.expressions
        ):
            select.set("hint", None)
            done.append("fixed repartitioning")
    if not is_order_free or depends_on_order(sql):
        return (query.sql(dialect="spark", pretty=True), done) if done else (sql, [])
    for node in (query, *(each.this for each in query.find_all(exp.Subquery, exp.CTE))):
        if (
            isinstance(node, exp.Query)
            and node.args.get("order")
            and not node.args.get("limit")
            and not node.args.get("offset")
        ):
            node.set("order", None)
            done.append("a global sort" if is_last and node is query else "a sort in the middle")
    return (query.sql(dialect="spark", pretty=True), done) if done else (sql, [])


def _without_distinct(select: exp.Select, done: list[str]) -> None:
    source = select.args.get("from_") or select.args.get("from")
    inner = source.this if source is not None else None
    if not select.args.get("distinct") or not isinstance(inner, exp.Subquery) or select.args.get("joins"):
        return
    is_star = len(select.expressions) == 1 and isinstance(select.expressions[0], exp.Star)
    union = inner.this
    if is_star and isinstance(union, exp.Union) and union.args.get("distinct"):
        select.set("distinct", None)
        done.append("a second DISTINCT")


def distinct_together(sql: str, columns: Sequence[str]) -> str:
    """The text with equal rows brought together by `columns`, which it gives, before duplicates are dropped.

    Equivalent: rows that are equal have equal values there, so they meet in one place, and moving rows changes none. Parts of
    a UNION that differ in their WHERE alone are read as one with `p OR q`: a row is in the union of both exactly if one of the
    conditions is true of it. What chooses rows by their order, or is another thing each time, is left alone.
    """

    def rule(query: exp.Expr) -> exp.Expr:
        order = query.args.get("order")
        is_plain = not any(column.table for column in order.find_all(exp.Column)) if order is not None else True
        rows = None if depends_on_order(sql) or query.find(exp.Hint) or not is_plain else _before_distinct(query)
        if rows is None:
            return query
        keys = ", ".join(exp.column(name, quoted=True).sql(dialect="spark") for name in columns)
        inner = cast("exp.Select", parse_one(f"SELECT /*+ REPARTITION({keys}) */ *", read="spark"))
        together = inner.from_(cast("exp.Query", rows).subquery("found")).subquery("together")
        made = exp.select("*").distinct().from_(together)
        if order is not None:
            # Spark drops it itself where nobody needs it.
            made.set("order", order.copy())
        return made

    return rewrite(sql, rule)


# What stands behind a whole query or before it.
_OF_THE_WHOLE = ("limit", "offset", "with", "with_", "sort", "cluster", "distribute")
_BY_ROW = ("from_", "from", "expressions", "where", "kind")


def _before_distinct(query: exp.Expr) -> exp.Expr | None:
    """The rows of a query with their duplicates, without its order; None where it drops none or takes some only."""
    if any(query.args.get(name) for name in _OF_THE_WHOLE):
        return None
    distinct = query.args.get("distinct")
    if isinstance(query, exp.Union) and distinct:
        parts = _parts(query)
        return _one_scan(parts) or reduce(lambda one, other: exp.union(one, other, distinct=False, copy=False), parts)
    if not isinstance(query, exp.Select):
        return None
    rows = query.copy()
    rows.set("order", None)
    if distinct:
        rows.set("distinct", None)
        return None if distinct.args.get("on") else rows
    source = rows.args.get("from_") or rows.args.get("from")
    has_more = any(value for name, value in rows.args.items() if name not in {"from_", "from", "expressions", "kind"})
    inner = source.this if source is not None else None
    # All of another query: `SELECT * FROM (a UNION b)`.
    is_all = len(rows.expressions) == 1 and isinstance(rows.expressions[0], exp.Star) and not has_more
    return _before_distinct(inner.this) if is_all and isinstance(inner, exp.Subquery) else None


def _parts(query: exp.Expr) -> list[exp.Expr]:
    """What a UNION puts together, also of several in a row."""
    inner = query.unnest()
    return [*_parts(inner.this), *_parts(inner.expression)] if isinstance(inner, exp.Union) else [inner.copy()]


def _one_scan(parts: Sequence[exp.Expr]) -> exp.Expr | None:
    """One SELECT for parts that read the same and differ in their conditions only."""
    plain = [part.copy() for part in parts]
    for part in plain:
        part.set("where", None)
    first = plain[0]
    is_by_row = all(not value or name in _BY_ROW for name, value in first.args.items())
    is_known = not any(part.find(exp.AggFunc, exp.Window, exp.Anonymous, exp.Explode, exp.Subquery) for part in parts)
    if not (isinstance(first, exp.Select) and is_by_row and is_known and all(part == first for part in plain)):
        return None
    conditions = [where.this for part in parts if (where := part.args.get("where"))]
    # A part without a condition has all rows.
    return first.where(exp.or_(*conditions)) if len(conditions) == len(parts) else first


def grouped_columns(sql: str, table: str) -> list[str]:
    """The columns that a query groups the rows of `table` by, when it reads nothing else; else none."""
    try:
        query = parse_one(sql, read="spark")
    except (SqlglotError, RecursionError):
        return []
    group = query.args.get("group")
    source = query.args.get("from_") or query.args.get("from")
    read = source.this if source is not None else None
    if (
        group is None
        or query.args.get("joins")
        or not isinstance(read, exp.Table)
        or read.name.lower() != table.lower()
    ):
        return []
    columns = [each.name for each in group.expressions if isinstance(each, exp.Column)]
    return columns if len(columns) == len(group.expressions) else []


def with_broadcast(sql: str, tables: Collection[str]) -> str:
    """The text with a hint for each of these tables, wherever a SELECT joins it by name and has no hint yet."""

    def hint(query: exp.Expr) -> exp.Expr:
        for select in list(query.find_all(exp.Select)):
            joined = [each.this for each in select.args.get("joins") or []]
            source = select.args.get("from_") or select.args.get("from")
            sides = [*joined, *([source.this] if source is not None and joined else [])]
            names = [side.alias_or_name for side in sides if isinstance(side, exp.Table) and side.name in tables]
            # Both sides of one join cannot be copied.
            if names and len(names) < len(sides) and not select.args.get("hint"):
                quoted = ", ".join(exp.to_identifier(name).sql(dialect="spark") for name in names)
                said = parse_one(f"SELECT /*+ BROADCAST({quoted}) */ 1", read="spark")
                select.set("hint", said.args["hint"])
        return query

    return rewrite(sql, hint) if tables else sql


def without_broadcast(sql: str, tables: Collection[str]) -> str:
    """The text without hints that copy a side of a join to all, where the side may be one of these tables."""

    def plain(query: exp.Expr) -> exp.Expr:
        for select in list(query.find_all(exp.Select)):
            hint = select.args.get("hint")
            if hint is None or not any(table.name in tables for table in select.find_all(exp.Table)):
                continue
            kept = [each for each in hint.expressions if not re.match(r"(?i)(broadcast|mapjoin)", each.sql())]
            if len(kept) < len(hint.expressions):
                select.set("hint", exp.Hint(expressions=kept) if kept else None)
        return query

    return rewrite(sql, plain) if tables else sql
