"""Flow 4 in the browser on a real Spark: run, optimise, review, approve, watch, report."""

import json
import os
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import DEMO, ROOT, Site, choose_workspace, log_in, wait_until
from tests.unit.test_event_logs import small_log

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]
PICTURES = ROOT / "docs" / "pictures" if os.environ.get("PURSIGHT_PICTURES") else None
LONG = 240_000


def picture(page: Page, name: str) -> None:
    if PICTURES is not None:
        page.screenshot(path=PICTURES / f"{name}-light.png")


def optimise(page: Page, *, trials: str) -> None:
    page.get_by_role("button", name="Optimise").click()
    asked = page.get_by_role("dialog")
    for wrong in ("", "41", "1.5"):
        asked.get_by_label("Trials at most").fill(wrong)
        asked.get_by_role("button", name="Start").click()
        expect(asked).to_be_visible()
    asked.get_by_label("Trials at most").fill(trials)
    asked.get_by_role("button", name="Start").click()


def test_a_demo_pipeline_gets_faster_before_ones_eyes(context: BrowserContext, site: Site) -> None:
    """F4.1-32: the pipeline with settings of another time."""
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    page.goto("/pipelines")
    table = page.get_by_role("table", name="Pipelines")
    expect(table.get_by_role("row")).to_have_count(5)
    picture(page, "pipelines")
    page.get_by_role("link", name="Revenue by country and month").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revenue by country and month")
    expect(page.get_by_text("date_trunc").first).to_be_visible()

    # F4.22-26: it runs; what Spark does is seen while it does it.
    page.get_by_role("button", name="Run now").click()
    page.get_by_role("tab", name="Runs").click()
    runs = page.get_by_role("table", name="Runs")
    runs.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Now on Spark")).to_be_visible()
    expect(page.get_by_text("Tasks done")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name="Where its time goes")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("table", name="Stages").get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("heading", name="Plan of the longest query")).to_be_visible()
    picture(page, "pipeline-run")
    page.get_by_role("link", name="Revenue by country and month").first.click()
    # Its inputs and outputs lead to the catalogue, which says where they come from and go.
    page.get_by_role("link", name="demo_orders").click()
    expect(page.get_by_role("tab", name=re.compile("Lineage"))).to_have_attribute("aria-selected", "true")
    page.go_back()

    # F4.1-16: analysis and trials, live, without a reload.
    optimise(page, trials="3")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan for")
    expect(page.get_by_text("Waits for a decision")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("times as fast, with the same results")).to_be_visible()
    changes = page.get_by_role("region", name="Changes")
    expect(changes.get_by_role("checkbox").first).to_be_checked()
    expect(page.get_by_role("table", name="Trials").get_by_text("same results").first).to_be_visible()
    expect(page.locator(".diff-removed", has_text="spark.sql.adaptive.enabled")).to_be_visible()
    picture(page, "pipeline-plan")
    # The diff is that of what is ticked.
    ticked = changes.get_by_role("checkbox").all()
    for one in ticked:
        one.click()
        expect(one).not_to_be_checked()
    expect(page.locator(".diff-removed")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Approve"))).to_have_count(0)
    for one in ticked:
        one.click()
        expect(one).to_be_checked()
    expect(page.locator(".diff-removed", has_text="spark.sql.adaptive.enabled")).to_be_visible()
    plan_url = page.url

    # Whoever may not approve sees all of it and no button.
    email, password = site.make_user(site.workspace("Nordlicht"), "viewer")
    other = context.browser.new_context(base_url=site.url).new_page()  # type: ignore[union-attr]
    log_in(other, email, password)
    other.goto(plan_url)
    expect(other.get_by_role("region", name="Changes")).to_be_visible()
    expect(other.get_by_role("button", name=re.compile("Approve"))).to_have_count(0)
    other.context.close()

    # F4.17-24: approved.
    page.get_by_role("button", name=re.compile("Approve")).click()
    page.get_by_role("button", name="Approve and deploy").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Changes of")

    # F4.24-32: watched and kept, with a speed-up that was measured.
    expect(page.get_by_text("As fast or faster, with the same results.")).to_be_visible(timeout=LONG)
    shown = page.get_by_text(re.compile(r"^\d+\.\d\d ×$")).first
    assert float(shown.inner_text().split()[0]) > 1.05
    expect(page.get_by_role("table", name="Runs").get_by_role("row")).to_have_count(5)
    expect(page.get_by_role("table", name="The longest stages").get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_text("the same", exact=True)).to_be_visible()
    picture(page, "pipeline-deployment")
    deployment_url = page.url
    share_report(page, site, shown.inner_text())
    page.goto("/pipelines/models/quality")
    expect(page.get_by_role("table", name="Outcomes")).to_be_visible()

    # A person takes it back.
    page.goto(deployment_url)
    page.get_by_role("button", name="Roll back").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("A person took it back.")).to_be_visible()


