"""What an SQL expression does to the values of a column on their way into an output column."""

import re

from sqlglot import exp

from pursight_app.models import Transformation

WEAKENING: tuple[Transformation, ...] = (
    Transformation.IDENTITY,
    Transformation.TRANSFORMATION,
    Transformation.MASKING,
    Transformation.AGGREGATION,
)
"""From what leaves a value as it is to what leaves only a figure or an answer (`email IS NULL`) about it."""

# These decide which rows come out and in which order, not what stands in them.
_ROW_CHOICE = (exp.Where, exp.Join, exp.Having, exp.Group, exp.Ordered, exp.From, exp.With)
_TRANSPARENT = (
    exp.Alias, exp.Paren, exp.Subquery, exp.Select, exp.Distinct, exp.Collate, exp.Order, exp.Ordered, exp.Filter, exp.Window,
)  # fmt: skip
# Aggregates that hand a value of the column through, in contrast to those that leave a figure.
_VALUE_AGGREGATES = (
    exp.Max, exp.Min, exp.First, exp.Last, exp.AnyValue, exp.ArrayAgg, exp.ArrayUniqueAgg, exp.ArrayConcatAgg,
    exp.ArrayUnionAgg, exp.GroupConcat, exp.JSONArrayAgg, exp.JSONObjectAgg, exp.JSONBObjectAgg, exp.ObjectAgg,
    exp.ArgMax, exp.ArgMin, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Lag, exp.Lead, exp.Mode,
    exp.ApproxTopK, exp.ApproxTopSum,
)  # fmt: skip
# A predicate or a measure answers a question on the value; the value itself is gone.
_ANSWERS = (exp.Predicate, exp.Length, exp.StrPosition, exp.StartsWith, exp.EndsWith)
_ANSWER_NAMES = frozenset({"bool_or", "bool_and", "every", "total", "octet_length", "bit_length"})
_HASHES = (
    exp.MD5, exp.MD5Digest, exp.MD5NumberLower64, exp.MD5NumberUpper64, exp.SHA, exp.SHA1Digest, exp.SHA2,
    exp.SHA2Digest, exp.StandardHash, exp.FarmFingerprint,
)  # fmt: skip
_MASK_NAME = re.compile(
    r"""
    ^(?: md5 | sha\d* | sha\d_\w{1,20} | digest | hmac | crypt | hash\w{0,20} | \w{1,20}_hash | xxhash\w{0,10} | murmur\w{0,20}
       | password | old_password | aes_encrypt | encrypt\w{0,10} | pgp_\w{1,20}_encrypt    # one-way, or closed without the key
       | mask\w{0,30} | \w{1,30}_mask | \w{0,20}anonymi[sz]e\w{0,10} | pseudonymi[sz]e | tokeni[sz]e | redact
       | partial_email | gen_anon\w{0,20} )$
    """,
    re.VERBOSE,
)
# Stars, bullets, hashes, or a run of x: what stands for hidden characters.
_STARS = re.compile(r"[*•●█#]|[xX]{2,}|^[xX]$")
# Functions that keep a part of a text only.
_CUTS = (exp.Left, exp.Right, exp.Substring, exp.SubstringIndex, exp.SplitPart, exp.RegexpExtract, exp.RegexpReplace)
# Functions that write over characters, and the argument that holds what they write.
_OVERWRITING = {
    exp.RegexpReplace: "replacement",
    exp.Replace: "replacement",
    exp.Translate: "to",
    exp.Overlay: "expression",
}


def transformation_of(column: exp.Column, root: exp.Expr) -> Transformation | None:
    """What `root`, an output expression, does to `column` below it; None when it only chooses or orders rows by it."""
    strongest, is_cut, node = Transformation.IDENTITY, False, column
    while node is not root:
        parent = node.parent
        if parent is None:
            return None
        if isinstance(parent, _ROW_CHOICE) and not _is_within_group(parent):
            return None
        if node.arg_key == "partition_by":
            return Transformation.AGGREGATION
        is_cut = is_cut or isinstance(parent, _CUTS)
        strongest = weakest_left(strongest, _step(parent, node, is_cut=is_cut))
        node = parent
    return strongest


