"""Rewriting the Python of steps: simple row functions as Spark's own columns, and work that no result needs left out."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

# Types of UDFs by the names that pyspark takes.
_TYPES = {
    "string": "string", "StringType": "string", "int": "int", "integer": "int", "IntegerType": "int", "long": "bigint",
    "bigint": "bigint", "LongType": "bigint", "double": "double", "DoubleType": "double", "float": "float",
    "FloatType": "float", "boolean": "boolean", "BooleanType": "boolean",
}  # fmt: skip
_ORDER: Mapping[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ARITHMETIC: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
# What Python takes for blank: all of Unicode's, and four separators of ASCII that Java's \s leaves out.
_STRIP = r"F.regexp_replace({}, r'(?U)\A[\s\x1c-\x1f]+|[\s\x1c-\x1f]+\z', '')"
_NO_ARGUMENT = {"upper": "F.upper({})", "lower": "F.lower({})", "strip": _STRIP}
_ONE_TEXT = {"startswith": "({}).startswith({})", "endswith": "({}).endswith({})"}
_LOGGERS = {"print", "info", "debug", "warning", "log"}
Names = Mapping[str, str]


class _OtherError(Exception):
    """Something that is not translated: the function stays as it is."""


def udfs_as_columns(code: str) -> tuple[str, list[str]]:
    """The code with its simple UDFs as functions of columns, and the names of these.

    Translated is what is decorated with `@udf(type)` or `@F.udf(type)` and is made of conditions, assignments and returns
    over its own arguments. Equality is null-safe as in Python, where None == 'a' is False; what would raise on None never
    met one, or the run that is compared with would have failed.
    """
    tree = _parsed(code)
    done: list[str] = []
    for holder in ast.walk(tree) if tree else ():
        body: Any = getattr(holder, "body", None)
        statements: list[ast.AST] = body if isinstance(body, list) else []
        for number, node in enumerate(statements):
            made = _column_function(node) if isinstance(node, ast.FunctionDef) else None
            if made is not None and isinstance(node, ast.FunctionDef):
                body[number] = made
                done.append(node.name)
    if tree is None or not done:
        return code, []
    # The program gives every step F; a step that is run elsewhere imports it itself.
    text = ast.unparse(ast.fix_missing_locations(tree))
    return f"from pyspark.sql import functions as F\n{text}", done


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _column_function(node: ast.FunctionDef) -> ast.stmt | None:
    kind = _udf_type(node.decorator_list[0]) if len(node.decorator_list) == 1 else ""
    names = [argument.arg for argument in node.args.args]
    is_plain = not (node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.args.defaults)
    if not kind or not names or not is_plain:
        return None
    try:
        made = _block(node.body, {name: name for name in names})
    except _OtherError:
        return None
    columns = "".join(f"    {name} = F.col({name}) if isinstance({name}, str) else {name}\n" for name in names)
    return ast.parse(f"def {node.name}({', '.join(names)}):\n{columns}    return ({made}).cast({kind!r})\n").body[0]


def _udf_type(mark: ast.expr) -> str:
    """The type of `@udf("string")`, `@F.udf(StringType())` and the like, "" for other decorators."""
    if not isinstance(mark, ast.Call) or _last_name(mark.func) != "udf":
        return ""
    given = [*mark.args, *(keyword.value for keyword in mark.keywords if keyword.arg == "returnType")]
    if len(given) != 1:
        return ""
    kind = given[0]
    name = (
        kind.value if isinstance(kind, ast.Constant) else _last_name(kind.func if isinstance(kind, ast.Call) else kind)
    )
    return _TYPES.get(str(name), "")


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _block(statements: Sequence[ast.stmt], names: Names) -> str:
    """What a run of statements returns, as an expression of columns."""
    if not statements:
        return "F.lit(None)"
    first, rest = statements[0], list(statements[1:])
    match first:
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            return _block(rest, names)
        case ast.Return(value=value):
            return _value(value, names) if value is not None else "F.lit(None)"
        case ast.If(test=test, body=body, orelse=orelse):
            yes, no = _block([*body, *rest], names), _block([*orelse, *rest], names)
            return f"F.when({_truth(test, names)}, {yes}).otherwise({no})"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return _block(rest, {**names, name: f"({_value(value, names)})"})
        case _:
            raise _OtherError


def _truth(node: ast.expr, names: Names) -> str:
    """A condition. Only what is a boolean by its form: that of a number or a text has rules of its own in Python."""
    match node:
        case ast.BoolOp(op=op, values=values):
            sign = " & " if isinstance(op, ast.And) else " | "
            return sign.join(f"({_truth(each, names)})" for each in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"~({_truth(operand, names)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _comparison(left, op, right, names)
        case ast.Compare(left=left, ops=[one, two], comparators=[middle, right]):
            return f"({_comparison(left, one, middle, names)}) & ({_comparison(middle, two, right, names)})"
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[ast.Constant(value=str() as text)]) if (
            attr in _ONE_TEXT
        ):
            return f"F.coalesce({_ONE_TEXT[attr].format(_value(value, names), repr(text))}, F.lit(False))"
        case _:
            raise _OtherError


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, names: Names) -> str:
    if isinstance(op, ast.Is | ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
        return f"({_value(left, names)}).{'isNull' if isinstance(op, ast.Is) else 'isNotNull'}()"
    if isinstance(op, ast.In | ast.NotIn):
        found = _membership(left, right, names)
        return found if isinstance(op, ast.In) else f"~({found})"
    one, other = _value(left, names), _value(right, names)
    if isinstance(op, ast.Eq | ast.NotEq):
        same = f"({one}).eqNullSafe({other})"
        return same if isinstance(op, ast.Eq) else f"~({same})"
    if type(op) not in _ORDER:
        raise _OtherError
    # NULL would make the whole condition NULL, and NOT of it too; Python would have raised.
    return f"F.coalesce(({one}) {_ORDER[type(op)]} ({other}), F.lit(False))"


def _membership(left: ast.expr, right: ast.expr, names: Names) -> str:
    if isinstance(right, ast.Tuple | ast.List | ast.Set) and all(isinstance(each, ast.Constant) for each in right.elts):
        values = [each.value for each in right.elts if isinstance(each, ast.Constant)]
        if None in values:
            raise _OtherError
        return f"F.coalesce(({_value(left, names)}).isin({values!r}), F.lit(False))"
    if isinstance(left, ast.Constant) and isinstance(left.value, str):
        return f"F.coalesce(({_value(right, names)}).contains({left.value!r}), F.lit(False))"
    raise _OtherError


def _value(node: ast.expr, names: Names) -> str:  # noqa: PLR0911  one line for each form
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return f"F.lit({value!r})"
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"-({_value(operand, names)})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"F.when({_truth(test, names)}, {_value(body, names)}).otherwise({_value(orelse, names)})"
        case ast.BinOp(left=left, op=op, right=right):
            return _operation(left, op, right, names)
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
            return _slice(_value(value, names), lower, upper)
        case ast.Call():
            return _call(node, names)
        case ast.Compare() | ast.BoolOp():
            return _truth(node, names)
        case _:
            raise _OtherError


def _operation(left: ast.expr, op: ast.operator, right: ast.expr, names: Names) -> str:
    one, other = _value(left, names), _value(right, names)
    is_text = any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in (left, right))
    if isinstance(op, ast.Add) and is_text:
        return f"F.concat({one}, {other})"
    is_positive = isinstance(right, ast.Constant) and isinstance(right.value, int) and right.value > 0
    if isinstance(op, ast.Mod) and is_positive:
        # Python's remainder has the sign of the divisor.
        return f"F.pmod({one}, {other})"
    if type(op) not in _ARITHMETIC or is_text:
        raise _OtherError
    return f"({one}) {_ARITHMETIC[type(op)]} ({other})"


def _slice(text: str, lower: ast.expr | None, upper: ast.expr | None) -> str:
    begin = 0 if lower is None else lower.value if isinstance(lower, ast.Constant) else None
    end = upper.value if isinstance(upper, ast.Constant) else None
    if not isinstance(begin, int) or not isinstance(end, int) or not 0 <= begin <= end:
        raise _OtherError
    return f"F.substring({text}, {begin + 1}, {end - begin})"


def _call(node: ast.Call, names: Names) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]) if attr in _NO_ARGUMENT:
            return _NO_ARGUMENT[attr].format(_value(value, names))
        case ast.Call(func=ast.Name(id="abs" | "len" as name), args=[value], keywords=[]):
            return f"F.{'abs' if name == 'abs' else 'length'}({_value(value, names)})"
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[one, other], keywords=[]):
            return f"F.{'least' if name == 'min' else 'greatest'}({_value(one, names)}, {_value(other, names)})"
        case _:
            raise _OtherError


class _Cleaner(ast.NodeTransformer):
    """Takes out statements that only count or show for a log, and repartitioning into a fixed number."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """A statement whose value nobody takes."""
        call = node.value
        if isinstance(call, ast.Call):
            name = _last_name(call.func)
            counts = any(
                isinstance(each, ast.Call) and _last_name(each.func) in {"count", "show"} for each in ast.walk(call)
            )
            if (name in _LOGGERS and counts) or (
                name in {"count", "show", "printSchema", "explain"} and isinstance(call.func, ast.Attribute)
            ):
                self.done.append("counting for a log")
                return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`frame.repartition(400)` is the frame."""
        self.generic_visit(node)
        is_fixed = (
            len(node.args) == 1 and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, int)
        )
        if isinstance(node.func, ast.Attribute) and node.func.attr == "repartition" and is_fixed and not node.keywords:
            self.done.append("fixed repartitioning")
            return node.func.value
        return node


def without_useless_work(code: str) -> tuple[str, list[str]]:
    """The code without actions whose results nobody takes and without fixed repartitioning, and in words what was left out."""
    tree = _parsed(code)
    if tree is None:
        return code, []
    cleaner = _Cleaner()
    tree = ast.fix_missing_locations(cleaner.visit(tree))
    for node in ast.walk(tree):
        body: Any = getattr(node, "body", None)
        if isinstance(body, list) and not body and not isinstance(node, ast.Module):
            body.append(ast.Pass())
    return (ast.unparse(ast.fix_missing_locations(tree)), sorted(set(cleaner.done))) if cleaner.done else (code, [])


def grouped_columns(code: str) -> list[str]:
    """The columns of the only `groupBy("a", "b")` in the code; none where there are several, or where they are worked out."""
    tree = _parsed(code)
    calls = [
        node
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.lower() == "groupby"
    ]
    given = calls[0].args if len(calls) == 1 and not calls[0].keywords else []
    names = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return names if len(names) == len(given) else []
