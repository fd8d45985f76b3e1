"""Proving once more who one is, and one's second factors over REST."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pyotp import TOTP
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import IdempotencyKey, LoginSession, SecurityPolicy, UserAccount
from tests.api.test_second_factors import code_of, enrol, wrong_code
from tests.factories import PASSWORD, actor_of, bearer, make_user

URL = "/auth/step-up"


@pytest.fixture
def proof_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every proof is too old, also that of the log-in a moment ago."""
    monkeypatch.setattr(get_settings(), "step_up_s", -1)


def stepped_up_at(user: UserAccount) -> object:
    with unit_of_work() as session:
        return session.exec(select(LoginSession.stepped_up_at).where(LoginSession.user_id == user.id)).one()


def test_the_password_proves_it_where_there_is_no_second_factor(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    headers = bearer(actor_of(user))
    before = stepped_up_at(user)

    assert client.get(URL, headers=headers).json() == {"password": True, "code": False, "passkey": False}
    assert client.post(URL, headers=headers, json={"password": "not it at all"}).status_code == 401
    assert stepped_up_at(user) == before
    assert client.post(URL, headers=headers, json={"password": PASSWORD}).status_code == 204
    assert stepped_up_at(user) > before  # type: ignore[operator]


def test_with_a_second_factor_the_password_is_not_enough(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    totp, _ = enrol(user)
    headers = bearer(actor_of(user))

    refused = client.post(URL, headers=headers, json={"password": PASSWORD})

    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_needed")
    assert client.get(URL, headers=headers).json() == {"password": False, "code": True, "passkey": False}
    assert client.post(URL, headers=headers, json={"otp": wrong_code(totp)}).status_code == 401
    assert client.post(URL, headers=headers, json={"otp": code_of(totp)}).status_code == 204
    assert client.post(URL, headers=headers, json={"otp": code_of(totp)}).status_code == 401
    assert client.post(URL, headers=headers, json={}).status_code == 422


def test_guessing_the_password_here_is_stopped(client: TestClient) -> None:
    headers = bearer(actor_of(make_user(password=PASSWORD)))
    codes = [client.post(URL, headers=headers, json={"password": "a wrong guess"}).status_code for _ in range(6)]

    assert codes == [401] * 5 + [429]


def test_a_stranger_and_an_api_token_prove_nothing(client: TestClient) -> None:
    for method, url in (("POST", URL), ("GET", URL), ("GET", "/auth/second-factor"), ("GET", "/auth/passkeys")):
        for token in ("", f"Bearer psk_{uuid4().hex}"):
            answer = client.request(method, url, headers={"Authorization": token})
            assert answer.status_code == 401


@pytest.mark.usefixtures("proof_is_old")
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("DELETE", "/auth/second-factor/totp"),
        ("POST", "/auth/second-factor/recovery-codes"),
        ("POST", "/auth/passkeys/options"),
    ],
)
def test_factors_change_only_after_a_fresh_proof(client: TestClient, method: str, url: str) -> None:
    user = make_user(password=PASSWORD)
    enrol(user)

    answer = client.request(method, url, headers=bearer(actor_of(user)))

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")


@pytest.mark.usefixtures("proof_is_old")
def test_an_app_is_begun_only_after_a_fresh_proof(client: TestClient) -> None:
    answer = client.post("/auth/second-factor/totp", headers=bearer(actor_of(make_user(password=PASSWORD))))

    assert answer.json()["code"] == "step_up_required"


def test_a_second_factor_over_rest_from_set_up_to_removal(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    headers = bearer(actor_of(user))
    totp = TOTP(client.post("/auth/second-factor/totp", headers=headers).json()["secret"])
    url = "/auth/second-factor/totp/confirm"
    refused = client.post(url, headers=headers, json={"code": wrong_code(totp)})
    assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")

    codes = client.post(url, headers=headers, json={"code": code_of(totp, -1)}).json()["recovery_codes"]

    assert client.get("/auth/second-factor", headers=headers).json() == {
        "has_totp": True,
        "passkey_count": 0,
        "recovery_codes_left": len(codes),
    }
    log_in = {"email": user.email, "password": PASSWORD}
    assert client.post("/auth/login", json=log_in).json()["code"] == "otp_required"
    assert client.post("/auth/login", json=log_in | {"otp": code_of(totp)}).status_code == 200
    fresh = client.post("/auth/second-factor/recovery-codes", headers=headers).json()["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert client.delete("/auth/second-factor/totp", headers=headers).status_code == 204
    assert client.post("/auth/login", json=log_in).status_code == 200


def test_who_must_have_a_second_factor_may_work_as_soon_as_it_is_set_up(client: TestClient) -> None:
    user = make_user()
    headers = bearer(actor_of(user))
    with unit_of_work() as session:
        policy = session.exec(select(SecurityPolicy)).one()
        before, policy.settings = policy.settings, {**policy.settings, "require_second_factor": "everybody"}
    try:
        stuck = client.get("/auth/me", headers=bearer(actor_of(make_user()))).json()["must_enrol"]
        secret = client.post("/auth/second-factor/totp", headers=headers).json()["secret"]
        confirmed = {"code": code_of(TOTP(secret))}
        assert client.post("/auth/second-factor/totp/confirm", headers=headers, json=confirmed).status_code == 200
        free = client.get("/auth/me", headers=headers).json()["must_enrol"]
    finally:
        with unit_of_work() as session:
            session.exec(select(SecurityPolicy)).one().settings = before

    assert (stuck, free) == (True, False)


def test_recovery_codes_are_kept_nowhere_also_not_for_a_repeated_request(client: TestClient) -> None:
    user = make_user(password=PASSWORD)
    enrol(user)
    headers = bearer(actor_of(user)) | {"Idempotency-Key": uuid4().hex}
    codes = client.post("/auth/second-factor/recovery-codes", headers=headers).json()["recovery_codes"]

    again = client.post("/auth/second-factor/recovery-codes", headers=headers)

    assert (again.status_code, again.json()["code"]) == (409, "shown_once")
    with unit_of_work() as session:
        kept = session.exec(select(IdempotencyKey.body).where(IdempotencyKey.user_id == user.id)).all()
    assert not [body for body in kept if codes[0] in body]
