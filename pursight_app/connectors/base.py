"""What a connector is, and the shapes it hands to a scan. One file per kind of source stands beside this one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import pyarrow as pa

# A sample is at most this many rows; a value in it at most this many characters (the profile sees whole values).
SAMPLE_ROWS = 1_000
VALUE_CHARACTERS = 256


class TableKind(StrEnum):
    """What kind of asset a discovered thing becomes."""

    TABLE = "table"
    VIEW = "view"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """One column as the source declares it; `position` counts from 1."""

    name: str
    position: int
    data_type: str
    is_nullable: bool = True
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared reference: `columns[i]` of this table points at `referenced_columns[i]`."""

    name: str
    columns: tuple[str, ...]
    referenced_schema: str
    referenced_table: str
    referenced_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table, view or file.

    `schema` is "" where the source has none. `row_estimate` is the source's own statistic, None where it keeps none.
    `fingerprint` changes when the declaration changes (columns, types, keys, view text), not when rows change.
    """

    schema: str
    name: str
    kind: TableKind
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    view_definition: str | None = None
    comment: str | None = None
    row_estimate: int | None = None
    size_bytes: int | None = None
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class SkippedTable:
    """A thing the source has but a scan cannot or may not read, and why, as a sentence.

    `is_failure` when somebody could mend it (missing rights, broken content); then a scan is not complete without it.
    """

    schema: str
    name: str
    reason: str
    is_failure: bool = False


@dataclass(frozen=True, slots=True)
class Discovery:
    """Everything one source holds, in the order of (schema, name)."""

    tables: tuple[TableInfo, ...]
    skipped: tuple[SkippedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Figures of one column.

    Counts are of rows of the whole table. On a sampled profile they are estimates, and `null_count_error`,
    `distinct_count_error` hold the half-width of the 95 % interval; both are None when the count is exact.
    `minimum`, `maximum` are the source's text forms (they can be sensitive: show them only through
    services.access). Lengths are characters of the text form. `shapes` maps a shape ("Aa-99") to its
    count among the sample's non-null values, most frequent first, at most 10.
    """

    null_count: int
    distinct_count: int
    minimum: str | None
    maximum: str | None
    min_length: int | None
    max_length: int | None
    mean_length: float | None
    null_count_error: int | None = None
    distinct_count_error: int | None = None
    shapes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableScan:
    """What one look at one table gave: one snapshot, one sample, one pass.

    `row_count` is exact unless `row_count_error` is set. `sampled_rows` is None when the profile read every row.
    `sample` has at most `SAMPLE_ROWS` rows × all columns, every column cast to string (null stays null), each value
    cut at `VALUE_CHARACTERS`; rows are drawn over the whole table, never the first ones. `notes` are sentences about
    what could only be read in part, such as lines left out or bytes that are no valid text; they never quote data.
    """

    row_count: int
    row_count_error: int | None
    sampled_rows: int | None
    columns: dict[str, ColumnProfile]
    sample: "pa.Table"
    notes: tuple[str, ...] = ()


class ConnectorConfig(BaseModel):
    """Base of every `Config` and `Secret`: unknown fields are refused, so no driver option slips through."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NoSecret(ConnectorConfig):
    """Secret of a source that needs none."""


class Connector(ABC):
    """Reads one kind of source. Made for one source, used by one thread, closed after use.

    Every method raises SourceUnreachableError, SourceLoginFailedError or SourceReadError with a sentence that
    names the source and what to do, never the password; each respects `timeout_s`. Nothing is ever written to a source.

    `address` is the IP address that `boundaries.check_host` resolved and allowed; with it the connector does not resolve
    the host a second time, so a name cannot turn into another address between the check and the connection.
    """

    key: ClassVar[str]
    label: ClassVar[str]
    description: ClassVar[str]
    Config: ClassVar[type[ConnectorConfig]]
    Secret: ClassVar[type[ConnectorConfig]] = NoSecret

    def __init__(
        self,
        config: ConnectorConfig,
        secret: ConnectorConfig | None = None,
        *,
        timeout_s: float = 30.0,
        address: str | None = None,
    ) -> None:
        self.config = config
        self.secret = secret
        self.timeout_s = timeout_s
        self.address = address

    @abstractmethod
    def namespace(self) -> str:
        """The OpenLineage namespace, such as `postgres://db1:5432`; see OpenLineage's naming specification."""

    @abstractmethod
    def database(self) -> str:
        """First part of every qualified name: the database, or "" where there is none (files)."""

    @abstractmethod
    def ping(self) -> str:
        """Connects, logs in, reads one thing; returns a sentence such as "PostgreSQL 18.1, 42 tables visible"."""

    @abstractmethod
    def discover(self) -> Discovery:
        """Lists all tables, views or files with columns and keys in a fixed number of catalogue queries."""

    @abstractmethod
    def scan_table(self, table: TableInfo, *, sample_rows: int = SAMPLE_ROWS, exact: bool | None = None) -> TableScan:
        """Profiles and samples one table from one snapshot.

        `exact=None` reads every row up to a size that the connector states, and above it estimates with error bars;
        True and False force one or the other.
        """

    @abstractmethod
    def close(self) -> None:
        """Gives back connections; safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def qualified_name(parts: Sequence[str]) -> str:
    """Joins non-empty name parts with dots, as OpenLineage's dataset names do."""
    return ".".join(part for part in parts if part)
