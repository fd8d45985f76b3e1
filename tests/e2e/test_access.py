"""Flow 1 from end to end: invited, in with a second factor, refused, let in, and out again."""

import re
import time
from uuid import uuid4

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, choose_workspace, log_in
from tests.e2e.room_people import choose_and_submit

pytestmark = pytest.mark.e2e

PASSWORD = "gravel lantern orbit seven"
# Unique, because people of earlier runs may be in the same place.
NAME = f"Ines Invited {uuid4().hex[:4]}"
HOME = "My workspace"


def invite(page: Page, email: str) -> str:
    """Invites a guest in the browser; the link that is shown once."""
    page.goto("/admin/users")
    page.get_by_role("button", name="Invite a person").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("E-mail").fill(email)
    drawer.get_by_label("Name", exact=True).fill(NAME)
    drawer.get_by_label("Workspace").select_option(label=HOME)
    drawer.get_by_label("Role there").select_option("guest")
    drawer.get_by_role("button", name="Invite", exact=True).click()
    link = drawer.locator("input[readonly]")
    link.wait_for()
    return link.input_value()


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label(re.compile("once more|again", re.IGNORECASE)).fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_text("Your account is ready")).to_be_visible()


def set_up_authenticator(page: Page) -> pyotp.TOTP:
    page.goto("/account")
    page.get_by_role("button", name="Set up an authenticator app").click()
    totp = pyotp.TOTP(page.locator("#totp-secret").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("button", name="I have kept them").click()
    return totp


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")


def log_in_with_code(page: Page, email: str, totp: pyotp.TOTP) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/login/code*")
    # The code of enrolment works only once, so the next step's is shown: clocks may be one step apart.
    page.get_by_label("Code").fill(totp.at(time.time() + 30))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Your account").wait_for()


def grant_role(page: Page, role: str) -> None:
    page.goto("/workspaces")
    page.get_by_label(f"Role of {NAME}").select_option(role)


def end_session_of(page: Page, email: str) -> None:
    page.goto("/admin/users")
    page.get_by_role("searchbox", name="Find").or_(page.locator("#people-search")).first.fill(email)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile(NAME)).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^End session")).click()


def test_from_the_invitation_to_the_end_of_the_session(browser: Browser, site: Site) -> None:
    email = f"{uuid4().hex[:10]}@example.org"
    office, desk = browser.new_context(base_url=site.url), browser.new_context(base_url=site.url)
    admin, first = office.new_page(), desk.new_page()
    log_in(admin)
    choose_workspace(admin, HOME)

    accept(first, invite(admin, email))
    log_in(first, email, PASSWORD)
    totp = set_up_authenticator(first)
    log_out(first)
    log_in_with_code(first, email, totp)

    first.goto("/scans")
    expect(first.locator("#denied")).to_contain_text("you may not open this page yet")
    second = desk.new_page()
    second.goto("/findings")
    expect(second.locator("#denied")).to_be_visible()
    marker = first.evaluate("window.mark = Math.random()")

    grant_role(admin, "viewer")

    expect(first.get_by_role("heading", name="Scans", level=1)).to_be_visible()
    expect(second.get_by_role("heading", name="Findings", level=1)).to_be_visible()
    assert first.evaluate("window.mark") == marker, "the page was reloaded"

    end_session_of(admin, email)

    first.wait_for_url("**/login*", timeout=3_000)
    second.wait_for_url("**/login*", timeout=3_000)
    first.goto("/scans")
    expect(first).to_have_url(re.compile("/login"))
    office.close()
    desk.close()


def test_a_grant_goes_to_whom_was_chosen_in_the_same_moment(owner: Page, site: Site) -> None:
    email, _ = site.make_user(site.workspace("Nordlicht"), "viewer")
    owner.goto("/admin/access?tab=grants")
    owner.get_by_role("button", name="New grant").first.click()
    owner.get_by_label("Reason").fill("The audit of this year")

    choose_and_submit(owner, "Person", email)

    expect(owner.get_by_role("dialog")).to_have_count(0)
    given = owner.get_by_text("Reason: The audit of this year")
    expect(given).to_be_visible()
    # Other tests look at a workspace without grants.
    owner.get_by_role("button", name=re.compile("^Revoke")).click()
    expect(given).to_have_count(0)
