"""The main job of the product, in the browser and over REST, against a real source."""

import re
import threading
import time

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from redis import Redis

from tests.e2e.conftest import (
    ADMIN,
    ADMIN_PASSWORD,
    SOURCE_TABLES,
    Site,
    choose_workspace,
    log_in,
    source_config,
    wait_until,
)
from tests.plugins.servers import PASSWORD as SOURCE_PASSWORD
from tests.plugins.servers import Server, postgres_admin

pytestmark = pytest.mark.e2e


def fill_form(page: Page, server: Server, name: str, password: str = SOURCE_PASSWORD) -> None:
    page.goto("/data-sources")
    page.get_by_role("button", name="Add data source").first.click()
    page.get_by_role("button", name=re.compile("^PostgreSQL")).click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Host").fill("127.0.0.1")
    page.get_by_label("Port").fill(str(server.port))
    page.get_by_label("Database").fill("shop")
    page.get_by_label("Username").fill("reader")
    page.get_by_label("Password").fill(password)


def test_from_log_in_to_the_finding_that_a_column_caused(
    context: BrowserContext, browser: Browser, site: Site, source: Server
) -> None:
    page = context.new_page()
    log_in(page)
    choose_workspace(page, "My workspace")
    fill_form(page, source, "Journey shop", password="not the password")
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text("password")
    page.get_by_label("Password").fill(SOURCE_PASSWORD)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text("PostgreSQL 18")

    # One table is locked, so the scan waits in the middle until the test has seen the progress.
    with postgres_admin(source, "shop") as locker:
        locker.autocommit = False
        locker.execute("LOCK TABLE orders_3 IN ACCESS EXCLUSIVE MODE")
        page.get_by_role("button", name="Save and scan").click()
        page.wait_for_url("**/scans/*")
        marker = page.evaluate("window.mark = Math.random()")
        expect(page.locator("#progress-text")).to_have_text(
            re.compile(rf"[1-9] of {SOURCE_TABLES} tables"), timeout=30_000
        )
        expect(page.get_by_text("Running")).to_be_visible()
        scan_url = page.url
        locker.rollback()
    expect(page.locator("#progress-text")).to_have_text(f"{SOURCE_TABLES} of {SOURCE_TABLES} tables", timeout=30_000)
    expect(page.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=30_000)
    assert page.evaluate("window.mark") == marker, "the page was reloaded"

    page.get_by_role("link", name="card_number").click()
    expect(page.locator("#evidence")).to_contain_text("match")
    expect(page.locator("#values")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=re.compile("Findings")).click()
    page.get_by_role("link", name="Card number stored readable").click()
    expect(page.get_by_role("dialog")).to_contain_text("Requirement 3.5.1")
    expect(page.get_by_role("dialog")).to_contain_text("card_number")

    check_stranger_sees_nothing(browser, site, scan_url)


def check_stranger_sees_nothing(browser: Browser, site: Site, scan_url: str) -> None:
    email, password = site.make_user()
    other = browser.new_context(base_url=site.url)
    page = other.new_page()
    log_in(page, email, password)
    expect(page.get_by_text("You are in no workspace yet")).to_be_visible()
    page.goto(scan_url)
    expect(page.get_by_text("There is no such scan")).to_be_visible()
    page.goto("/catalog?q=customers")
    expect(page.locator("#denied")).to_be_visible()
    assert "customers" not in page.locator("main").inner_text().replace("“customers”", "")
    other.close()


def test_hostile_names_are_text(context: BrowserContext, site: Site, source: Server) -> None:
    page = context.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    scan_over_rest(site, source, "Hostile shop")
    log_in(page)
    choose_workspace(page, "My workspace")

    page.goto("/catalog?q=img")
    page.get_by_role("link", name="<img src=x onerror=alert(1)>").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<img src=x onerror=alert(1)>")
    page.get_by_role("button", name=re.compile("spalte ü 🙂")).click()
    expect(page.get_by_role("dialog")).to_contain_text("spalte ü 🙂")

    assert dialogs == []


