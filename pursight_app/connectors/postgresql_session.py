"""A read-only PostgreSQL session: how it is opened, limited and closed, and what its errors mean to a person."""

import os
import socket
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from pursight_app.core.errors import ExternalError, SourceLoginFailedError, SourceReadError, SourceUnreachableError

Row = tuple[Any, ...]

# Text forms must not depend on the server's settings, and no function of the scanned database may stand in for a built-in
# one (CVE-2018-1058), hence the search path. JIT compiles for longer than our single-pass queries run.
_SETTINGS = """
    SET default_transaction_read_only = on; SET search_path = pg_catalog; SET jit = off;
    SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';
    SET extra_float_digits = 1; SET synchronize_seqscans = off; SET client_min_messages = error;
"""

# What a query's SQLSTATE means to the person who scans; the server's own text is not shown, because it quotes values.
_READ_FAILURES = {
    "42501": "the role may not read it. Grant SELECT on it, then scan again",
    "42P01": "it no longer exists. Discover the source again",
    "57014": "it did not answer within the time limit. Raise the limit or scan it sampled",
    "55P03": "another session holds a lock on it. Scan again later",
    "40001": "the server changed it during the scan. Scan again",
}


class _LenientText(Loader):
    """Reads text of a server without an encoding (SQL_ASCII): bytes that are no UTF-8 become U+FFFD."""

    def load(self, data: Buffer) -> str:
        return bytes(data).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Login:
    """Where to connect and as whom; `address` is the resolved IP address, if the caller has checked one."""

    host: str
    port: int
    database: str
    username: str
    password: str
    sslmode: str
    address: str | None
    timeout_s: float

    @property
    def place(self) -> str:
        """Host and port as messages name them."""
        return f"PostgreSQL at {self.host}:{self.port}"


class Session:
    """One connection that can only read. Not thread-safe."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._connection = _connect(login)
        self.is_lossy = self._connection.info.parameter_status("server_encoding") == "SQL_ASCII"
        self._prepare()

    def _prepare(self) -> None:
        milliseconds = max(1, int(self.login.timeout_s * 1000))
        limits = f"SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds};"
        with self.reading("the server's settings"):
            if self.is_lossy:
                # The server checks nothing and converts nothing; with any other client encoding it would refuse rows.
                limits += "SET client_encoding = 'SQL_ASCII';"
                for name in ("text", "varchar", "name"):
                    registered = self._connection.adapters.types[name]
                    self._connection.adapters.register_loader(registered.oid, _LenientText)
            self._connection.execute((_SETTINGS + limits).encode())
            self._connection.commit()
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True

    @property
    def is_open(self) -> bool:
        """False after the server or the network has ended the connection."""
        return not self._connection.closed

    @property
    def server_major(self) -> int:
        """Such as 18."""
        return self._connection.info.server_version // 10_000

    @property
    def server_version(self) -> str:
        """Such as "18.1"."""
        number = self._connection.info.server_version
        return f"{number // 10000}.{number % 10000}"

    @contextmanager
    def reading(self, thing: str) -> Generator[None]:
        """Turns driver errors into ours, naming `thing`, and ends the transaction whatever happens."""
        try:
            yield
        except psycopg.Error as error:
            raise _read_error(error, self.login, thing) from None
        finally:
            if not self._connection.closed:
                with suppress(psycopg.OperationalError):
                    self._connection.rollback()

    @contextmanager
    def _guarded(self) -> Generator[None]:
        """Cuts the line to a server that fell silent; a slow statement was ended by the server a little earlier."""
        line = socket.socket(fileno=os.dup(self._connection.fileno()))
        guard = threading.Timer(self.login.timeout_s + 5, line.shutdown, [socket.SHUT_RDWR])
        guard.daemon = True
        guard.start()
        try:
            yield
        finally:
            guard.cancel()
            guard.join()
            line.close()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of one query; call inside `reading`."""
        # As bytes, because psycopg could not encode names beyond ASCII for an SQL_ASCII session. Without parameters,
        # psycopg leaves percent signs in names alone.
        with self._guarded():
            return self._connection.execute(sql.encode(), parameters or None).fetchall()

    def copy_binary(self, query: str) -> Iterator[Buffer]:
        """The binary COPY stream of a query, piece by piece; call inside `reading`."""
        command = f"COPY ({query}) TO STDOUT (FORMAT binary)".encode()
        with self._guarded(), self._connection.cursor() as cursor, cursor.copy(command) as copy:
            yield from copy

    def close(self) -> None:
        """Ends the session; safe to call twice."""
        self._connection.close()


