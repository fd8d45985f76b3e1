"""`up` from first start to last: what it says, what it keeps secret, and that nothing of it stays behind."""

import re
import shutil
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx2
import psutil
import pytest
from psycopg import sql
from redis import Redis
from sqlalchemy import select

from pursight_app.core.db import database_url, unit_of_work
from pursight_app.core.redis import redis_url
from pursight_app.core.settings import Settings, get_settings
from pursight_app.runtime.watchdog import answers
from tests.faults.house import (
    TABLES,
    House,
    Shop,
    assert_whole,
    at_home,
    finished,
    hold_in_the_middle,
    new_home,
    wait_for_end,
)
from tests.faults.processes import Command, alive, kill, wait_until
from tests.plugins.servers import PASSWORD, free_port

# The first start builds the web front end when its sources have changed.
pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
READY_S = 200


@pytest.fixture
def home() -> Generator[Path]:
    folder = new_home()
    yield folder
    # What a failed test has left, wherever it hangs in the tree by now.
    kill(processes_of(folder))
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(home: Path, port: int, **settings: str) -> Generator[Command]:
    up = Command(home, "up", "--port", str(port), **settings)
    try:
        up.wait_for("PurSight is ready at", within_s=READY_S)
        yield up
    finally:
        up.stop()


def test_up_keeps_its_secrets_and_a_killed_one_is_followed_by_one_that_goes_on(home: Path, shop: Shop) -> None:
    port = free_port()
    with started(home, port) as up:
        password = password_in(up.text)
        assert_refused(home, port, "PurSight is running already with the data in")
        assert_busy_port_is_named(port)
        source_id, run_id = scan_over_rest(port, shop, password)
        with at_home(home):
            before = finished(run_id)
        assert sorted(before) == list(TABLES[:20])
        assert_secrets_are_for_the_owner_only(home)
        members = up.family()
        up.kill_alone()
        assert not alive(members[:1])

    with started(home, port) as up:
        # The servers may go on; a worker or web process of the killed one would work against the new ones.
        assert {process.name() for process in alive(members)} <= {"postgres"}
        assert "Password:" not in up.text
        shop.unlock()
        with at_home(home):
            wait_for_end(run_id)
            assert_whole(home, run_id, source_id, before=before)
            assert_nowhere_in_the_clear(home, [PASSWORD, password, *keys_of(home)])
        shop.lock("t03")
        scan_again(port, shop, password, source_id)
        members = up.family()
        asked_at = time.monotonic()
        up.send(signal.SIGINT)

        # With a scan running, whose worker would wait for its end.
        assert up.exit_code(within_s=15) == 0
        assert time.monotonic() - asked_at < 15
        wait_until(lambda: not alive(members), "every process of this home is gone", within_s=1)


def test_a_dead_redis_is_named_with_its_last_words_and_everything_else_stops(home: Path) -> None:
    with started(home, free_port(), PURSIGHT_ADMIN_PASSWORD="given-by-the-settings-1") as up:
        members = up.family()
        assert "given-by-the-settings-1" not in up.text

        kill([process for process in members if process.name() == "redis-server"])

        assert up.exit_code(within_s=20) == 1
        assert "Redis has died. The end of its log:" in up.text
        assert "ready to accept connections at" in up.text
        assert not alive(members)

    # The same home again, ended before it is up.
    up = Command(home, "up", "--port", str(free_port()))
    try:
        up.wait_for("Starting PostgreSQL and Redis")
        members = wait_until(lambda: up.family() if len(up.family()) > 1 else [], "the first server starts")
        up.send(signal.SIGTERM)
        assert up.exit_code(within_s=20) == 130
        assert not alive(members)
        assert not processes_of(home)
    finally:
        up.stop()


def test_with_servers_of_ones_own_up_starts_none_and_a_dead_web_process_ends_it(home: Path, house: House) -> None:
    urls = {"PURSIGHT_DATABASE_URL": database_url(), "PURSIGHT_REDIS_URL": redis_url()}
    house.end_workers()
    # Machines that share a database share the keys of what is encrypted in it.
    shutil.copytree(get_settings().path("secrets"), home / "secrets", dirs_exist_ok=True)
    with started(home, free_port(), **urls) as up:
        members = up.family()
        assert {"postgres", "redis-server"}.isdisjoint(process.name() for process in members)
        assert not (home / "postgres").exists()

        kill([next(process for process in members if "granian" in process.cmdline())])

        assert up.exit_code(within_s=20) == 1
        assert "The web process has died. Its last lines:" in up.text
        assert "granian" in up.text.lower().partition("its last lines:")[2]
        assert not alive(members)
    with unit_of_work() as session:
        assert session.execute(select(1)).scalar_one() == 1
    with Redis.from_url(urls["PURSIGHT_REDIS_URL"]) as client:
        assert client.ping()


