"""A PurSight of its own, whose servers and workers a test may kill, and a source whose tables a test can lock."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psutil
import psycopg
from psycopg import sql
from rq import Worker
from rq.serializers import JSONSerializer
from sqlmodel import col, select

from pursight_app.core import db, queue, redis, secrets, settings
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, ScanEntry, ScanRun
from pursight_app.runtime.migrations import migrate
from pursight_app.runtime.postgres import start_postgres
from pursight_app.runtime.redis_server import start_redis
from pursight_app.services import data_sources, keys
from tests.factories import Office
from tests.faults.processes import Command, kill, wait_until
from tests.plugins.servers import PASSWORD, POSTGRES_BIN, Server, _run, postgres_admin

TABLES = tuple(f"t{number:02d}" for number in range(40))
ROWS = 50


def new_home() -> Path:
    """A short path, because that of a Unix socket has at most 108 bytes; PostgreSQL's own user must get through."""
    home = Path(tempfile.mkdtemp(prefix="pf-", dir="/tmp"))
    home.chmod(0o755)
    return home


@contextmanager
def at_home(home: Path) -> Generator[None]:
    """Makes the services of this process work with the servers and keys of `home`."""
    before = os.environ["PURSIGHT_HOME"]
    _move(home)
    try:
        yield
    finally:
        _move(Path(before))


def _move(home: Path) -> None:
    os.environ["PURSIGHT_HOME"] = str(home)
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    for made_once in (redis.redis, queue._connection):
        if made_once.cache_info().currsize:
            made_once().close()
    for cached in (settings.get_settings, db.engine, redis.redis, queue._connection, secrets.jwt_key):
        cached.cache_clear()


