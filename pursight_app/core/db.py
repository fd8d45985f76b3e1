"""The database engine and the one visible transaction boundary."""

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
import structlog
from sqlalchemy import Engine, Executable, create_engine, event, func
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings

# asyncio.to_thread uses at most 32 threads for states and as many for REST; none may wait for a connection.
POOL_SIZE = 16
POOL_OVERFLOW = 48
# A connection that was used so lately is taken for a live one: asking each time would be a tenth of a quick request, and
# PostgreSQL takes longer to be back after a fall.
FRESH_S = 0.25
_BEFORE_COMMIT = "pursight.before_commit"
_AFTER_COMMIT = "pursight.after_commit"
# psycopg's own errors come from COPY and other work on the driver's cursor, which SQLAlchemy does not wrap.
_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, psycopg.InterfaceError)

log = structlog.get_logger()


def sqlalchemy_url(url: str) -> str:
    """Names the psycopg 3 driver in a plain `postgresql://` URL."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)


def database_url() -> str:
    """URL of PurSight's own database.

    Raises:
        ServiceUnavailableError: neither a server is configured nor the embedded one was started.
    """
    settings = get_settings()
    if settings.database_url:
        return settings.database_url
    written = settings.path("run", "database_url")
    if not written.exists():
        raise ServiceUnavailableError("PostgreSQL is not running. Start PurSight with ./pursight up.")
    return written.read_text().strip()


@cache
def engine() -> Engine:
    """The process-wide engine. A statement of the web or a worker that runs longer than 30 s is a bug and is cut."""
    made = create_engine(
        sqlalchemy_url(database_url()),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_recycle=1800,
        # The one used last goes out first: it is warm, and fresh enough not to be asked whether it lives.
        pool_use_lifo=True,
        # A failed statement is logged; its values are samples, e-mail addresses and password hashes.
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "options": "-c statement_timeout=30000 -c timezone=UTC"},
    )
    event.listen(made, "checkin", _note_rest)
    event.listen(made, "checkout", _ping_rested)
    # RQ forks a process per job; a forked copy must not write into its parent's connections.
    os.register_at_fork(after_in_child=lambda: made.dispose(close=False))
    return made


def _note_rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["rests_since"] = time.monotonic()


def _ping_rested(connection: Any, entry: ConnectionPoolEntry, _fairy: Any) -> None:
    if time.monotonic() - entry.info.get("rests_since", float("inf")) < FRESH_S:
        return
    try:
        engine().dialect.do_ping(connection)
    except psycopg.Error:
        # The pool then opens another one.
        raise DisconnectionError from None


def read_now(statement: Executable) -> Any:
    """The one value that a SELECT gives, in a single round trip: outside of any transaction.

    Raises:
        ServiceUnavailableError: PostgreSQL is away.
    """
    try:
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.execute(statement).scalar_one()
    except _AWAY as error:
        _log(error)
        raise ServiceUnavailableError("PurSight's database does not answer. Try again in a moment.") from None


@contextmanager
def unit_of_work() -> Generator[Session, None, None]:
    """One transaction: commits when the block ends well, rolls back otherwise, then runs what waited for the commit.

    Raises:
        ServiceUnavailableError: PostgreSQL is away; nothing was changed.
    """
    try:
        with Session(engine(), expire_on_commit=False) as session:
            yield session
            # In the order of their names: two transactions that take several such locks take them in the same order.
            for _, finish in sorted(session.info.pop(_BEFORE_COMMIT, {}).items()):
                finish(session)
            session.commit()
            waiting: list[Callable[[], None]] = session.info.pop(_AFTER_COMMIT, [])
    except _AWAY as error:
        _log(error)
        raise ServiceUnavailableError(
            "PurSight's database does not answer. Nothing was changed; try again in a moment."
        ) from None
    for action in waiting:
        action()


def _log(error: Exception) -> None:
    cause = getattr(error, "orig", None) or error
    state = str(getattr(cause, "sqlstate", None) or "")
    # During an outage every heartbeat comes here, and the stack says nothing; it does for a slow statement or a deadlock.
    is_outage = not state or state.startswith(("08", "57P"))
    log.error("database.unavailable", error=type(cause).__name__, sqlstate=state, exc_info=not is_outage)


def before_commit(session: Session, name: str, action: Callable[[Session], None]) -> None:
    """Runs `action` once as the last statements of the surrounding `unit_of_work`; another one of that `name` is dropped.

    For what takes a lock that everybody wants: taken last, it is held only for the commit itself.
    """
    session.info.setdefault(_BEFORE_COMMIT, {}).setdefault(name, action)


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Runs `action` once the surrounding `unit_of_work` has committed; never when it rolls back.

    SQLAlchemy's own `after_commit` event also fires when a SAVEPOINT is released, when nothing is durable yet.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def count_rows(session: Session, statement: Any) -> int:
    """How many rows a SELECT would give, without fetching them."""
    counting = statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return session.execute(counting).scalar_one()
