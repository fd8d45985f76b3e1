"""The forms of the log-in pages: where they lead, which cookies they set, what they never give away."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from pursight_app.api.routes.browser_login import own_path
from pursight_app.core.db import unit_of_work
from pursight_app.models import LoginSession, UserAccount
from tests.api.test_passkeys import enrol as enrol_passkey
from tests.api.test_passkeys import log_in_options
from tests.api.test_second_factors import code_of, enrol, wrong_code
from tests.factories import PASSWORD, make_user


@pytest.fixture(autouse=True)
def no_cookies(client: TestClient) -> None:
    client.cookies.clear()


def post(client: TestClient, path: str, **form: str) -> Response:
    return client.post(path, data=form, follow_redirects=False)


def give_password(client: TestClient, user: UserAccount, **form: str) -> Response:
    return post(client, "/auth/browser-login", **{"email": user.email, "password": PASSWORD, **form})


def place(answer: Response) -> tuple[str, dict[str, str]]:
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def has_session(client: TestClient) -> bool:
    return "ps_session" in client.cookies


def test_the_password_alone_lets_in_who_has_no_second_factor(client: TestClient) -> None:
    answer = give_password(client, make_user(password=PASSWORD), next="/findings?severity=high")

    assert answer.headers["location"] == "/findings?severity=high"
    assert has_session(client)
    assert "httponly" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("referer", "target"),
    [
        ("http://localhost/login?next=%2Ffindings%3Fseverity%3Dhigh", "/findings?severity=high"),
        ("http://localhost/login?next=https%3A%2F%2Fevil.example", "/"),
        ("http://localhost/login", "/"),
        ("http://[?next", "/"),
    ],
)
def test_a_form_sent_before_its_page_was_ready_still_leads_to_the_wanted_page(
    client: TestClient, referer: str, target: str
) -> None:
    client.headers["referer"] = referer
    try:
        right = give_password(client, make_user(password=PASSWORD), next="")
        wrong = give_password(client, make_user(password=PASSWORD), password="something else", next="")
    finally:
        del client.headers["referer"]

    assert right.headers["location"] == target
    assert place(wrong)[1]["next"] == target


def test_with_a_second_factor_the_password_opens_nothing(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    enrol(user)

    answer = give_password(client, user, next="/scans")

    path, query = place(answer)
    assert (path, query["has"], query["next"]) == ("/login/code", "code", "/scans")
    assert not has_session(client)
    cookie = answer.headers["set-cookie"].lower()
    assert "ps_login=" in cookie
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    with unit_of_work() as session:
        assert session.exec(select(LoginSession).where(LoginSession.user_id == user.id)).all() == []


def test_the_code_completes_the_log_in_once(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    totp, recovery = enrol(user)
    give_password(client, user)
    half_done = client.cookies["ps_login"]

    answer = post(client, "/auth/browser-login-code", code=code_of(totp), next="/scans")

    assert place(answer) == ("/scans", {})
    assert has_session(client)
    assert "ps_login" not in client.cookies
    with unit_of_work() as session:
        started = session.exec(select(LoginSession).where(LoginSession.user_id == user.id)).one()
    assert started.factors == ["pwd", "otp", "mfa"]
    client.cookies.clear()
    client.cookies.set("ps_login", half_done, path="/auth")
    assert place(post(client, "/auth/browser-login-code", code=recovery[0]))[1]["problem"] == "over"


def test_a_recovery_code_completes_the_log_in(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    _, recovery = enrol(user)
    give_password(client, user)

    assert place(post(client, "/auth/browser-login-code", code=recovery[0])) == ("/", {})
    assert has_session(client)


def test_au_19_a_half_done_log_in_takes_six_wrong_codes(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    totp, _ = enrol(user)
    give_password(client, user)
    for _ in range(6):
        path, query = place(post(client, "/auth/browser-login-code", code=wrong_code(totp), has="code"))
        assert (path, query["problem"], query["has"]) == ("/login/code", "wrong", "code")

    path, query = place(post(client, "/auth/browser-login-code", code=code_of(totp)))

    assert (path, query["problem"]) == ("/login", "over")
    assert not has_session(client)
    # Beginning anew gives no new tries.
    give_password(client, user)
    path, query = place(post(client, "/auth/browser-login-code", code=code_of(totp)))
    assert query["problem"].startswith("wait-")


@pytest.mark.parametrize("token", ["", "x", "A" * 43])
def test_a_code_without_a_half_done_log_in_opens_nothing(client: TestClient, token: str) -> None:
    if token:
        client.cookies.set("ps_login", token, path="/auth")

    assert place(post(client, "/auth/browser-login-code", code="123456"))[1]["problem"] == "over"
    assert client.post("/auth/browser-login-passkey-options").status_code == 401


def test_a_password_change_ends_the_half_done_log_in(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    totp, _ = enrol(user)
    give_password(client, user)
    with unit_of_work() as session:
        session.get_one(UserAccount, user.id).auth_version += 1

    assert place(post(client, "/auth/browser-login-code", code=code_of(totp)))[1]["problem"] == "over"


def test_a_passkey_completes_the_log_in(client: TestClient) -> None:
    user, other = make_user(password=PASSWORD), make_user()
    device, foreign = enrol_passkey(client, user), enrol_passkey(client, other)
    assert place(give_password(client, user))[1]["has"] == "passkey"

    options = client.post("/auth/browser-login-passkey-options").json()
    refused = post(client, "/auth/browser-login-passkey", credential=json.dumps(foreign.get(options)))
    assert place(refused)[1]["problem"] == "wrong"
    options = client.post("/auth/browser-login-passkey-options").json()
    answer = post(client, "/auth/browser-login-passkey", credential=json.dumps(device.get(options)), next="/scans")

    assert place(answer) == ("/scans", {})
    assert has_session(client)


def test_a_passkey_alone_sets_the_cookie_and_a_bad_one_does_not(client: TestClient) -> None:
    device = enrol_passkey(client, make_user())
    for bad in ("", "[]", "{", "[" * 15_000, json.dumps(device.get(log_in_options(client), flags=1))):
        path, query = place(post(client, "/auth/browser-passkey", credential=bad, next="/scans"))
        assert (path, query["problem"], query["next"]) == ("/login", "passkey", "/scans")

    answer = post(client, "/auth/browser-passkey", credential=json.dumps(device.get(log_in_options(client))))

    assert place(answer) == ("/", {})
    assert has_session(client)


def test_au_14_a_log_in_never_keeps_the_session_from_before(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    client.cookies.set("ps_session", "planted-by-somebody", path="/")
    give_password(client, user)
    first = client.cookies.get("ps_session", domain="testserver.local")

    client.cookies.clear()
    client.cookies.set("ps_session", first or "", path="/")
    answer = give_password(client, user)

    assert first not in {None, "planted-by-somebody"}
    assert first not in answer.headers["set-cookie"]
    with unit_of_work() as session:
        rows = session.exec(
            select(LoginSession).where(LoginSession.user_id == user.id).order_by(LoginSession.created_at)
        ).all()
    assert [row.end_reason for row in rows] == ["logged_in_again", ""]


def test_wrong_password_and_unknown_address_lead_to_the_same_place(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    enrol(user)

    wrong = give_password(client, user, password="not it at all")
    unknown = post(client, "/auth/browser-login", email="nobody@example.org", password="not it at all")

    assert place(wrong) == place(unknown) == ("/login", {"problem": "wrong", "next": "/"})
    assert not client.cookies


@pytest.mark.parametrize("path", ["/", "/catalog/1?column=a%2Fb", "/findings?severity=high#x", "/scans?at=%5C", "/ä"])
def test_au_27_own_pages_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "/\t/evil.example",
        "/\n/evil.example",
        "/%09/evil.example",
        "/%2f/evil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%252fevil.example",
        "/%25255cevil.example",
        "javascript:alert(1)",
        "/x\u2028y",
        "evil.example",
        " /",
    ],
)
def test_au_27_everything_else_leads_home(path: str) -> None:
    assert own_path(path) == "/"


def test_log_out_ends_the_session_of_the_cookie(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    give_password(client, user)

    answer = post(client, "/auth/browser-logout")

    assert place(answer) == ("/login", {})
    assert not has_session(client)
    with unit_of_work() as session:
        ended = session.exec(select(LoginSession).where(LoginSession.user_id == user.id)).one()
    assert ended.end_reason == "logged_out"