class House:
    """PostgreSQL and Redis of one home, started and killed by the test."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._postgres = start_postgres(home)
        self._redis = start_redis(home)
        self._pools: list[Command] = []

    def start_workers(self, **settings: str) -> Command:
        """A pool of two workers; its start takes seconds, so tests that kill none share one."""
        pool = Command(self.home, "worker", "--count", "2", **settings)
        self._pools.append(pool)
        return pool

    def workers(self) -> Command:
        """A living pool."""
        return next((pool for pool in self._pools if pool.is_running), None) or self.start_workers()

    @staticmethod
    def horse(job: str) -> psutil.Process | None:
        """The process that RQ forked for the job whose id begins with `job`, once there is one."""
        workers = Worker.all(connection=queue._connection(), serializer=JSONSerializer)
        busy = (worker.pid for worker in workers if (worker.get_current_job_id() or "").startswith(job))
        return next(
            (child for pid in busy if pid and psutil.pid_exists(pid) for child in psutil.Process(pid).children()), None
        )

    def end_workers(self) -> None:
        for pool in self._pools:
            pool.kill()
        self._pools.clear()

    def kill_redis(self) -> None:
        self._redis.kill()
        self._redis.wait()

    def start_redis(self) -> None:
        self._redis = start_redis(self.home)

    def kill_postgres(self) -> None:
        postmaster = psutil.Process(self._postgres.get_pid())
        # Its children end by themselves once they see that it is gone; the next one refuses to start before that.
        children = postmaster.children()
        kill([postmaster, *children])

    def start_postgres(self) -> None:
        # The wheel remembers the servers that this process has started, dead or not.
        type(self._postgres)._instances.pop(self._postgres.pgdata)
        self._postgres = start_postgres(self.home)

    def stop(self) -> None:
        self.end_workers()
        self._redis.terminate()
        self._redis.wait()
        self._postgres.stop()
        type(self._postgres)._instances.pop(self._postgres.pgdata, None)
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def open_house() -> Generator[House]:
    home = new_home()
    with at_home(home):
        house = House(home)
        try:
            migrate()
            with unit_of_work() as session:
                keys.ensure_keys_fit(session)
            yield house
        finally:
            house.stop()


@dataclass
class Shop:
    """A real PostgreSQL source with `TABLES`, reached over TCP."""

    server: Server
    _locks: list[psycopg.Connection] = field(default_factory=list)

    def fill(self) -> None:
        with postgres_admin(self.server) as admin:
            admin.execute("CREATE DATABASE shop")
        with postgres_admin(self.server, "shop") as admin:
            for name in TABLES:
                table = sql.Identifier(name)
                admin.execute(sql.SQL("CREATE TABLE {} (id int PRIMARY KEY, email text, born date)").format(table))
                admin.execute(
                    sql.SQL(
                        "INSERT INTO {} SELECT n, 'p' || n || '@example.com', date '1990-01-01' + n "
                        "FROM generate_series(1, %s) n"
                    ).format(table),
                    [ROWS],
                )
            admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")

    def lock(self, table: str) -> None:
        """Makes a scan wait at `table`: it reads tables by name, and discovery needs no lock."""
        connection = postgres_admin(self.server, "shop")
        connection.autocommit = False
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        self._locks.append(connection)

    def unlock(self) -> None:
        for connection in self._locks:
            connection.close()
        self._locks.clear()

    def waiting_scans(self) -> int:
        """How many scans stand before a locked table."""
        with postgres_admin(self.server) as admin:
            statement = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'reader'"
            row = admin.execute(statement).fetchone()
        return int(row[0]) if row else 0

    def die(self) -> None:
        _run(POSTGRES_BIN / "pg_ctl", "-D", self.server.folder / "data", "-m", "immediate", "-w", "stop")
        self.unlock()

    def come_back(self) -> None:
        # pg_ctl gives the options of the last start again.
        log = self.server.folder / "log"
        _run(POSTGRES_BIN / "pg_ctl", "-D", self.server.folder / "data", "-w", "-l", log, "restart")

    def add_to(self, office: Office, name: str = "Shop") -> UUID:
        with unit_of_work() as session:
            return data_sources.create_data_source(
                session, office.steward, office.workspace_id, name=name, kind="postgresql", **self.address()
            ).id

    def address(self) -> dict[str, dict[str, object]]:
        config = {"host": "127.0.0.1", "port": self.server.port, "database": "shop", "username": "reader"}
        return {"config": config, "secret": {"password": PASSWORD}}


def run_of(run_id: UUID) -> ScanRun:
    with unit_of_work() as session:
        return session.get_one(ScanRun, run_id)


def wait_for_end(run_id: UUID, *, within_s: float = 40) -> ScanRun:
    wait_until(lambda: run_of(run_id).finished_at, "the scan ends", within_s=within_s)
    return run_of(run_id)


def give_up_unfinished() -> bool:
    """Ends scans that a failed test left; whether there were any."""
    with unit_of_work() as session:
        left = session.exec(select(ScanRun).where(col(ScanRun.finished_at).is_(None))).all()
        for run in left:
            run.status, run.finished_at = "failed", now()
    return bool(left)


def hold_in_the_middle(shop: Shop, scans: int = 1) -> None:
    """Waits until so many scans stand before the locked table."""
    wait_until(lambda: shop.waiting_scans() == scans, "the scan stands before the locked table", within_s=60)


def ledger_of(run_id: UUID) -> dict[str, tuple[str, datetime | None]]:
    """State and time of each table's line, by the table's own name."""
    with unit_of_work() as session:
        entries = session.exec(select(ScanEntry).where(ScanEntry.scan_run_id == run_id)).all()
    assert len({entry.qualified_name for entry in entries}) == len(entries)
    return {entry.qualified_name.rsplit(".", 1)[1]: (entry.state, entry.finished_at) for entry in entries}


def finished(run_id: UUID) -> dict[str, tuple[str, datetime | None]]:
    return {table: line for table, line in ledger_of(run_id).items() if line[0] != "pending"}


def assert_whole(home: Path, run_id: UUID, source_id: UUID, *, before: dict[str, tuple[str, datetime | None]]) -> None:
    """Everything was read once: ledger, counts, assets, profiles, verdicts, samples; `before` was not read again."""
    run, ledger = run_of(run_id), ledger_of(run_id)
    assert (run.status, run.error) == ("succeeded", None)
    assert {table: state for table, (state, _) in ledger.items()} == dict.fromkeys(TABLES, "ok")
    # Fails when the new owner begins at the first table: then these lines carry a later time.
    assert {table: ledger[table] for table in before} == before
    assert (run.done_count, run.total_count) == (40, 40)
    assert (run.summary["tables"], run.summary["columns"], run.summary["classified"]) == (40, 120, _named(source_id))
    with unit_of_work() as session:
        assets = session.exec(select(Asset).where(Asset.data_source_id == source_id)).all()
        columns = session.exec(
            select(AssetColumn).where(col(AssetColumn.asset_id).in_([asset.id for asset in assets]))
        ).all()
    assert sorted(asset.name for asset in assets) == list(TABLES)
    assert {(asset.row_count, asset.missing_since) for asset in assets} == {(ROWS, None)}
    assert len(columns) == 120
    assert all(column.profile["distinct_count"] == ROWS for column in columns)
    # A sample that a killed worker wrote and nobody points at would stay for ever.
    assert {asset.sample_key for asset in assets} == _stored_samples(home, source_id)


def _named(source_id: UUID) -> int:
    with unit_of_work() as session:
        statement = (
            select(Classification.id)
            .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
            .join(Asset, col(Asset.id) == AssetColumn.asset_id)
            .where(Asset.data_source_id == source_id, col(Classification.data_class).is_not(None))
        )
        return len(session.exec(statement).all())


def _stored_samples(home: Path, source_id: UUID) -> set[str]:
    blobs = home / "blobs"
    return {str(path.relative_to(blobs)) for path in blobs.glob(f"samples/*/{source_id.hex}/*")}
