"""From a verdict's reasons to a model that learned from reviews, a data class of one's own, and labels along lineage."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Site, choose_workspace, log_in, wait_until
from tests.plugins.servers import PASSWORD as SOURCE_PASSWORD
from tests.plugins.servers import Server, postgres_admin

pytestmark = pytest.mark.e2e
WORKSPACE = "Learning"
# Codes of a house of its own, one column in each table: people here know that they are of vehicles.
TABLES = 28
CORRECTED = 20
CODES = "SELECT substr('abcdefgh', 1 + (r + {n}) % 8, 1) || substr('klmn', 1 + r % 4, 1) || r % 7 || 1 AS kuerzel FROM generate_series(0, 39) r"


@dataclass(frozen=True)
class House:
    """The workspace with its scanned source."""

    site: Site
    workspace_id: str
    scan_id: str

    def verdicts(self) -> dict[str, dict[str, object]]:
        """By `table.column`."""
        items = self.site.rest.get(f"/api/scans/{self.scan_id}/classifications?limit=200").json()["items"]
        return {f"{item['table'].rpartition('.')[2]}.{item['column']}": item for item in items}

    def verdict(self, name: str) -> dict[str, object]:
        return self.verdicts()[name]

    def path(self, name: str, **query: str) -> str:
        asked = {"q": name, "workspace_id": self.workspace_id}
        items = self.site.rest.get("/api/catalog/search", params=asked).json()["items"]
        found = next(item["id"] for item in items if item["name"] == name)
        return f"/catalog/{found}?" + "&".join(f"{key}={value}" for key, value in query.items())


@pytest.fixture(scope="module")
def house(site: Site, source: Server) -> House:
    with postgres_admin(source) as admin:
        admin.execute("CREATE DATABASE clinic")
    with postgres_admin(source, "clinic") as clinic:
        for number in range(TABLES):
            clinic.execute(f"CREATE TABLE list_{number:02} AS {CODES.format(n=number)}")
        clinic.execute(
            "CREATE TABLE staff AS SELECT 'person' || n || '@example.com' AS mail, 'EMP-' || 10000 + 7 * n AS badge "
            "FROM generate_series(1, 120) n"
        )
        clinic.execute("CREATE VIEW contacts AS SELECT mail AS reach FROM staff")
        clinic.execute("CREATE VIEW hashes AS SELECT md5(mail) AS token FROM staff")
        clinic.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    workspace_id = site.post("/api/workspaces", {"name": WORKSPACE})["id"]
    config = {"host": "127.0.0.1", "port": source.port, "database": "clinic", "username": "reader"}
    made = site.post(
        f"/api/workspaces/{workspace_id}/data-sources",
        {"name": "Clinic", "kind": "postgresql", "config": config, "secret": {"password": SOURCE_PASSWORD}},
    )
    scan_id = site.post("/racine/orchestration/scan-workflow", {"data_source_id": made["id"]}, expect=202)["scan_id"]
    wait_until(
        lambda: site.rest.get(f"/racine/orchestration/scan-workflow/{scan_id}").json()["status"] == "succeeded", 90
    )
    return House(site, str(workspace_id), str(scan_id))


@pytest.fixture
def page(context: BrowserContext, house: House) -> Page:
    page = context.new_page()
    log_in(page)
    choose_workspace(page, WORKSPACE)
    return page


def test_reviews_teach_a_model_that_changes_the_catalogue_and_no_confirmed_label(page: Page, house: House) -> None:
    before = house.verdict("list_27.kuerzel")
    assert before["data_class"] not in {None, "vehicle_id"}
    look_why_and_confirm(page, house)

    undone = correct_twenty_and_undo_one(page)
    assert house.verdict(f"{undone}.kuerzel")["status"] == "suggested"
    wait_for_the_model_and_promote_it(page)

    verdicts = {name: each for name, each in house.verdicts().items() if name.endswith(".kuerzel")}
    confirmed = [each for each in verdicts.values() if each["status"] == "confirmed"]
    assert len(confirmed) == CORRECTED
    kept = verdicts.pop("list_27.kuerzel")
    assert (kept["data_class"], kept["status"]) == (before["data_class"], "confirmed")
    assert {each["data_class"] for each in verdicts.values()} == {"vehicle_id"}
    page.goto(house.path(undone, column="kuerzel"))
    expect(page.get_by_role("dialog")).to_contain_text("Suggested")
    expect(page.get_by_role("dialog").get_by_text("vehicle_id", exact=True).first).to_be_visible()


def look_why_and_confirm(page: Page, house: House) -> None:
    page.goto(house.path("list_27", column="kuerzel"))
    expect(page.locator("#evidence")).to_contain_text("Why this verdict")
    expect(page.locator("#contributions li").first).to_be_visible()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("What people said")).to_be_visible()


def correct_twenty_and_undo_one(page: Page) -> str:
    """Returns the table whose correction was taken back."""
    page.goto("/reviews?q=kuerzel&all=1")
    rows = page.get_by_role("table", name="Review queue").get_by_role("row")
    expect(rows).to_have_count(1 + 25)
    for number in range(1, CORRECTED + 1):
        rows.nth(number).get_by_role("checkbox").click()
        expect(page.get_by_text(f"{number} selected")).to_be_visible()
    page.get_by_label("What the selected columns really are").select_option("vehicle_id")
    page.get_by_role("button", name=f"Correct {CORRECTED}").click()
    expect(page.locator("#review-done")).to_contain_text(f"{CORRECTED} verdicts corrected to vehicle_id.")

    page.get_by_role("tab", name="Recent decisions").click()
    page.get_by_role("button", name=f"and {CORRECTED - 1} more").click()
    item = page.get_by_role("dialog").get_by_role("row").nth(1)
    table = item.get_by_text(re.compile(r"list_\d\d")).inner_text().rpartition(".")[2]
    item.get_by_role("button", name="Undo").click()
    expect(item).to_contain_text("Taken back")
    return table


def wait_for_the_model_and_promote_it(page: Page) -> None:
    page.goto("/models")
    page.get_by_role("button", name="Retrain").click()
    expect(page.get_by_role("heading", name="Waiting for your decision: Model 1")).to_be_visible(timeout=120_000)
    changes = page.get_by_role("table", name="Changes")
    # Of those that were not corrected a person confirmed one; the one that was taken back waits again.
    expect(changes.get_by_role("row").filter(has_text="kuerzel")).to_have_count(TABLES - CORRECTED)
    expect(changes).to_contain_text("vehicle_id")
    page.get_by_role("button", name="Promote…").click()
    page.get_by_role("button", name="Promote model").click()
    expect(page.get_by_role("heading", name="In use: Model 1")).to_be_visible(timeout=60_000)


def test_five_examples_make_a_data_class_that_is_tested_and_then_found(page: Page, house: House) -> None:
    page.goto("/data-classes")
    page.get_by_role("button", name="New data class").first.click()
    page.get_by_role("button", name=re.compile("^Examples")).click()
    page.get_by_label("Examples", exact=True).fill("EMP-10023\nEMP-20001\nEMP-31415\nEMP-99999\nEMP-00007")
    page.get_by_label("Name").fill("employee_badge")
    page.get_by_label("What it is").fill("Number on the badge that opens our doors")
    page.get_by_label("Sensitivity").select_option(label="Confidential")
    lose_and_find_the_line(page)
    page.get_by_role("button", name="Test on the catalogue").click()
    expect(page.get_by_role("dialog")).to_contain_text("“EMP-”, then 5 digits")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("1 of .* columns .* have it"))
    page.get_by_role("button", name="Save data class").click()
    expect(page.get_by_role("table").first).to_contain_text("employee_badge")

    wait_until(lambda: house.verdict("staff.badge")["data_class"] == "employee_badge", 60)
    page.goto(house.path("staff", column="badge"))
    expect(page.get_by_role("dialog")).to_contain_text("employee_badge")
    expect(page.locator("#evidence")).to_contain_text("EMP-99999")


def test_a_column_that_is_corrected_is_the_example_for_a_class_of_its_own(page: Page, house: House) -> None:
    page.goto(house.path("staff", column="badge"))
    page.get_by_role("button", name="Correct…").click()
    page.get_by_role("link", name="Make a class of its own from this column").click()

    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Learned from the kept sample of column badge")
    drawer.get_by_label("Name").fill("badge_again")
    drawer.get_by_label("What it is").fill("Number on a badge")
    drawer.get_by_role("button", name="Test on the catalogue").click()
    expect(drawer).to_contain_text("“EMP-”, then 5 digits")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/data-classes$"))


def lose_and_find_the_line(page: Page) -> None:
    """As when a laptop wakes up; the page then loads anew, and what was typed has to be there still."""
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    with page.expect_websocket() as opened:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    opened.value.wait_for_event("framereceived", lambda text: "data_classes_state" in str(text))
    page.wait_for_timeout(500)


def test_a_label_follows_its_lineage_stops_at_a_broken_edge_and_is_withdrawn(page: Page, house: House) -> None:
    before = house.verdicts()
    page.goto(house.path("staff", column="mail"))
    section = page.locator("#propagation")
    expect(section).to_contain_text("Let this label follow its lineage")
    page.get_by_role("button", name="Confirm", exact=True).click()
    targets = page.get_by_label("Columns that the label reaches")
    expect(targets).to_contain_text("contacts.reach")
    expect(targets).to_contain_text("hashes.token")
    section.get_by_role("button", name="Propagate to 2 columns").click()
    expect(section).to_contain_text("follows its lineage")
    after = house.verdicts()
    assert is_propagated(after["contacts.reach"])
    assert is_propagated(after["hashes.token"])
    assert after["hashes.token"]["data_class"] == "email"

    page.goto(house.path("staff", tab="lineage"))
    page.get_by_role("button", name="Stop labels: mail → token").click()
    page.get_by_label("Why must labels not pass here?").fill("Hashes are no addresses here")
    page.get_by_role("button", name="Stop labels here").click()
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    stopped = house.verdicts()
    assert stopped["hashes.token"]["data_class"] == before["hashes.token"]["data_class"]
    assert is_propagated(stopped["contacts.reach"])

    page.goto(house.path("staff", column="mail"))
    page.locator("#propagation").get_by_role("button", name="Withdraw the label everywhere").click()
    expect(page.locator("#propagation").get_by_role("button", name="Propagate to 1 column")).to_be_visible()
    assert not is_propagated(house.verdict("contacts.reach"))


def is_propagated(verdict: dict[str, object]) -> bool:
    return "propagation_id" in verdict["evidence"]
