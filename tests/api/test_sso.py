"""Single sign-on against real OpenID Connect providers on loopback: log-in, tampering, outages, roles."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import ExternalIdentity, Member, UserAccount
from pursight_app.services import sso
from pursight_app.services.sso.discovery import forget_documents
from tests.factories import PASSWORD, make_user, make_workspace
from tests.oidc.browser import Provider, actor_in, begin, came_back, log_in, new_browser, path_of, person, role_of
from tests.oidc.process import CLIENT_ID

pytestmark = pytest.mark.usefixtures("services")


def test_a_new_person_of_a_mapped_group_gets_an_account_and_its_role(browser: TestClient, provider: Provider) -> None:
    who = person()

    assert log_in(browser, provider, who, next="/findings") == "/findings"

    actor = actor_in(browser)
    assert actor is not None
    assert (actor.email, actor.name, actor.is_administrator) == (who["email"], "Ada Ext", False)
    assert role_of(actor.user_id, provider.workspace_id) == "viewer"
    with unit_of_work() as session:
        assert session.get_one(UserAccount, actor.user_id).password_hash is None


def test_the_request_to_the_provider_has_pkce_state_and_nonce(browser: TestClient, provider: Provider) -> None:
    query = parse_qs(urlsplit(begin(browser, provider)).query)

    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


def test_the_same_subject_comes_back_to_the_same_account(provider: Provider) -> None:
    who, first, second = person(), new_browser(), new_browser()
    log_in(first, provider, who)
    log_in(second, provider, {**who, "email": f"{uuid4().hex}@example.org"})

    before, after = actor_in(first), actor_in(second)
    assert before is not None
    assert after is not None
    assert before.user_id == after.user_id
    assert after.email == who["email"]


def test_au_23_a_forged_state_is_refused(browser: TestClient, provider: Provider) -> None:
    url = came_back(browser, provider, person())

    forged = browser.get(re.sub(r"state=[^&]+", f"state={uuid4().hex}", path_of(url)))

    assert (forged.status_code, forged.json()["code"]) == (400, "sso_refused")
    assert actor_in(browser) is None


def test_au_23_a_replayed_callback_is_refused(browser: TestClient, provider: Provider) -> None:
    url = path_of(came_back(browser, provider, person()))
    assert browser.get(url).status_code == 303
    browser.cookies.delete("ps_session")

    again = browser.get(url)

    assert (again.status_code, again.json()["code"]) == (400, "sso_refused")
    assert actor_in(browser) is None


def test_au_23_a_code_from_another_browser_is_refused(browser: TestClient, provider: Provider) -> None:
    url = path_of(came_back(new_browser(), provider, person()))
    begin(browser, provider)

    answer = browser.get(url)

    assert (answer.status_code, answer.json()["code"]) == (400, "sso_refused")
    assert actor_in(browser) is None


def test_au_23_a_stolen_code_in_ones_own_log_in_is_refused(browser: TestClient, provider: Provider) -> None:
    """The thief has a state of his own; the code was made for another verifier."""
    stolen = parse_qs(urlsplit(came_back(new_browser(), provider, person())).query)["code"][0]
    own = path_of(came_back(browser, provider, person()))

    answer = browser.get(re.sub(r"code=[^&]+", f"code={stolen}", own))

    assert answer.status_code == 400
    assert actor_in(browser) is None


@pytest.mark.parametrize(
    "tamper",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT_ID, "another-client"]}},
        {"claims": {"aud": [CLIENT_ID], "azp": "another-client"}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1_000_000_000}},
        {"claims": {"iat": 9_000_000_000}},
        {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"claims": {"sub": ""}},
        {"header": {"alg": "none"}},
        {"header": {"alg": "HS256"}},
        {"header": {"kid": "unknown"}},
        {"header": {"crit": ["x"], "x": 1}},
        {"other_key": True},
    ],
    ids=str,
)
def test_au_23_a_wrong_id_token_is_refused(browser: TestClient, provider: Provider, tamper: dict[str, object]) -> None:
    url = path_of(came_back(browser, provider, person()))
    provider.server.control("tamper", tamper)

    answer = browser.get(url)

    provider.server.control("tamper", {})
    assert (answer.status_code, answer.json()["code"]) == (400, "sso_refused"), answer.text
    assert actor_in(browser) is None


def test_au_23_the_answer_of_one_provider_is_not_taken_for_another(
    browser: TestClient, provider: Provider, other: Provider
) -> None:
    url = path_of(came_back(browser, provider, person()))

    mixed = browser.get(url.replace(provider.key, other.key))

    assert mixed.status_code == 400
    named = path_of(came_back(browser, provider, person()))
    assert browser.get(re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", named)).status_code == 400
    unnamed = path_of(came_back(browser, provider, person()))
    assert browser.get(re.sub(r"&iss=[^&]+", "", unnamed)).status_code == 400
    assert actor_in(browser) is None


def test_a_person_who_reloads_the_callback_reads_a_page_and_not_json(browser: TestClient, provider: Provider) -> None:
    begin(browser, provider)

    page = browser.get(f"/auth/sso/{provider.key}/callback?state=old&code=x", headers={"Accept": "text/html"})

    assert page.status_code == 400
    assert "was not begun in this browser" in page.text
    assert 'href="/"' in page.text


def test_two_tabs_of_one_browser_can_both_log_in(browser: TestClient, provider: Provider) -> None:
    first = path_of(came_back(browser, provider, person()))
    second = path_of(came_back(browser, provider, person()))

    assert browser.get(first).status_code == browser.get(second).status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_au_27_only_own_paths_are_gone_to(browser: TestClient, provider: Provider, target: str) -> None:
    assert log_in(browser, provider, person(), next=target) == "/"


def test_au_24_the_same_email_at_another_provider_is_not_the_same_person(provider: Provider, other: Provider) -> None:
    who, thief = person(), new_browser()
    log_in(new_browser(), provider, who)

    assert log_in(thief, other, {**who, "sub": uuid4().hex}) == "/login?problem=sso-link&next=%2F"
    assert log_in(thief, other, who) == "/login?problem=sso-link&next=%2F"
    assert actor_in(thief) is None


def test_au_24_an_account_with_a_password_is_not_taken_over(browser: TestClient, provider: Provider) -> None:
    user = make_user(password=PASSWORD)

    for verified in (True, False, None):
        gone = log_in(browser, provider, person(email=user.email, email_verified=verified))
        assert gone.startswith(("/login?problem=sso-link", "/login?problem=sso-no-access"))
    assert actor_in(browser) is None
    with unit_of_work() as session:
        assert session.exec(select(ExternalIdentity).where(ExternalIdentity.user_id == user.id)).all() == []


def test_au_24_an_address_that_is_not_proven_makes_no_account(browser: TestClient, provider: Provider) -> None:
    who = person(email_verified=False)

    assert log_in(browser, provider, who).startswith("/login?problem=sso-no-access")

    with unit_of_work() as session:
        assert session.exec(select(UserAccount).where(UserAccount.email == who["email"])).first() is None


def test_au_25_a_provider_that_is_down_is_said_and_local_log_in_works(browser: TestClient, other: Provider) -> None:
    user = make_user(password=PASSWORD)
    url = path_of(came_back(browser, other, person()))
    other.server.stop()
    forget_documents(other.server.issuer)
    try:
        down = browser.get(f"/auth/sso/{other.key}/start").headers["location"]
        local = browser.post("/auth/login", json={"email": user.email, "password": PASSWORD})
        back = browser.get(url).headers["location"]
    finally:
        other.server.start()
        forget_documents(other.server.issuer)

    assert down.startswith("/login?problem=sso-unavailable")
    assert back.startswith("/login?problem=sso-unavailable")
    assert local.status_code == 200
    assert log_in(browser, other, person()) == "/"


def test_au_25_a_slow_provider_holds_few_threads_and_nobody_else(browser: TestClient, other: Provider) -> None:
    user = make_user(password=PASSWORD)
    forget_documents(other.server.issuer)
    other.server.control("delay", 2_000)
    try:
        with ThreadPoolExecutor(30) as threads:
            starts = [threads.submit(browser.get, f"/auth/sso/{other.key}/start") for _ in range(30)]
            time.sleep(0.3)
            asked_at = time.monotonic()
            local = browser.post("/auth/login", json={"email": user.email, "password": PASSWORD})
            waited_s = time.monotonic() - asked_at
            locations = [start.result().headers["location"] for start in starts]
    finally:
        other.server.control("delay", 0)
        forget_documents(other.server.issuer)

    assert local.status_code == 200
    assert waited_s < 1.5
    turned_away = [one for one in locations if one.startswith("/login?problem=sso-unavailable")]
    assert len(turned_away) == 30 - 8 - 16


def test_au_25_changed_keys_are_fetched_once_for_all_who_wait(provider: Provider) -> None:
    forget_documents(provider.server.issuer)
    log_in(new_browser(), provider, person())
    provider.server.stop()
    provider.server.start()
    browsers = [new_browser() for _ in range(6)]
    urls = [path_of(came_back(browser, provider, person())) for browser in browsers]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda pair: pair[0].get(pair[1]), zip(browsers, urls, strict=True)))

    assert [answer.headers.get("location") for answer in answers] == ["/"] * 6
    assert provider.server.control("counts")["/jwks"] == 1


def test_au_25_unknown_keys_do_not_make_a_stampede(provider: Provider) -> None:
    provider.server.control("tamper", {"header": {"kid": "unknown"}})
    before = provider.server.control("counts").get("/jwks", 0)
    try:
        browser = new_browser()
        answers = [browser.get(path_of(came_back(browser, provider, person()))) for _ in range(4)]
    finally:
        provider.server.control("tamper", {})

    assert [answer.status_code for answer in answers] == [400] * 4
    assert provider.server.control("counts").get("/jwks", 0) - before <= 1


def test_a_provider_says_no_and_the_log_in_page_says_so(browser: TestClient, provider: Provider) -> None:
    assert log_in(browser, provider, person(refuse=True)).startswith("/login?problem=sso-failed")
    assert actor_in(browser) is None


def test_a_person_of_no_mapped_group_has_no_access_and_no_account(browser: TestClient, provider: Provider) -> None:
    who = person(groups=["somebody else"])

    assert log_in(browser, provider, who).startswith("/login?problem=sso-no-access")

    with unit_of_work() as session:
        assert session.exec(select(UserAccount).where(UserAccount.email == who["email"])).first() is None


def test_a_suspended_person_gets_no_session(browser: TestClient, provider: Provider) -> None:
    who = person()
    log_in(new_browser(), provider, who)
    with unit_of_work() as session:
        session.exec(select(UserAccount).where(UserAccount.email == who["email"])).one().is_active = False

    assert log_in(browser, provider, who).startswith("/login?problem=sso-no-access")
    assert actor_in(browser) is None


def test_a_switched_off_provider_lets_nobody_in_and_is_not_offered(browser: TestClient, other: Provider) -> None:
    url = path_of(came_back(browser, other, person()))
    with unit_of_work() as session:
        sso.set_provider_enabled(session, other.root, other.id, is_enabled=False)
    try:
        offered = [each["key"] for each in browser.get("/auth/sso/providers").json()]
        begun = browser.get(f"/auth/sso/{other.key}/start").headers["location"]
        finished = browser.get(url).headers["location"]
    finally:
        with unit_of_work() as session:
            sso.set_provider_enabled(session, other.root, other.id, is_enabled=True)

    assert other.key not in offered
    assert begun.startswith("/login?problem=sso-disabled")
    assert finished.startswith("/login?problem=sso-disabled")
    assert other.key in [each["key"] for each in browser.get("/auth/sso/providers").json()]


def test_roles_follow_the_groups_at_every_log_in(other: Provider) -> None:
    second = make_workspace(administrator=make_user())
    rows = [("viewers", other.workspace_id, "viewer"), ("stewards", other.workspace_id, "steward")]
    other.map(("stewards", other.workspace_id, "steward"), rows[0], ("stewards", second, "engineer"))
    who, browser = person(), new_browser()

    def roles(*groups: str) -> tuple[str | None, str | None]:
        log_in(browser, other, {**who, "groups": list(groups)})
        with unit_of_work() as session:
            user = session.exec(select(UserAccount).where(UserAccount.email == who["email"])).one()
        return role_of(user.id, other.workspace_id), role_of(user.id, second)

    assert roles("viewers") == ("viewer", None)
    assert roles("viewers", "stewards") == ("steward", "engineer")
    assert roles("viewers") == ("viewer", None)
    assert roles() == (None, None)
    other.map(rows[0])


def test_what_a_person_set_by_hand_is_left_alone(browser: TestClient, provider: Provider) -> None:
    who = person()
    log_in(browser, provider, who)
    actor = actor_in(browser)
    assert actor is not None
    by_hand = make_workspace(steward=make_user())
    with unit_of_work() as session:
        session.add(Member(workspace_id=by_hand, user_id=actor.user_id, role="engineer"))
        here = (Member.user_id == actor.user_id, Member.workspace_id == provider.workspace_id)
        session.exec(select(Member).where(*here)).one().role = "steward"

    log_in(browser, provider, {**who, "groups": []})

    assert role_of(actor.user_id, provider.workspace_id) == "steward"
    assert role_of(actor.user_id, by_hand) == "engineer"


def test_the_last_administrator_of_a_workspace_stays_one(other: Provider) -> None:
    workspace_id = make_workspace()
    other.map(("bosses", workspace_id, "administrator"))
    who, browser = person(groups=["bosses"]), new_browser()
    log_in(browser, other, who)
    actor = actor_in(browser)
    assert actor is not None

    log_in(browser, other, {**who, "groups": []})
    assert role_of(actor.user_id, workspace_id) == "administrator"
    with unit_of_work() as session:
        session.add(Member(workspace_id=workspace_id, user_id=make_user().id, role="administrator"))
    log_in(browser, other, {**who, "groups": []})

    assert role_of(actor.user_id, workspace_id) is None
    other.map(("viewers", other.workspace_id, "viewer"))


def test_groups_never_make_an_administrator_of_the_installation(browser: TestClient, provider: Provider) -> None:
    log_in(browser, provider, person(groups=["viewers", "administrator"], is_administrator=True, role="administrator"))

    actor = actor_in(browser)
    assert actor is not None
    assert not actor.is_administrator
