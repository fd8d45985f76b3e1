"""A DuckDB session with bounded memory, threads, time and reach, and what its errors mean to a person."""

import re
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pursight_app.core.errors import SourceReadError

MEMORY_LIMIT_MB = 512
THREADS = 2
SPILL_LIMIT_GB = 10

_LINE = re.compile(
    r"""
    (?: \bon\ Line:\ (?P<csv>\d{1,18})      # CSV errors count lines from 1
      | \bin\ line\ (?P<json>\d{1,18}):     # JSON errors count the line after the broken one
    )
    """,
    re.VERBOSE,
)


class DuckDBSession:
    """One in-process DuckDB. `source` is its name in messages.

    It reads `database` (None for an empty one in memory) and files below `allowed`, and nothing else: no other file, no
    network, no extension. It never writes but to its own temporary folder `workspace`.
    """

    def __init__(self, source: str, *, database: Path | None, allowed: Sequence[Path], timeout_s: float) -> None:
        self.source = source
        self.timeout_s = timeout_s
        self._folder = tempfile.TemporaryDirectory(prefix="pursight-", ignore_cleanup_errors=True)
        self.workspace = Path(self._folder.name).resolve()
        try:
            self._connection = duckdb.connect(
                str(database) if database else ":memory:",
                read_only=database is not None,
                config={
                    "threads": THREADS,
                    "memory_limit": f"{MEMORY_LIMIT_MB}MB",
                    # The default is a folder beside the database file, which is the source's.
                    "temp_directory": str(self.workspace / "spill"),
                    "max_temp_directory_size": f"{SPILL_LIMIT_GB}GB",
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "allow_community_extensions": "false",
                },
            )
            self._lock_down([self.workspace, *allowed])
        except BaseException:
            self._folder.cleanup()
            raise

    def _lock_down(self, allowed: Sequence[Path]) -> None:
        folders = [f"{path}/" for path in allowed if path.is_dir()]
        files = [str(path) for path in allowed if not path.is_dir()]
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET allowed_directories = $1", [folders])
        self._connection.execute("SET allowed_paths = $1", [files])
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    @contextmanager
    def reading(self, thing: str) -> Generator[None]:
        """One transaction of at most `timeout_s` seconds, with driver errors turned into ours that name `thing`."""
        timer = threading.Timer(self.timeout_s, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            self._connection.begin()
            yield
        except duckdb.Error as error:
            raise SourceReadError(f"Cannot read {thing} from {self.source}: {self._cause(error)}.") from None
        finally:
            timer.cancel()
            timer.join()
            self._roll_back()

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except duckdb.TransactionException:
            # A failed statement may have ended the transaction already; there is no way to ask.
            return

    def _cause(self, error: duckdb.Error) -> str:
        """What went wrong, in our words: DuckDB's text quotes the line it failed on."""
        text = str(error)
        for kind, reason in self._reasons.items():
            if isinstance(error, kind):
                return reason
        place = _LINE.search(text)
        if "Maximum line size" in text:
            return "a line is longer than the limit of 2,000,000 bytes"
        if "recursion depth" in text:
            return "a value is nested deeper than the limit of 128 levels"
        if place is not None:
            line = int(place.group("csv") or int(place.group("json")) - 1)
            return f"line {line} is malformed. Mend or remove that line"
        return f"its content is malformed ({type(error).__name__}). Write the file anew"

    @property
    def _reasons(self) -> dict[type[duckdb.Error], str]:
        gone = "it no longer exists, or its declaration is broken. Discover the source again"
        return {
            duckdb.InterruptException: f"it took longer than {self.timeout_s:g} s. Raise the time limit",
            duckdb.OutOfMemoryException: f"it needs more than the limit of {MEMORY_LIMIT_MB} MB of memory",
            duckdb.CatalogException: gone,
            duckdb.BinderException: gone,
            duckdb.PermissionException: "it refers to files outside the source, which are not read",
        }

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one query; call inside `reading`."""
        return self._connection.execute(sql, list(parameters) or None).fetchall()

    def close(self) -> None:
        """Gives back memory and the temporary folder; safe to call twice."""
        self._connection.close()
        self._folder.cleanup()


def quoted(name: str) -> str:
    """An identifier in double quotes, with inner quotes doubled."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal, with inner quotes doubled; DuckDB has no backslash escapes."""
    return "'" + text.replace("'", "''") + "'"