def share_report(page: Page, site: Site, speed_up: str) -> None:
    """F4.32: what came of it, said in a room."""
    made = site.post(
        "/racine/collaboration/session", {"workspace_id": site.workspace("Nordlicht"), "title": "Faster nights"}
    )
    page.get_by_role("button", name="Share into a room").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("link", name="Open a room about the plan")).to_be_visible()
    asked.get_by_label("Room").select_option(label="Faster nights")
    asked.get_by_role("button", name="Share", exact=True).click()
    page.wait_for_url(re.compile(str(made["session_id"])))
    said = page.locator(".talk").get_by_text("As fast or faster, with the same results.")
    expect(said).to_be_visible()
    expect(page.locator(".talk")).to_contain_text(speed_up)


def test_a_pipeline_is_written_refused_and_corrected(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    place = Path("/tmp") / f"pe-out-{os.getpid()}"
    definition = {
        "inputs": [{"name": "orders", "table": "demo_orders", "format": "parquet"}],
        "steps": [{"name": "per_day", "sql": "SELECT ordered_on, count(*) AS n FROM ordres GROUP BY ordered_on"}],
        "outputs": [{"step": "per_day", "path": str(place), "format": "parquet"}],
    }
    page.goto("/pipelines")
    page.get_by_role("button", name="New pipeline").first.click()
    page.get_by_label("Name").fill("Orders per day <img src=x onerror=window.hit=1>")
    field = page.get_by_label("Definition")
    for text, problem in (
        ("{", "not JSON"),
        (json.dumps(definition), "which is no input and no earlier step"),
        (json.dumps(definition).replace("ordres", "orders").replace("SELECT", "SELECTT"), "does not parse"),
    ):
        field.fill(text)
        page.get_by_role("button", name="Create pipeline").click()
        expect(page.get_by_role("alert")).to_contain_text(problem)
    field.fill(json.dumps(definition).replace("ordres", "orders"))
    page.get_by_role("button", name="Create pipeline").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Orders per day <img")
    assert page.evaluate("window.hit") is None

    page.get_by_role("button", name="Edit").click()
    changed = json.dumps(definition).replace("ordres", "orders").replace("count(*)", "sum(amount)")
    page.get_by_label("Definition").fill(changed)
    page.get_by_label("Why").fill("sums instead of counts")
    page.get_by_role("button", name="Save as new version").click()
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("table", name="Versions")).to_contain_text("sums instead of counts")
    page.get_by_role("link", name="What changed").first.click()
    expect(page.locator(".diff-added", has_text="sum(amount)")).to_be_visible()

    # Whoever is quicker than the page loads keeps what they opened.
    page.get_by_role("button", name="Optimise").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.goto(f"{page.url.partition('?')[0]}?tab=versions&before=1&after=1")
    expect(page.get_by_text("Versions 1 and 1 say the same.")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Run now").click()
    wait_until(place.exists, 120)
    shutil.rmtree(place)


def test_a_folder_of_event_logs_becomes_history(context: BrowserContext, site: Site, tmp_path: Path) -> None:
    """F4.3: what a cluster of one's own wrote."""
    (tmp_path / "application_1_1").write_bytes("\n".join(small_log()).encode())
    (tmp_path / "notes.txt").write_text("no log")
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    page.goto("/pipelines")
    page.get_by_role("link", name="Revenue by country and month").click()
    page.get_by_role("tab", name="Runs").click()

    page.get_by_label("Folder of event logs").fill("/etc")
    page.get_by_role("button", name="Read folder").click()
    expect(page.get_by_text("outside the folders that sources may use")).to_be_visible()
    page.get_by_label("Folder of event logs").fill(str(tmp_path))
    page.get_by_role("button", name="Read folder").click()

    expect(page.get_by_role("status").filter(has_text="1 new, 0 known already.")).to_contain_text("notes.txt")
    expect(page.get_by_role("table", name="Runs").get_by_text("elsewhere").first).to_be_visible()

    # One from this computer, larger than any other request may be.
    page.get_by_label("Event log", exact=True).set_input_files(tmp_path / "notes.txt")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("event log")
    large = tmp_path / "large.log"
    padding = '{"Event": "SparkListenerSomethingElse", "text": "' + "x" * 100_000 + '"}\n'
    large.write_text("\n".join(small_log()) + "\n" + padding * 120)
    page.get_by_label("Event log", exact=True).set_input_files(large)
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile("/pipelines/runs/"))
    expect(page.get_by_role("heading", name="Where its time goes")).to_be_visible()


