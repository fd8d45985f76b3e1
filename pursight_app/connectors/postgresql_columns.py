"""The SQL of one PostgreSQL column by its type: how it is compared, measured, hashed and shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from pursight_app.connectors.aggregates import ColumnExpressions, select
from pursight_app.connectors.base import VALUE_CHARACTERS
from pursight_app.connectors.postgresql_session import Row, quoted

# Types whose own order is kept for minimum and maximum; every other type is compared by its text form.
_ORDERED = frozenset(
    [
        "int2",
        "int4",
        "int8",
        "float4",
        "float8",
        "numeric",
        "money",
        "oid",
        "date",
        "time",
        "timetz",
        "timestamp",
        "timestamptz",
        "interval",
        "inet",
    ]
)
_TEXTS = frozenset({"text", "varchar", "bpchar"})

# Extended hash functions that PostgreSQL 14 to 18 know by these names. They agree with the type's own equality, so 1.0
# and 1.00 are one value, and they are three times as fast as hashing a row.
_HASHES = {
    "int2": "hashint2extended",
    "int4": "hashint4extended",
    "int8": "hashint8extended",
    "float4": "hashfloat4extended",
    "float8": "hashfloat8extended",
    "numeric": "hash_numeric_extended",
    "text": "hashtextextended",
    "varchar": "hashtextextended",
    "bpchar": "hashbpcharextended",
    "uuid": "uuid_hash_extended",
    "timestamp": "timestamp_hash_extended",
    "time": "time_hash_extended",
    "interval": "interval_hash_extended",
    "inet": "hashinetextended",
    "jsonb": "jsonb_hash_extended",
}
# Not 0: some functions give the seed itself back for zero, and the hash 0 stands for null.
_HASH_SEED = 42
_HASHED_AS_ROW = frozenset({"date", "timestamptz", "timetz", "oid", "macaddr"})

# Functions that came with PostgreSQL 18.
_HASHES_OF_18 = {"date": "hashdateextended", "timestamptz": "timestamptz_hash_extended"}


@dataclass(frozen=True, slots=True)
class ProfiledColumn:
    """One column: `expressions` read the aliases that `inner` makes in the fenced subquery; `hash` is 0 for null."""

    expressions: ColumnExpressions
    inner: str
    hash: str


def profiled_columns(columns: Sequence[Row], server_major: int) -> tuple[ProfiledColumn, ...]:
    """The SQL of all columns; each row is the name, the base type's name and its kind (`pg_type.typtype`)."""
    return tuple(
        _column(str(name), str(base), str(kind), position=position, server_major=server_major)
        for position, (name, base, kind) in enumerate(columns)
    )


def fenced(columns: Sequence[ProfiledColumn], source: str) -> str:
    """A FROM clause that makes the aliases of all columns once for each row.

    Three aggregates use each length, and the planner would otherwise write the text form into all three. A volatile
    function keeps the subquery whole, and this one does not stop parallel workers, unlike OFFSET 0.
    """
    made = ", ".join([*(column.inner for column in columns), "clock_timestamp()"])
    return f"({select(made, source)}) AS fenced"


def _column(name: str, base: str, kind: str, *, position: int, server_major: int) -> ProfiledColumn:
    value = quoted(name)
    text = f"{value}::text"
    compared, length = f"v{position}", f"l{position}"
    if base in _TEXTS:
        # Byte order is what other engines give, and memcmp beats a language's collation by far.
        inner, order = f"{value} AS {compared}, length({value}) AS {length}", f'{compared} COLLATE "C"'
    elif base == "bytea":
        # Only the head is spelled out: the text form of a large binary would break the server's limit of 1 GB.
        text = rf"('\x' || encode(substring({value} FROM 1 FOR {VALUE_CHARACTERS // 2 - 1}), 'hex'))"
        inner, order = f"{text} AS {compared}, 2 + 2 * octet_length({value}) AS {length}", f'{compared} COLLATE "C"'
    elif base in _ORDERED or kind == "e":
        inner, order = f"{value} AS {compared}, length({text}) AS {length}", compared
    else:
        inner, order, length = f"{text} AS {compared}", f'{compared} COLLATE "C"', f"length({compared})"
    expressions = ColumnExpressions(
        name=name,
        value=compared,
        minimum=f"left(min({order})::text, {VALUE_CHARACTERS})",
        maximum=f"left(max({order})::text, {VALUE_CHARACTERS})",
        distinct="NULL",
        length=length,
        text=f"left({text}, {VALUE_CHARACTERS})",
    )
    hashed = _hash(value, base if kind == "b" else "", server_major)
    return ProfiledColumn(expressions, inner, f"coalesce({hashed}, 0::bigint)")


def _hash(value: str, base: str, server_major: int) -> str:
    """The hash of a column of a base type; "" stands for every other kind of type."""
    by_text = f"hashtextextended({value}::text, {_HASH_SEED})"
    function = _HASHES.get(base) or (_HASHES_OF_18.get(base) if server_major >= 18 else None)
    if base == "numeric":
        # hash_numeric gives NaN and both infinities the same hash.
        special = f"{value} IN ('NaN', 'Infinity', '-Infinity')"
        return f"CASE WHEN {special} THEN {by_text} ELSE {function}({value}, {_HASH_SEED}) END"
    if base == "bool":
        return f"CASE WHEN {value} THEN 1 WHEN NOT {value} THEN 2 END"
    if function is not None:
        return f"{function}({value}, {_HASH_SEED})"
    if base in _HASHED_AS_ROW:
        return f"CASE WHEN {value} IS NOT NULL THEN hash_record_extended(ROW({value}), {_HASH_SEED}) END"
    return f"hashtextextended(md5({value}), {_HASH_SEED})" if base == "bytea" else by_text
