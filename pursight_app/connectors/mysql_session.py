"""A read-only MySQL or MariaDB session: how it is opened, limited and closed, and what its errors mean to a person."""

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pymysql
from pymysql.constants import CR, ER
from pymysql.converters import escape_string

from pursight_app.core.errors import ExternalError, SourceLoginFailedError, SourceReadError, SourceUnreachableError

Row = tuple[Any, ...]

_LOGIN_ERRORS = frozenset(
    {
        ER.ACCESS_DENIED_ERROR,
        ER.DBACCESS_DENIED_ERROR,
        ER.BAD_DB_ERROR,
        ER.HOST_NOT_PRIVILEGED,
        ER.HOST_IS_BLOCKED,
        1698,
    }
)
_LOST_ERRORS = frozenset({CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, CR.CR_CONN_HOST_ERROR, ER.SERVER_SHUTDOWN, 0})

# What an error number means to the person who scans; the server's own text is not shown, because it quotes values.
_READ_FAILURES = {
    ER.TABLEACCESS_DENIED_ERROR: "the account may not read it. Grant SELECT on it, then scan again",
    ER.COLUMNACCESS_DENIED_ERROR: "the account may not read all its columns. Grant SELECT on the whole table",
    ER.NO_SUCH_TABLE: "it no longer exists. Discover the source again",
    ER.VIEW_INVALID: "the view refers to something that no longer exists. Mend the view",
    ER.LOCK_WAIT_TIMEOUT: "another session holds a lock on it. Scan again later",
    1969: "it did not answer within the time limit. Raise the limit or scan it sampled",
    3024: "it did not answer within the time limit. Raise the limit or scan it sampled",
    1317: "the server ended the query. Scan again",
    1194: "the server says the table is damaged. Repair it with CHECK TABLE",
}


@dataclass(frozen=True, slots=True)
class Login:
    """Where to connect and as whom; `address` is the resolved IP address, if the caller has checked one."""

    host: str
    port: int
    database: str
    username: str
    password: str
    tls: str
    address: str | None
    timeout_s: float

    @property
    def place(self) -> str:
        """Host and port as messages name them."""
        return f"MySQL at {self.host}:{self.port}"


class Session:
    """One connection that can only read. Not thread-safe."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._connection = _connect(login)
        try:
            with self._translated("the server's settings"):
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        version = str(self._connection.get_server_info())
        self.is_mariadb = "mariadb" in version.lower()
        self.version = version.split("-", maxsplit=1)[0] if not version.startswith("5.5.5-") else version.split("-")[1]
        seconds = max(1, round(self.login.timeout_s))
        limit = f"max_statement_time = {seconds}" if self.is_mariadb else f"max_execution_time = {seconds * 1000}"
        # Double quotes must mean strings and not names, and a backslash must be the escape that pymysql writes.
        self.rows(
            f"SET SESSION {limit}, SESSION lock_wait_timeout = {seconds}, SESSION innodb_lock_wait_timeout = {seconds}, "
            "SESSION time_zone = '+00:00', SESSION div_precision_increment = 12, SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', SESSION group_concat_max_len = 4096"
        )
        self.rows("SET SESSION TRANSACTION READ ONLY")
        self.rows("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    @property
    def is_open(self) -> bool:
        """False after the server or the network has ended the connection."""
        return bool(self._connection.open)

    @contextmanager
    def reading(self, thing: str) -> Generator[None]:
        """One read-only snapshot, with driver errors turned into ours that name `thing`."""
        with self._translated(thing):
            try:
                self.rows("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
                yield
            finally:
                if self._connection.open:
                    self._connection.rollback()

    @contextmanager
    def _translated(self, thing: str) -> Generator[None]:
        try:
            yield
        except (pymysql.Error, OSError) as error:
            raise _read_error(error, self.login, thing) from None

    def rows(self, sql: str) -> list[Row]:
        """All rows of one query; values go into it through `literal`."""
        with self._connection.cursor() as cursor:
            # Without arguments pymysql leaves percent signs in names alone.
            cursor.execute(sql)
            return list(cursor.fetchall())

    def close(self) -> None:
        """Ends the session; safe to call twice."""
        if self._connection.open:
            self._connection.close()


def _connect(login: Login) -> Any:
    try:
        # pymysql answers LOCAL INFILE requests of a rogue server only with local_infile=True.
        return pymysql.connect(
            host=login.address or login.host,
            port=login.port,
            user=login.username,
            password=login.password,
            database=login.database,
            charset="utf8mb4",
            use_unicode=True,
            local_infile=False,
            autocommit=True,
            connect_timeout=max(1, round(login.timeout_s)),
            # The server ends a slow statement itself; this is for one that fell silent.
            read_timeout=login.timeout_s + 1,
            write_timeout=login.timeout_s + 1,
            program_name="pursight",
            conv={},
            ssl=_tls(login),
        )
    except (pymysql.Error, OSError) as error:
        raise _connect_error(error, login) from None


def _tls(login: Login) -> ssl.SSLContext | None:
    if login.tls == "disable":
        return None
    context = ssl.create_default_context()
    if login.tls == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _number(error: Exception) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def _connect_error(error: Exception, login: Login) -> ExternalError:
    number = _number(error)
    if number == ER.BAD_DB_ERROR:
        return SourceLoginFailedError(
            f'{login.place} has no database "{login.database}". Check the database name, then test the connection again.'
        )
    if number in _LOGIN_ERRORS:
        return SourceLoginFailedError(
            f'{login.place} refused the login of "{login.username}" to database "{login.database}". '
            "Check username, password and grants, then test the connection again."
        )
    if number in {ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS}:
        return SourceUnreachableError(
            f"{login.place} takes no more connections now. Try again in a minute or raise its limit."
        )
    text = str(error).lower()
    causes = {
        "refused": "connection refused",
        "timed out": f"no answer within {login.timeout_s:g} s",
        "name or service": "the host name is unknown",
        "getaddrinfo": "the host name is unknown",
        "temporary failure": "the host name is unknown",
        "ssl": "the encrypted connection could not be set up",
        "route": "there is no route to the host",
    }
    cause = next((cause for sign, cause in causes.items() if sign in text), "the connection broke off")
    return SourceUnreachableError(
        f"Cannot reach {login.place}: {cause}. Check host, port and firewall, then test the connection again."
    )


def _read_error(error: Exception, login: Login, thing: str) -> ExternalError:
    number = _number(error)
    if number in _LOST_ERRORS or isinstance(error, OSError):
        return SourceUnreachableError(
            f"{login.place} broke off while {thing} was read. Check the server, then scan again."
        )
    reason = _READ_FAILURES.get(number, f"the server reported error {number}. Look it up in the server's log")
    return SourceReadError(f"Cannot read {thing} from {login.place}: {reason}.")


def quoted(name: str) -> str:
    """An identifier in backticks, with inner backticks doubled."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A string literal with pymysql's escapes, which fit the session's sql_mode."""
    return f"'{escape_string(text)}'"
