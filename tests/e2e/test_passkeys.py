"""Passkeys and codes in a real browser; Chromium's virtual authenticator is the device."""

import json
import re
import time
from urllib.parse import parse_qs

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from redis import Redis

from tests.e2e.conftest import Site, log_in

pytestmark = pytest.mark.e2e
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(site: Site) -> tuple[str, str]:
    return site.make_user(site.workspace("My workspace"))


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def add_device(page: Page, **lies: object) -> tuple[CDPSession, str]:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **lies}})
    return devices, made["authenticatorId"]


def add_passkey(page: Page, name: str = "Test laptop") -> None:
    page.goto("/account")
    page.get_by_label("Name of the device").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#passkeys")).to_contain_text(name)


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")


def test_a_passkey_is_set_up_logs_in_and_cannot_be_replayed(page: Page, person: tuple[str, str]) -> None:
    log_in(page, *person)
    add_device(page)
    add_passkey(page)
    log_out(page)
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.post_data or "") if "browser-passkey" in each.url else None)

    page.goto("/login?next=/scans")
    page.get_by_role("button", name="Use a passkey").click()

    page.wait_for_url("**/scans")
    expect(page.get_by_role("button", name="Your account")).to_be_visible()
    page.goto("/account")
    expect(page.locator("#sessions")).to_contain_text("passkey")
    log_out(page)
    form = {name: values[0] for name, values in parse_qs(sent[0]).items()}
    origin = re.match(r"https?://[^/]+", page.url)
    assert origin
    replayed = page.context.request.post("/auth/browser-passkey", form=form, headers={"Origin": origin[0]})
    assert "problem=passkey" in replayed.url


def test_a_passkey_is_the_second_step_after_the_password(page: Page, person: tuple[str, str]) -> None:
    log_in(page, *person)
    add_device(page)
    add_passkey(page)
    log_out(page)

    page.get_by_label("E-mail").fill(person[0])
    page.get_by_label("Password").fill(person[1])
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/login/code*")
    page.goto("/scans")
    expect(page).to_have_url(re.compile("/login"))
    page.go_back()
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def test_a_device_that_does_not_verify_its_owner_is_refused(page: Page, person: tuple[str, str]) -> None:
    log_in(page, *person)
    devices, device = add_device(page)
    add_passkey(page)
    log_out(page)
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("passkey")
    expect(page).to_have_url(re.compile("/login"))


def test_passkeys_are_renamed_and_removed(page: Page, person: tuple[str, str]) -> None:
    log_in(page, *person)
    add_device(page)
    add_passkey(page)

    page.get_by_role("button", name="Rename Test laptop").click()
    page.get_by_label("Another name").fill("Key in the safe")
    page.get_by_role("button", name="Save name").click()
    page.get_by_role("button", name="Remove Key in the safe").click()
    page.get_by_role("button", name="Remove passkey").click()

    expect(page.locator("#passkeys")).not_to_contain_text("Key in the safe")


def test_an_authenticator_app_is_set_up_and_its_code_is_the_second_step(page: Page, person: tuple[str, str]) -> None:
    log_in(page, *person)
    page.goto("/account")
    page.get_by_role("button", name="Set up an authenticator app").click()
    totp = pyotp.TOTP(page.locator("#totp-secret").inner_text().replace(" ", ""))
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.get_by_label("Code", exact=True).fill(totp.now())
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    recovery = page.locator("#recovery-codes li").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.locator("#recovery")).to_contain_text("10 left")
    log_out(page)

    page.get_by_label("E-mail").fill(person[0])
    page.get_by_label("Password").fill(person[1])
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    # The code that set the app up is used; that of the next step is accepted half a minute early.
    page.get_by_label("Code").fill(totp.at(int(time.time()) + 30))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Your account")).to_be_visible()
    log_out(page)
    page.get_by_label("E-mail").fill(person[0])
    page.get_by_label("Password").fill(person[1])
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def test_other_sessions_are_seen_and_ended(page: Page, person: tuple[str, str], site: Site) -> None:
    log_in(page, *person)
    other = page.context.browser.new_context(base_url=site.url).new_page()
    log_in(other, *person)
    page.goto("/account")
    expect(page.locator("#sessions tbody tr")).to_have_count(2)
    expect(page.locator("#sessions")).to_contain_text("This one")

    page.get_by_role("button", name="End session").click()

    other.wait_for_url("**/login", timeout=5_000)
    expect(page.locator("#sessions tbody tr")).to_have_count(1)
    other.context.close()


def test_au_11_a_new_password_logs_the_other_sessions_out(page: Page, person: tuple[str, str], site: Site) -> None:
    log_in(page, *person)
    other = page.context.browser.new_context(base_url=site.url).new_page()
    log_in(other, *person)
    page.goto("/account")
    change_password(page, "not the present one", "four random words")
    expect(page.get_by_role("alert")).to_contain_text("wrong")

    change_password(page, person[1], "four random words")

    expect(page.get_by_text("Your password is changed.")).to_be_visible()
    other.wait_for_url("**/login", timeout=5_000)
    log_in(other, person[0], "four random words")
    page.reload()
    expect(page.locator("#sessions tbody tr")).to_have_count(2)
    other.context.close()


def change_password(page: Page, old: str, new: str) -> None:
    page.get_by_label("Present password").fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password once more").fill(new)
    page.get_by_role("button", name="Change password").click()


def test_a_dangerous_act_asks_again_after_a_while(page: Page, person: tuple[str, str], site: Site) -> None:
    log_in(page, *person)
    page.goto("/account")
    make_proof_old(site, person[0])
    page.get_by_role("button", name="Set up an authenticator app").click()
    dialog = page.get_by_role("dialog", name="Confirm that it is you")
    dialog.get_by_label("Password").fill("not my password")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not right")
    dialog.get_by_label("Password").fill(person[1])
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Now repeat what you were about to do")).to_be_visible()

    page.get_by_role("button", name="Set up an authenticator app").click()

    expect(page.locator("#totp-secret")).to_be_visible()


def make_proof_old(site: Site, email: str) -> None:
    """Moves the moment of the log-in an hour into the past, in the copy that decides."""
    url = (site.home / "run" / "redis_url").read_text().strip()
    me = site.rest.get("/api/users", params={"limit": 200}).json()["items"]
    user_id = next(each["id"] for each in me if each["email"] == email)
    with Redis.from_url(url, decode_responses=True) as redis:
        for key in redis.scan_iter("pursight:session:*"):
            stored = json.loads(redis.get(key))
            if stored["user"] == user_id:
                redis.set(key, json.dumps({**stored, "stepped_up": stored["stepped_up"] - 3600}), keepttl=True)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(
    browser: Browser, site: Site, person: tuple[str, str], theme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/login/code?has=code+passkey&problem=wrong")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    check(page)
    page.goto("/login?problem=wrong")
    page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    expect(page.get_by_text("E-mail address or password is wrong.")).to_be_visible()
    check(page)
    log_in(page, *person)
    add_device(page)
    add_passkey(page)
    page.get_by_role("button", name="Set up an authenticator app").click()
    expect(page.locator("#totp-secret")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Make new recovery codes").click()
    expect(page.locator("#recovery-codes")).to_be_visible()
    page.get_by_role("button", name="Remove Test laptop").click()
    expect(page.get_by_role("button", name="Remove passkey")).to_be_visible()
    check(page)
    make_proof_old(site, person[0])
    page.get_by_role("button", name="Remove passkey").click()
    expect(page.get_by_role("dialog", name="Confirm that it is you")).to_be_visible()
    check(page)
    context.close()


def check(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
