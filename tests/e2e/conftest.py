"""One real `up --demo`, one real PostgreSQL as a source, one Chromium for all browser tests."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize, expect, sync_playwright
from redis import Redis

from tests.e2e.room_people import Store
from tests.java import quick_environment
from tests.plugins.servers import PASSWORD as SOURCE_PASSWORD
from tests.plugins.servers import Server, free_port, postgres_admin, run_postgres

ROOT = Path(__file__).resolve().parents[2]
ADMIN, ADMIN_PASSWORD = "admin@pursight.local", "e2e administrator pass"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SOURCE_TABLES = 8
DEMO = "Nordlicht Handel (demo)"

# Two busy cores: what takes a second alone may take several beside a scan.
expect.set_options(timeout=30_000)


class Administrator(httpx2.Auth):
    """Logs in, and again when its token has ended: the browser tests take longer than a token lives."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = "none"

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == 401:
            login = {"email": ADMIN, "password": ADMIN_PASSWORD}
            tokens = yield httpx2.Request("POST", f"{self._url}/auth/login", json=login)
            # Not by `requires_response_body`, which would wait for the end of event streams.
            tokens.read()
            self._token = tokens.json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request


@dataclass(frozen=True, eq=False)
class Site:
    """The running product and a REST client with the administrator's token."""

    url: str
    home: Path
    rest: httpx2.Client

    def post(self, path: str, body: dict[str, object], expect: int = 201) -> dict[str, object]:
        answer = self.rest.post(path, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def make_user(self, workspace_id: str = "", role: str = "viewer") -> tuple[str, str]:
        """A new account, member of a workspace if one is given; returns e-mail and password."""
        email, password = f"{uuid4().hex[:10]}@example.org", "a person's password"
        made = self.post("/api/users", {"email": email, "name": "Vera Viewer", "password": password})
        if workspace_id:
            self.post(f"/api/workspaces/{workspace_id}/members", {"user_id": made["id"], "role": role})
        return email, password

    def workspace(self, part: str) -> str:
        items = self.rest.get("/api/workspaces").json()["items"]
        return next(item["id"] for item in items if part in item["name"])


@pytest.fixture(scope="session")
def site() -> Generator[Site]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed on this machine (apt-get install chromium)")
    home = Path(tempfile.mkdtemp(prefix="pe-", dir="/tmp"))
    home.chmod(0o755)
    port = free_port()
    environment = {
        **os.environ,
        "PURSIGHT_HOME": str(home / "h"),
        "PURSIGHT_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "PYTHONPATH": str(ROOT),
        "PURSIGHT_LEASE_S": "15",
        **quick_environment(),
    }
    log = home / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pursight_app", "up", "--demo", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: "is ready at" in log.read_text() or process.poll() is not None, 240)
        assert process.poll() is None, log.read_text()
        url = f"http://localhost:{port}"
        with httpx2.Client(base_url=url, timeout=30) as rest:
            rest.auth = Administrator(url)
            yield Site(url, home / "h", rest)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)
        shutil.rmtree(home, ignore_errors=True)


def wait_until(is_done: Callable[[], object], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_done():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def source() -> Generator[Server]:
    """A PostgreSQL database with personal data, reachable over TCP as `reader`."""
    with run_postgres() as server:
        with postgres_admin(server) as admin:
            admin.execute("CREATE DATABASE shop")
        with postgres_admin(server, "shop") as shop:
            _fill(shop)
        yield server


def _fill(shop: psycopg.Connection) -> None:
    shop.execute("CREATE TABLE customers (id int PRIMARY KEY, full_name text, email text, card_number text)")
    shop.execute(
        "INSERT INTO customers SELECT n, 'Anna Beispiel ' || n, 'anna' || n || '@example.com', "
        "(ARRAY['4111111111111111','5500005555555559','340000000000009','4012888888881881','5105105105105100'])[1 + n % 5] "
        "FROM generate_series(1, 300) n"
    )
    for number in range(SOURCE_TABLES - 2):
        shop.execute(f"CREATE TABLE orders_{number} AS SELECT n AS id, n * 1.5 AS total FROM generate_series(1, 50) n")
    shop.execute('CREATE TABLE "<img src=x onerror=alert(1)>" ("q""uote; drop table x;--" text, "spalte ü 🙂" text)')
    shop.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")


def source_config(server: Server) -> dict[str, object]:
    return {
        "config": {"host": "127.0.0.1", "port": server.port, "database": "shop", "username": "reader"},
        "secret": {"password": SOURCE_PASSWORD},
    }


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Generator[BrowserContext]:
    made = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    yield made
    made.close()


def log_in(page: Page, email: str = ADMIN, password: str = ADMIN_PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")
    page.get_by_role("button", name="Your account").wait_for()


def choose_workspace(page: Page, name: str) -> None:
    page.get_by_role("button", name="Workspace:").first.click()
    page.get_by_role("menuitem", name=name).click()
    page.get_by_role("button", name=f"Workspace: {name}").first.wait_for()


@pytest.fixture(scope="module")
def store(site: Site) -> Generator[Store]:
    run = site.home / "run"
    database = psycopg.connect((run / "database_url").read_text().strip(), autocommit=True)
    yield Store(database, Redis.from_url((run / "redis_url").read_text().strip(), decode_responses=True))
    database.close()


@pytest.fixture
def member(browser: Browser, site: Site) -> Generator[Page]:
    """The second person's browser, logged in on home."""
    email, password = site.make_user(site.workspace("Nordlicht"), "viewer")
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    log_in(page, email, password)
    expect(page.get_by_role("button", name="Notifications")).to_be_visible()
    page.context.email = email  # type: ignore[attr-defined]  # kept for the tests
    yield page
    context.close()


@pytest.fixture(scope="session")
def logged_in(browser: Browser, site: Site) -> StorageState:
    """What the administrator's browser keeps: log-in and the demo workspace."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture
def owner(browser: Browser, site: Site, logged_in: StorageState) -> Generator[Page]:
    """The administrator's browser in the demo workspace, before the first page; nobody logs out here."""
    viewport: ViewportSize = {"width": 1440, "height": 900}
    context = browser.new_context(base_url=site.url, viewport=viewport, storage_state=logged_in)
    yield context.new_page()
    context.close()