def test_a_web_process_that_hangs_is_replaced_and_nobody_is_logged_out(home: Path) -> None:
    port = free_port()
    with started(home, port, PURSIGHT_WEB_SILENT_S="3") as up, rest(port, password_in(up.text)) as client:
        web = next(process for process in up.family() if "granian" in process.cmdline())
        [hangs] = [child for child in web.children() if "granian" in child.cmdline()]
        hangs.suspend()

        up.wait_for("The web process has not answered for 3 seconds; another one takes its place", within_s=30)
        another = Settings(home=home, port=port)
        wait_until(lambda: not alive([hangs]) and answers(another, 5), "the other one answers", within_s=60)

        assert client.get("/auth/me").json()["user"]["email"] == "admin@pursight.local"
        assert alive([web])
        assert up.is_running
        # Said once: it is judged anew when it has answered.
        assert up.text.count("another one takes its place") == 1


def password_in(text: str) -> str:
    found = re.findall(r"^Password: (\S{12,})$", text, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def assert_refused(home: Path, port: int, sentence: str) -> None:
    second = Command(home, "up", "--port", str(port))
    try:
        assert second.exit_code(within_s=30) == 2
        assert sentence in second.text
        assert "Traceback" not in second.text
    finally:
        second.stop()


def assert_busy_port_is_named(port: int) -> None:
    elsewhere = new_home()
    try:
        assert_refused(elsewhere, port, f"Port {port} on 127.0.0.1 is in use")
        assert not (elsewhere / "postgres").exists()
    finally:
        shutil.rmtree(elsewhere)


@contextmanager
def rest(port: int, password: str) -> Generator[httpx2.Client]:
    with httpx2.Client(base_url=f"http://localhost:{port}", timeout=30) as client:
        answer = client.post("/auth/login", json={"email": "admin@pursight.local", "password": password})
        client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
        yield client


def scan_over_rest(port: int, shop: Shop, password: str) -> tuple[UUID, UUID]:
    """A source made and its scan brought to stand before the 21st table; ids of both."""
    shop.lock("t20")
    with rest(port, password) as client:
        workspace = client.post("/api/workspaces", json={"name": "Faults"}).raise_for_status().json()
        body = {"name": "Shop", "kind": "postgresql", **shop.address()}
        source = client.post(f"/api/workspaces/{workspace['id']}/data-sources", json=body).raise_for_status().json()
        asked = client.post("/racine/orchestration/scan-workflow", json={"data_source_id": source["id"]})
    hold_in_the_middle(shop)
    return UUID(source["id"]), UUID(asked.raise_for_status().json()["scan_id"])


def scan_again(port: int, shop: Shop, password: str, source_id: UUID) -> None:
    with rest(port, password) as client:
        asked = client.post("/racine/orchestration/scan-workflow", json={"data_source_id": str(source_id)})
        asked.raise_for_status()
    hold_in_the_middle(shop)


def assert_secrets_are_for_the_owner_only(home: Path) -> None:
    files = {path.name: path.stat().st_mode & 0o777 for path in (home / "secrets").iterdir()}
    assert files == dict.fromkeys(("encryption.key", "first-password", "jwt.key", "postgres-password"), 0o600)
    assert (home / "secrets").stat().st_mode & 0o777 == 0o700
    # It holds the password of the database.
    assert (home / "run" / "database_url").stat().st_mode & 0o777 == 0o600


def keys_of(home: Path) -> list[str]:
    return [path.read_text() for path in (home / "secrets").iterdir()]


def assert_nowhere_in_the_clear(home: Path, secrets: list[str]) -> None:
    places = {**texts_of_tables(), **texts_of_redis(), **texts_of_logs(home)}
    # A search that finds nothing anywhere proves nothing: what is no secret must be found.
    assert any("p7@example.com" not in text and "admin@pursight.local" in text for text in places.values())
    assert any("scan_run.finished" in text for text in places.values())
    found = [(place, secret[:4]) for place, text in places.items() for secret in secrets if secret in text]
    assert not found


def texts_of_tables() -> dict[str, str]:
    texts: dict[str, str] = {}
    with unit_of_work() as session:
        connection = session.connection().connection.driver_connection
        assert connection is not None
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in tables:
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
                texts[f"table {name}"] = b"".join(bytes(part) for part in copy).decode()
    assert len(texts) > 10
    return texts


def texts_of_redis() -> dict[str, str]:
    with Redis.from_url(redis_url()) as client:
        # DUMP gives the content of any kind of key; short strings stand in it as they are.
        return {f"key {key!r}": (client.dump(key) or b"").decode(errors="replace") for key in client.scan_iter()}


def texts_of_logs(home: Path) -> dict[str, str]:
    files = [*(home / "logs").iterdir(), home / "postgres" / "log"]
    return {str(path): path.read_text(errors="replace") for path in files}


def processes_of(home: Path) -> list[psutil.Process]:
    """Processes that name this home on their command line or in their environment, whoever their parent is."""
    return [process for process in psutil.process_iter() if str(home) in words_of(process)]


def words_of(process: psutil.Process) -> str:
    try:
        return " ".join([*process.cmdline(), process.environ().get("PURSIGHT_HOME", "")])
    except psutil.Error:
        return ""
