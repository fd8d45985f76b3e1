"""Decisions in the browser: whoever approves sees what it does, proves who they are where it matters, and it is done."""

from collections.abc import Generator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, log_in
from tests.e2e.room_people import accept
from tests.e2e.test_passkeys import make_proof_old

pytestmark = pytest.mark.e2e
PASSWORD = "a person's password"


@pytest.fixture
def steward(browser: Browser, site: Site) -> Generator[Page]:
    email, password = site.make_user(site.workspace("Nordlicht"), "steward")
    context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    log_in(page, email, password)
    page.context.email = email  # type: ignore[attr-defined]  # kept for the tests
    yield page
    context.close()


def customers(site: Site) -> str:
    home = site.workspace("Nordlicht")
    found = site.rest.get("/api/catalog/search", params={"q": "customers", "workspace_id": home}).json()["items"]
    return next(each["id"] for each in found if each["name"] == "customers")


def open_about(page: Page, about: str, title: str) -> str:
    """From a thing to a room about it, in the browser."""
    page.goto(f"/rooms?about={about}")
    page.get_by_label("What is it about?").fill(title)
    page.get_by_role("button", name="Open room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def bring_in(site: Site, room: str, page: Page, title: str) -> None:
    site.post("/racine/collaboration/invite", {"session_id": room, "email": page.context.email})  # type: ignore[attr-defined]
    accept(page, title)


def propose(page: Page, title: str, action: str) -> None:
    page.get_by_role("button", name="Propose", exact=True).click()
    asked = page.get_by_role("dialog")
    asked.get_by_label("What is to be decided?").fill(title)
    asked.get_by_label("When it is approved").select_option(action)


def submit(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_critical_finding_is_waived_by_who_sees_it_and_proves_who_they_are(
    owner: Page, steward: Page, site: Site
) -> None:
    home = site.workspace("Nordlicht")
    found = site.rest.get(f"/api/findings?workspace_id={home}&severity=critical&limit=200").json()["items"]
    finding = next(each for each in reversed(found) if each["status"] == "open")
    room = open_about(owner, f"finding:{finding['id']}", "Can we live with it?")
    bring_in(site, room, steward, "Can we live with it?")
    propose(owner, "Live with it until spring", "waive")
    asked = owner.get_by_role("dialog")
    asked.get_by_label("Why is the risk acceptable?").fill("too short")
    asked.get_by_label("Until").fill((date.today() + timedelta(days=60)).isoformat())  # noqa: DTZ011  as a person reads a calendar
    asked.get_by_role("button", name="Propose", exact=True).click()
    expect(asked.get_by_role("alert")).to_contain_text("at least 10 characters")
    asked.get_by_label("Why is the risk acceptable?").fill("The table is emptied in March.")
    submit(owner)

    said = steward.get_by_role("list", name="Decisions")
    expect(said).to_contain_text("is waived until")
    expect(said).to_contain_text("The table is emptied in March.")
    make_proof_old(site, steward.context.email)  # type: ignore[attr-defined]
    said.get_by_role("button", name="Approve").click()
    dialog = steward.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    expect(steward.get_by_text("Now repeat what you were about to do")).to_be_visible()
    assert site.rest.get(f"/api/findings/{finding['id']}").json()["status"] == "open"
    said.get_by_role("button", name="Approve").click()

    expect(owner.get_by_role("list", name="Decisions")).to_contain_text("approved by")
    assert site.rest.get(f"/api/findings/{finding['id']}").json()["status"] == "waived"
    site.post(f"/api/findings/{finding['id']}/status", {"status": "open"}, expect=200)


def test_suggestions_are_listed_before_they_are_confirmed_and_can_be_turned_down(
    owner: Page, steward: Page, site: Site
) -> None:
    asset_id = customers(site)
    room = open_about(owner, f"asset:{asset_id}", "What is in customers?")
    bring_in(site, room, steward, "What is in customers?")
    propose(owner, "All of them are right", "review")
    submit(owner)

    said = steward.get_by_role("list", name="Decisions")
    expect(said.get_by_text("crm.customers.email is confirmed as email")).to_be_visible()
    said.get_by_role("button", name="Reject").click()
    mine = owner.get_by_role("list", name="Decisions")
    expect(mine).to_contain_text("rejected by")

    propose(owner, "Then let us write it down", "none")
    submit(owner)
    mine.get_by_role("button", name="Take back").click()
    expect(said).to_contain_text("withdrawn by")
    columns = site.rest.get(f"/api/catalog/assets/{asset_id}/columns?limit=200").json()["items"]
    assert "confirmed" not in {each["status"] for each in columns}


def test_a_proposal_that_takes_two_is_not_done_by_one(owner: Page, steward: Page, site: Site) -> None:
    room = open_about(owner, f"asset:{customers(site)}", "Two of us")
    bring_in(site, room, steward, "Two of us")
    propose(owner, "Both have to see it", "none")
    owner.get_by_label("Approvals it takes").fill("2")
    submit(owner)

    said = steward.get_by_role("list", name="Decisions")
    expect(said).to_contain_text("0 of 2 approvals")
    said.get_by_role("button", name="Approve").click()

    expect(said).to_contain_text("You approved")
    mine = owner.get_by_role("list", name="Decisions")
    expect(mine).to_contain_text("1 of 2 approvals")
    [kept] = site.rest.get(f"/racine/collaboration/session/{room}/decisions").json()["items"]
    assert (kept["status"], kept["needs"]) == ("proposed", 2)


def test_a_long_thread_goes_back_to_its_first_reply(owner: Page, site: Site) -> None:
    room = open_about(owner, f"asset:{customers(site)}", "A long thread")
    said = {"session_id": room, "body": "What do we keep?", "client_id": uuid4().hex}
    root = site.post("/racine/collaboration/message", said, expect=201)["message_id"]
    for number in range(205):
        reply = {"session_id": room, "body": f"reply {number}.", "client_id": uuid4().hex, "thread_id": root}
        site.post("/racine/collaboration/message", reply, expect=201)

    owner.reload()
    owner.get_by_role("button", name="in a thread").last.click()
    thread = owner.get_by_role("dialog", name="Thread")
    expect(thread.get_by_text("reply 204.")).to_be_visible()
    expect(thread.get_by_text("reply 0.", exact=True)).to_have_count(0)
    thread.get_by_role("button", name="Earlier replies").click()

    expect(thread.get_by_text("reply 0.", exact=True)).to_be_visible()
    expect(thread.get_by_text("What do we keep?")).to_be_visible()
    expect(thread.get_by_role("button", name="Earlier replies")).to_have_count(0)