def scan_over_rest(site: Site, source: Server, name: str) -> dict[str, object]:
    workspace_id = site.workspace("My workspace")
    made = site.post(
        f"/api/workspaces/{workspace_id}/data-sources", {"name": name, "kind": "postgresql", **source_config(source)}
    )
    queued = site.post("/racine/orchestration/scan-workflow", {"data_source_id": made["id"]}, expect=202)
    url = f"/racine/orchestration/scan-workflow/{queued['scan_id']}"
    wait_until(lambda: site.rest.get(url).json()["status"] not in {"queued", "running"}, 60)
    return site.rest.get(url).json()


def test_the_same_journey_over_rest(site: Site, source: Server) -> None:
    scan = scan_over_rest(site, source, "REST shop")

    assert scan["status"] == "succeeded"
    assert scan["ledger"] == {"ok": SOURCE_TABLES, "changed": 0, "skipped": 0, "failed": 0}
    assert scan["progress"]["done"] == scan["progress"]["total"] == SOURCE_TABLES
    verdicts = site.rest.get(f"/api/scans/{scan['scan_id']}/classifications?limit=200").json()["items"]
    card = next(item for item in verdicts if item["column"] == "card_number")
    assert card["data_class"] == "credit_card"
    assert card["evidence"]["matched"] > 0
    findings = site.rest.get(f"/api/scans/{scan['scan_id']}/findings").json()["items"]
    assert "PCI-3.5.1" in {finding["rule"] for finding in findings}
    sources = site.rest.get(f"/api/workspaces/{site.workspace('My workspace')}/data-sources").text
    assert SOURCE_PASSWORD not in sources


def test_an_event_stream_tells_the_progress_and_what_was_missed(site: Site, source: Server) -> None:
    workspace_id = site.workspace("My workspace")
    seen: list[str] = []

    def listen() -> None:
        headers = {"Accept": "text/event-stream"}
        with site.rest.stream(
            "GET", f"/racine/events?workspace_id={workspace_id}&after_seq=0", headers=headers
        ) as answer:
            for line in answer.iter_lines():
                seen.append(line)
                if '"status": "succeeded"' in line or '"status":"succeeded"' in line:
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    scan_over_rest(site, source, "Event shop")
    thread.join(30)

    assert not thread.is_alive()
    numbers = [int(line.removeprefix("id: ")) for line in seen if line.startswith("id: ")]
    assert numbers == list(range(1, len(numbers) + 1)), "seq has a gap or is out of order"


def test_log_out_ends_the_event_stream_within_a_second(site: Site) -> None:
    email, password = site.make_user(site.workspace("My workspace"))
    with httpx2.Client(base_url=site.url, timeout=30) as client:
        tokens = client.post("/auth/login", json={"email": email, "password": password}).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        connected, ended = threading.Event(), list[float]()

        def listen() -> None:
            with client.stream("GET", "/racine/events", headers={"Accept": "text/event-stream"}) as answer:
                connected.set()
                for _ in answer.iter_lines():
                    pass
            ended.append(time.monotonic())

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        connected.wait(10)
        # The answer's head is sent before the server listens to Redis.
        wait_until(lambda: is_heard(site), 10)
        started = time.monotonic()
        httpx2.post(f"{site.url}/auth/logout", headers=dict(client.headers))
        thread.join(10)

    assert ended
    assert ended[0] - started < 1


def is_heard(site: Site) -> bool:
    """Whether more than the hub of the web process listens for ended sessions."""
    url = (site.home / "run" / "redis_url").read_text().strip()
    with Redis.from_url(url) as redis:
        return redis.pubsub_numsub("pursight:sessions")[0][1] >= 2


def test_log_out_ends_every_tab_and_the_token(context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    log_in(first)
    second.goto("/catalog")
    expect(second.get_by_role("heading", name="Catalogue", exact=True)).to_be_visible()

    first.get_by_role("button", name="Your account").click()
    first.get_by_role("button", name="Log out").click()

    first.wait_for_url("**/login")
    second.wait_for_url("**/login", timeout=3_000)
    second.goto("/catalog")
    expect(second).to_have_url(re.compile("/login"))


def test_a_wrong_password_is_said_and_the_wanted_page_opens_after_log_in(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/findings?severity=high")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("E-mail").fill(ADMIN)
    page.get_by_label("Password").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/findings\?severity=high"))