def weakest_left(*steps: Transformation) -> Transformation:
    """What is left after several steps one after the other: the one that weakens most decides."""
    return max(steps, key=WEAKENING.index)


def strongest_left(one: Transformation, other: Transformation) -> Transformation:
    """What is left where values come two ways at once: the one that weakens least decides."""
    return min(one, other, key=WEAKENING.index)


def is_mask_name(name: str) -> bool:
    """Whether a function of that name hides what it is given."""
    return bool(_MASK_NAME.match(name.lower()))


def has_stars(text: str) -> bool:
    """Whether a text holds what stands for hidden characters."""
    return bool(_STARS.search(text))


def _is_within_group(node: exp.Expr) -> bool:
    """`percentile_cont(0.5) WITHIN GROUP (ORDER BY x)` orders by what it computes with."""
    return isinstance(node, exp.Ordered) and isinstance(node.parent and node.parent.parent, exp.WithinGroup)


def _step(parent: exp.Expr, child: exp.Expr, *, is_cut: bool) -> Transformation:
    """What one node of the expression does to what comes from its child."""
    if _is_condition(parent, child) or isinstance(parent, _ANSWERS):
        return Transformation.AGGREGATION
    if isinstance(parent, _TRANSPARENT):
        return Transformation.IDENTITY
    if isinstance(parent, exp.AggFunc | exp.WithinGroup):
        return _aggregate(parent, child)
    if isinstance(parent, exp.Cast):
        is_text = parent.to.this in exp.DataType.TEXT_TYPES
        return Transformation.IDENTITY if is_text else Transformation.TRANSFORMATION
    if isinstance(parent, exp.Anonymous) and str(parent.this).lower() in _ANSWER_NAMES:
        return Transformation.AGGREGATION
    return Transformation.MASKING if _is_mask(parent, is_cut=is_cut) else Transformation.TRANSFORMATION


def _is_condition(parent: exp.Expr, child: exp.Expr) -> bool:
    """True for what a CASE or IF looks at in order to choose; its branches are values."""
    if isinstance(parent, exp.Case):
        return child.arg_key == "this"
    return isinstance(parent, exp.If) and child.arg_key == "this"


def _aggregate(parent: exp.Expr, child: exp.Expr) -> Transformation:
    if isinstance(parent, exp.WithinGroup):
        # The column stands beside the aggregate that computes with it, not below.
        is_member = isinstance(parent.this, exp.PercentileDisc | exp.Mode)
        return Transformation.TRANSFORMATION if is_member else Transformation.AGGREGATION
    if isinstance(parent, exp.ArgMax | exp.ArgMin) and child.arg_key == "expression":
        return Transformation.AGGREGATION
    # An aggregate that nobody knows is taken for one that hands values through: rather a label too many.
    keeps = isinstance(parent, (*_VALUE_AGGREGATES, exp.AnonymousAggFunc))
    return Transformation.TRANSFORMATION if keeps else Transformation.AGGREGATION


def _is_mask(parent: exp.Expr, *, is_cut: bool) -> bool:
    if isinstance(parent, _HASHES):
        return True
    if isinstance(parent, exp.Func):
        name = parent.name if isinstance(parent, exp.Anonymous) else parent.sql_name()
        if is_mask_name(name):
            return True
    if isinstance(parent, exp.DPipe | exp.Concat | exp.ConcatWs | exp.Pad):
        # Stars beside a part of the value hide the rest; stars beside the whole value hide nothing.
        return is_cut and any(_is_stars(literal) for literal in _literals(parent))
    written = next((name for kind, name in _OVERWRITING.items() if isinstance(parent, kind)), "")
    return _is_stars(parent.args.get(written))


def _literals(node: exp.Expr) -> list[exp.Expr]:
    """The text literals that a concatenation puts together; `a || b || c` nests to the left."""
    found: list[exp.Expr] = []
    for child in node.iter_expressions():
        if isinstance(child, exp.DPipe | exp.Paren | exp.Cast | exp.Repeat):
            # PostgreSQL writes `'***'::text` into the views that it keeps.
            found += _literals(child)
        elif isinstance(child, exp.Literal):
            found.append(child)
    return found


def _is_stars(node: object) -> bool:
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    return isinstance(node, exp.Literal) and node.is_string and has_stars(node.name)