def _connect(login: Login) -> psycopg.Connection[Row]:
    try:
        return psycopg.connect(
            host=login.host,
            hostaddr=login.address or "",
            port=login.port,
            dbname=login.database,
            user=login.username,
            # An empty password would make libpq look into PGPASSWORD and ~/.pgpass, which are not this source's.
            password=login.password or "-",
            passfile="/dev/null",
            sslmode=login.sslmode,
            gssencmode="disable",
            connect_timeout=max(2, round(login.timeout_s)),
            application_name="pursight",
            client_encoding="UTF8",
            keepalives_idle=10,
            tcp_user_timeout=max(2000, int(login.timeout_s * 1000)),
        )
    except psycopg.Error as error:
        raise connection_error(str(error), login) from None


def connection_error(text: str, login: Login) -> ExternalError:
    """The error for a failed connection; only known causes are named, the driver's text is never passed on."""
    lowered = text.lower()
    if "expected authentication request" in lowered or "invalid response" in lowered:
        return SourceUnreachableError(
            f"Cannot reach {login.place}: what answers there is no PostgreSQL. Check the port, then test the connection again."
        )
    if "does not exist" in lowered and "database" in lowered:
        return SourceLoginFailedError(
            f'{login.place} has no database "{login.database}". Check the database name, then test the connection again.'
        )
    if "too many" in lowered or "remaining connection slots" in lowered or "starting up" in lowered:
        return SourceUnreachableError(
            f"{login.place} takes no more connections now. Try again in a minute or raise its limit."
        )
    if "fatal" in lowered or "password" in lowered or "pg_hba" in lowered or "authentication" in lowered:
        return SourceLoginFailedError(
            f'{login.place} refused the login of "{login.username}" to database "{login.database}". '
            "Check username, password and the server's pg_hba.conf, then test the connection again."
        )
    causes = {
        "refused": "connection refused",
        "timeout": f"no answer within {login.timeout_s:g} s",
        "timed out": f"no answer within {login.timeout_s:g} s",
        "resolve": "the host name is unknown",
        "translate host name": "the host name is unknown",
        "name or service": "the host name is unknown",
        "no such file": "no server listens on this socket",
        "ssl": "the encrypted connection could not be set up",
        "route": "there is no route to the host",
    }
    cause = next((cause for sign, cause in causes.items() if sign in lowered), "the connection broke off")
    return SourceUnreachableError(
        f"Cannot reach {login.place}: {cause}. Check host, port and firewall, then test the connection again."
    )


def _read_error(error: psycopg.Error, login: Login, thing: str) -> ExternalError:
    state = error.sqlstate
    if state is None or state.startswith(("08", "57P")):
        return SourceUnreachableError(
            f"{login.place} broke off while {thing} was read. Check the server, then scan again."
        )
    reason = _READ_FAILURES.get(state)
    if reason is None:
        reason = f"the server reported {type(error).__name__} (SQLSTATE {state}). Look it up in the server's log"
    return SourceReadError(f"Cannot read {thing} from {login.place}: {reason}.")


def quoted(name: str) -> str:
    """An identifier in double quotes, with inner quotes doubled."""
    return '"' + name.replace('"', '""') + '"'