# Costs some seconds; six readers would each compute it anew.
COSTLY = f"SELECT customer, {'sha2(' * 24}cast(amount AS string){', 512)' * 24} AS digest FROM orders"
READERS = [f"part_{number}" for number in range(6)]


def test_changes_that_make_a_pipeline_worse_are_rolled_back_by_themselves(
    context: BrowserContext, site: Site, tmp_path: Path
) -> None:
    """F4.24-26: somebody approves, without a trial, that a costly step is no longer kept, although six others read it."""
    rows = pa.table({"customer": [number % 500 for number in range(120_000)], "amount": list(range(120_000))})
    pq.write_table(rows, tmp_path / "orders.parquet")
    parts = [
        f"SELECT customer % {number + 2} AS customer, max(digest) AS most FROM base GROUP BY 1"
        for number in range(len(READERS))
    ]
    definition = {
        "inputs": [{"name": "orders", "path": str(tmp_path / "orders.parquet"), "format": "parquet"}],
        "steps": [{"name": "base", "sql": COSTLY, "persist": "stage"}]
        + [{"name": name, "sql": text} for name, text in zip(READERS, parts, strict=True)],
        "outputs": [{"step": name, "path": str(tmp_path / name), "format": "parquet"} for name in READERS],
    }
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    page.goto("/pipelines")
    page.get_by_role("button", name="New pipeline").first.click()
    page.get_by_label("Name").fill("Worse when it is changed")
    page.get_by_label("Definition").fill(json.dumps(definition))
    page.get_by_role("button", name="Create pipeline").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worse when it is changed")
    page.get_by_role("button", name="Run now").click()
    page.get_by_role("tab", name="Runs").click()
    runs = page.get_by_role("table", name="Runs")
    expect(runs.get_by_text("succeeded")).to_have_count(1, timeout=LONG)
    before = [pq.read_table(tmp_path / name).sort_by("customer") for name in READERS]

    optimise(page, trials="0")
    change = page.get_by_role("checkbox", name="Do not write base to files in between")
    expect(change).to_be_visible(timeout=LONG)
    expect(change).not_to_be_checked()
    expect(page.get_by_text("Nothing was tried")).to_be_visible()
    change.click()
    page.get_by_role("button", name=re.compile("Approve")).click()
    page.get_by_role("button", name="Approve and deploy").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Changes of")
    expect(page.get_by_text("It is slower than before, beyond noise.")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
    picture(page, "pipeline-rolled-back")
    report = site.rest.get(f"/racine/pipeline/deployments/{page.url.rsplit('/', 1)[1]}").json()["report"]
    # Six times the work beside what does not change.
    assert report["speedup"] < 0.6, report
    page.get_by_role("link", name="Worse when it is changed").first.click()
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("table", name="Versions")).to_contain_text("rolled back to version 1")
    shown = site.rest.get(f"/racine/pipeline/{page.url.rsplit('/', 1)[1]}").json()
    assert (shown["version"], shown["definition"]["steps"]) == (3, definition["steps"])
    assert [pq.read_table(tmp_path / name).sort_by("customer") for name in READERS] == before
