"""A read-only SQLite session with a time limit, and what its errors mean to a person."""

import random
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pursight_app.connectors.samples import SEED
from pursight_app.core.errors import SourceLoginFailedError, SourceReadError, SourceUnreachableError


class SQLiteSession:
    """One connection that cannot write. `source` is its name in messages."""

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        self.source = f"SQLite file {path}"
        self.timeout_s = timeout_s
        self._draw = random.Random(SEED)  # noqa: S311  # draws a sample, no secret
        self._connection = self._opened(path)

    def _opened(self, path: Path) -> sqlite3.Connection:
        if not path.is_file():
            raise SourceUnreachableError(f"There is no {self.source}. Check the path, then test the connection again.")
        # "mode=ro" and not "immutable": another process may be writing, and its write-ahead log belongs to the data.
        # Autocommit mode, so that our BEGIN alone decides where the snapshot starts.
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=self.timeout_s, isolation_level=None
        )
        # Text that is no UTF-8 is legal in SQLite and must not end the scan.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")  # pyright: ignore[reportUnknownMemberType]
        connection.create_function("pursight_draw", 1, lambda share: self._draw.random() < share)
        try:
            # A view of an untrusted file may call functions with side effects; this switches them off.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            connection.close()
            raise self._open_error(error) from None
        return connection

    def _open_error(self, error: sqlite3.Error) -> SourceLoginFailedError | SourceReadError | SourceUnreachableError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_NOTADB:
            return SourceReadError(f"{self.source} is no SQLite database, or it is encrypted. Check the path.")
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return SourceUnreachableError(f"{self.source} is locked by another process. Scan again later.")
        if code in {sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_AUTH}:
            return SourceLoginFailedError(
                f"{self.source} may not be opened. Grant read access to it and to its -wal and -shm files."
            )
        return SourceReadError(f"{self.source} is damaged. Run PRAGMA integrity_check on it.")

    @contextmanager
    def reading(self, thing: str) -> Generator[None]:
        """One read transaction of at most `timeout_s` seconds, with driver errors turned into ours."""
        has_expired = threading.Event()

        def expire() -> None:
            has_expired.set()
            self._connection.interrupt()

        timer = threading.Timer(self.timeout_s, expire)
        timer.daemon = True
        timer.start()
        try:
            self._connection.execute("BEGIN")
            yield
        except (sqlite3.Error, OverflowError) as error:
            cause = f"it took longer than {self.timeout_s:g} s" if has_expired.is_set() else _cause(error)
            raise SourceReadError(f"Cannot read {thing} from {self.source}: {cause}.") from None
        finally:
            timer.cancel()
            timer.join()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of one query; `pursight_draw(share)` in it draws the same rows each time."""
        self._draw.seed(SEED)
        return self._connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Closes the file; safe to call twice."""
        self._connection.close()


def _cause(error: Exception) -> str:
    """What went wrong, in our words; SQLite's text can quote names and values of the file."""
    code = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    causes = {
        "SQLITE_CORRUPT": "the file is damaged. Run PRAGMA integrity_check on it",
        "SQLITE_BUSY": "another process holds it locked. Scan again later",
        "SQLITE_TOOBIG": "a value is larger than SQLite's limit",
        "SQLITE_NOMEM": "it needs too much memory",
    }
    return causes.get(code, f"SQLite reported {code}. Check that the table still exists and its view text is valid")
