"""Every page, both themes, both widths: accessible, nothing scrolls sideways, no error in the console; and the pictures."""

import functools
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import Literal
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import create_engine
from sqlmodel import Session

from pursight_app.core.db import sqlalchemy_url
from pursight_app.models import Deployment, OptimizationPlan, Recommendation
from tests.e2e.conftest import ROOT, Site, choose_workspace, log_in
from tests.unit.test_event_logs import small_log

pytestmark = pytest.mark.e2e
DEMO = "Nordlicht Handel (demo)"
SIZES: dict[str, ViewportSize] = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Colours pass over from one theme to the other in transitions, which end with a later frame even where motion is reduced.
_SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame)
    await frame(); await frame()
    await Promise.allSettled(document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))
    await frame()
}"""
# With this set the pictures of README.md and docs/ are made anew.
PICTURES = ROOT / "docs" / "pictures" if os.environ.get("PURSIGHT_PICTURES") else None


@pytest.fixture(scope="module", params=SIZES)
def view(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Generator[tuple[Page, str]]:
    size: str = request.param
    context = browser.new_context(base_url=site.url, viewport=SIZES[size], reduced_motion="reduce")
    page = context.new_page()
    log_in(page)
    if size == "phone":
        page.get_by_role("button", name="Open menu").click()
        choose_on_phone(page)
    else:
        choose_workspace(page, DEMO)
    yield page, size
    context.close()


def choose_on_phone(page: Page) -> None:
    page.locator(".sheet .switcher").click()
    page.get_by_role("menuitem", name=DEMO).click()
    expect(page.get_by_text("Worst open findings")).to_be_visible()


def asset_id(site: Site, name: str) -> str:
    asked = {"q": name, "workspace_id": site.workspace("Nordlicht")}
    items = site.rest.get("/api/catalog/search", params=asked).json()["items"]
    return next(item["id"] for item in items if item["name"] == name)


def make_rooms(site: Site, workspace_id: str, asset: str) -> list[str]:
    """A busy room, an empty and an ended one."""
    rooms = [
        site.post("/racine/collaboration/session", {"workspace_id": workspace_id, "title": title})["session_id"]
        for title in ("Card numbers in comments", "Retention of old orders", "Who owns the web logs?")
    ]
    said = (
        "I found **card numbers** in the comments of orders. What do we do?",
        f"It is the same for /catalog/{asset}",
        "Three ways:\n\n1. delete the column\n2. mask it at the source\n3. `sha256` with a salt",
        "Mask them before Friday",
    )
    for room in (rooms[0], rooms[2]):
        for turn, body in enumerate(said):
            sent = {"session_id": room, "body": body, "client_id": f"page-{turn}"}
            site.post("/racine/collaboration/message", sent)
        shared = {"session_id": room, "title": "Plan", "content": "# Plan\n\nMask, then check."}
        site.post("/racine/collaboration/share-document", shared)
        site.post("/racine/collaboration/share-document", {"session_id": room, "asset_id": asset})
    me = site.rest.get("/auth/me").json()["user"]["id"]
    site.post("/racine/collaboration/decisions", {"session_id": rooms[0], "title": "We mask them at the source"})
    site.post("/racine/collaboration/tasks", {"session_id": rooms[0], "title": "Write the mask", "user_id": me})
    site.post("/racine/collaboration/end-session", {"session_id": rooms[2]}, expect=200)
    return [str(room) for room in rooms]


def ingest_run(site: Site, pipeline_id: str) -> str:
    """A run of elsewhere, so that its page is there without a Spark."""
    log = "\n".join(small_log()).encode()
    answer = site.rest.post(f"/racine/pipeline/{pipeline_id}/event-logs", files={"file": ("log", log)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["run_id"])


def make_plans(site: Site, workspace_id: str, pipeline_id: str) -> tuple[str, str]:
    """A plan that waits and changes that were kept, as trials and runs leave them, without a Spark."""
    ids = {"workspace_id": UUID(workspace_id)}
    stage = {"name": "save at x", "tasks": 200, "input_bytes": 9e6, "shuffle_read_bytes": 0, "shuffle_write_bytes": 4e6}
    stages = [{**stage, "stage_id": n, "duration_ms": 9_000 // (n + 1), "output_bytes": 0} for n in range(3)]
    costs = {"core_hours": 0.012, "tasks": 412, "stages": 7, "input_bytes": 48e6, "shuffle_write_bytes": 21e6}
    report = {
        "why": "As fast or faster, with the same results.", "baseline_s": 12.4, "optimized_s": 5.1, "speedup": 2.43,
        "speedup_low": 2.2, "speedup_high": 2.6, "baseline_runs": 5, "optimized_runs": 4, "cost_before": costs,
        "cost_after": {**costs, "core_hours": 0.005, "tasks": 38}, "stages_before": stages, "stages_after": stages[:2],
    }  # fmt: skip
    url = sqlalchemy_url((site.home / "run" / "database_url").read_text().strip())
    engine = create_engine(url)
    with Session(engine) as session:
        plans = [
            OptimizationPlan(
                **ids, pipeline_id=UUID(pipeline_id), version=1, status=status, baseline_s=12.4, optimized_s=5.1,
                trials=[
                    {"label": "all changes together", "duration_s": 5.1, "status": "succeeded", "result_matches": True, "difference": ""},
                    {"label": "settings: partitions=400", "duration_s": 17.0, "status": "cancelled", "result_matches": False,
                     "difference": "stopped: it took longer than allowed"},
                ],
            )
            for status in ("ready", "applied")
        ]  # fmt: skip
        session.add_all(plans)
        session.flush()
        session.add(
            Recommendation(
                **ids, plan_id=plans[0].id, position=0, key="tuning", title="Set spark.sql.shuffle.partitions = 16",
                kind="configuration", mechanism="Sizes of tasks that fit these data.", condition="Rows stay the same.",
                change={"spark_conf": {"spark.sql.shuffle.partitions": "16"}}, is_chosen=True, expected_gain_ratio=0.4,
                expected_low=0.2, expected_high=0.6, measured_gain_ratio=0.58, risk="low: a setting is put back as easily",
            )
        )  # fmt: skip
        deployment = Deployment(
            **ids, pipeline_id=UUID(pipeline_id), plan_id=plans[1].id, status="kept", before_version=1, after_version=1,
            baseline_durations_s=[12.1, 12.4, 13.0, 12.2, 12.9], result_matches=True, report=report,
        )  # fmt: skip
        session.add(deployment)
        session.commit()
        made = str(plans[0].id), str(deployment.id)
    engine.dispose()
    return made


@functools.cache
def paths(site: Site) -> dict[str, tuple[str, str]]:
    """Name → path and a text that is there once the page is loaded."""
    customers = asset_id(site, "customers")
    workspace_id = site.workspace("Nordlicht")
    scan_id = site.rest.get(f"/api/scans?workspace_id={workspace_id}").json()["items"][0]["scan_id"]
    finding = site.rest.get(f"/api/findings?workspace_id={workspace_id}&limit=1").json()["items"][0]
    rooms = make_rooms(site, workspace_id, customers)
    found = site.rest.get("/racine/pipeline/list", params={"workspace_id": workspace_id}).json()["items"]
    pipeline = next(item["pipeline_id"] for item in found if item["name"] == "Visits in August")
    run = ingest_run(site, pipeline)
    plan, deployment = make_plans(site, workspace_id, pipeline)
    return {
        "plan-ready": (f"/pipelines/plans/{plan}", "Sizes of tasks that fit these data."),
        "deployment-kept": (f"/pipelines/deployments/{deployment}", "The longest stages"),
        "rooms": ("/rooms", "Card numbers in comments"),
        "room": (f"/rooms/{rooms[0]}", "Mask them before Friday"),
        "room-nothing": (f"/rooms/{rooms[1]}", "Nothing said yet"),
        "room-ended": (f"/rooms/{rooms[2]}", "This room ended"),
        "pipelines-list": ("/pipelines", "Visits in August"),
        "pipeline": (f"/pipelines/{pipeline}", "views_with_country"),
        "pipeline-runs": (f"/pipelines/{pipeline}?tab=runs", "elsewhere"),
        "pipeline-ingested": (f"/pipelines/runs/{run}", "One task of stage 0"),
        "pipeline-missing": (f"/pipelines/plans/{run}", "There is no such plan"),
        "pipeline-quality": ("/pipelines/models/quality", "Quality of predictions"),
        "activity": ("/activity", "made the pipeline"),
        "home": ("/", "Worst open findings"),
        "data-sources": ("/data-sources", "Nordlicht shop database"),
        "scans": ("/scans", "Nordlicht shop database"),
        "scan": (f"/scans/{scan_id}", "Ledger"),
        "catalogue": ("/catalog", "accounts"),
        "nothing": ("/catalog?q=zzzznothing", "Nothing matches"),
        "asset": (f"/catalog/{customers}", "customer_number"),
        "evidence": (f"/catalog/{customers}?column=email", "Why this verdict"),
        "lineage": (f"/catalog/{asset_id(site, 'v_customer_value')}?tab=lineage", "Upstream"),
        "risk": (f"/catalog/{customers}?tab=risk", "Columns that single people out"),
        "data-classes": ("/data-classes", "No data classes of your own yet"),
        "findings": ("/findings", "Password stored in the clear"),
        "finding": (f"/findings?finding={finding['id']}", "What to do"),
        "reviews": ("/reviews", "Why it is here"),
        "reviews-recent": ("/reviews?tab=recent", "No decisions yet"),
        "learning": ("/models", "In use"),
        "try": ("/try", "Nothing of it is kept"),
        "workspaces": ("/workspaces", "People in"),
        "roles": ("/admin/roles", "May do everything"),
        "groups": ("/admin/groups", "No groups yet"),
        "access-person": ("/admin/access", "Choose a person"),
        "access-thing": ("/admin/access?tab=thing", "may, in the whole workspace"),
        "grants": ("/admin/access?tab=grants", "No grants yet"),
        "requests": ("/admin/access?tab=requests", "Nothing waits for you"),
        "people": ("/admin/users", "Invite a person"),
        "tokens": ("/admin/tokens", "Service accounts"),
        "audit": ("/admin/audit", "Check the log"),
        "security": ("/admin/security", "Who needs a second factor"),
        "single-sign-on": ("/admin/sso", "No identity provider"),
        "account": ("/account", "Where you are logged in"),
        "account-tokens": ("/account/tokens", "API tokens"),
        "missing": ("/scans/00000000-0000-0000-0000-000000000000", "There is no such scan"),
    }


# Colours of a dark phone are those of the dark wide view, its layout that of the light phone: a few stand for all.
ON_DARK_PHONES = {"home", "asset", "finding", "room", "room-nothing", "room-ended", "pipeline-ingested", "account"}
NAMES = [
    "rooms",
    "room",
    "room-nothing",
    "room-ended",
    "pipelines-list",
    "pipeline",
    "pipeline-runs",
    "pipeline-ingested",
    "pipeline-missing",
    "pipeline-quality",
    "plan-ready",
    "deployment-kept",
    "activity",
    "home",
    "data-sources",
    "scans",
    "scan",
    "catalogue",
    "nothing",
    "asset",
    "evidence",
    "lineage",
    "risk",
    "data-classes",
    "findings",
    "finding",
    "reviews",
    "reviews-recent",
    "learning",
    "try",
    "workspaces",
    "roles",
    "groups",
    "access-person",
    "access-thing",
    "grants",
    "requests",
    "people",
    "tokens",
    "audit",
    "security",
    "single-sign-on",
    "account",
    "account-tokens",
    "missing",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_accessible_and_fits(view: tuple[Page, str], site: Site, name: str) -> None:
    page, size = view
    path, text = paths(site)[name]
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    page.emulate_media(color_scheme="light")
    page.goto(path)
    expect(
        page.locator("main").get_by_text(text).first.or_(page.get_by_role("dialog").get_by_text(text).first).first
    ).to_be_visible()
    page.wait_for_load_state("networkidle")

    check(page, size, name, themes=THEMES if size == "wide" or name in ON_DARK_PHONES else ("light",))
    assert errors == []


def check(page: Page, size: str, name: str, *, themes: tuple[Literal["light", "dark"], ...] = THEMES) -> None:
    """In each theme, which the open page takes over from the system as it changes."""
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_class(re.compile(rf"\b{theme}\b"))
        page.evaluate(_SETTLED)
        if PICTURES:
            save(page, PICTURES, f"{name}-{theme}-{size}")
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"scrolls sideways by {too_wide} px in {theme}"
        if (theme, size) == ("dark", "phone"):
            continue
        # Of the same page in the other theme only the colours are others.
        found = Axe().run(page, options={"runOnly": ["color-contrast"]} if theme == "dark" else None)
        assert found.violations_count == 0, found.generate_report()


def save(page: Page, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name.removesuffix('-wide')}.png")


@pytest.mark.parametrize("size", SIZES)
def test_the_log_in_page_is_accessible_and_fits(browser: Browser, site: Site, size: str) -> None:
    context = browser.new_context(base_url=site.url, viewport=SIZES[size], reduced_motion="reduce")
    page = context.new_page()
    page.emulate_media(color_scheme="light")
    page.goto("/login")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()

    check(page, size, "login")
    context.close()


def test_slash_jumps_to_the_search_and_finds_the_exact_name_first(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    log_in(page)
    choose_workspace(page, DEMO)
    page.keyboard.press("/")
    page.keyboard.type("orders")
    page.keyboard.press("Enter")

    expect(page.locator("article.result").first).to_contain_text("pursight_demo.sales.orders")
    context.close()
