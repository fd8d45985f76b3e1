"""A forgotten password: one link by mail, once, that opens no session and tells nobody who has an account."""

import statistics
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.redis import redis
from pursight_app.core.settings import get_settings
from pursight_app.models import PasswordReset, UserAccount
from pursight_app.services import password_resets
from tests.factories import PASSWORD, actor_of, bearer, make_user
from tests.mailbox import Mailbox, mail_server, token_in

NEW = "four quite different words"


@pytest.fixture(scope="module")
def server() -> Generator[tuple[str, Mailbox]]:
    with mail_server() as running:
        yield running


@pytest.fixture(autouse=True)
def mailbox(services: None, server: tuple[str, Mailbox], monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    monkeypatch.setattr(get_settings(), "smtp_url", f"smtp://{server[0]}?starttls=0")
    monkeypatch.setattr(password_resets, "START_DELAY_MS", (0, 0))
    for key in redis().scan_iter("pursight:tries:reset_address:*"):
        redis().delete(key)
    return server[1]


def ask(client: TestClient, email: str) -> object:
    return client.post("/auth/password-reset", json={"email": email})


def confirm(client: TestClient, token: str, password: str = NEW) -> int:
    return client.post("/auth/password-reset/confirm", json={"token": token, "password": password}).status_code


def log_in(client: TestClient, email: str, password: str) -> object:
    return client.post("/auth/login", json={"email": email, "password": password})


def test_au_21_a_link_sets_the_password_once_and_opens_no_session(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    old_session = bearer(actor_of(user))

    assert ask(client, user.email.upper()).status_code == 202
    token = token_in(mailbox.to(user.email)[0])
    first = client.post("/auth/password-reset/confirm", json={"token": token, "password": NEW})

    assert first.status_code == 204
    assert "set-cookie" not in first.headers
    assert confirm(client, token, "yet another password") == 404
    assert log_in(client, user.email, PASSWORD).status_code == 401
    assert log_in(client, user.email, NEW).status_code == 200
    assert client.get("/auth/me", headers=old_session).status_code == 401


def test_au_21_the_second_factor_is_still_asked_for(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    with unit_of_work() as session:
        row = session.get_one(UserAccount, user.id)
        row.totp_secret, row.totp_confirmed_at = b"sealed", now()

    ask(client, user.email)
    assert confirm(client, token_in(mailbox.to(user.email)[0])) == 204

    answer = log_in(client, user.email, NEW)
    assert (answer.status_code, answer.json()["code"]) == (401, "otp_required")


def test_au_21_known_and_unknown_addresses_get_the_same_answer(client: TestClient) -> None:
    user = make_user(password=PASSWORD)

    known, unknown = ask(client, user.email), ask(client, f"{uuid4().hex}@example.org")

    assert known.status_code == unknown.status_code == 202
    assert known.json() == unknown.json()


def test_au_21_and_after_the_same_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link is made and mailed on another thread: the answer waits for neither."""
    monkeypatch.setattr(password_resets, "PER_ADDRESS", 1_000)
    monkeypatch.setattr(password_resets, "START_DELAY_MS", (60, 80))

    def median_ms(emails: list[str]) -> float:
        times = []
        for email in emails:
            started = time.perf_counter()
            ask(client, email)
            times.append((time.perf_counter() - started) * 1_000)
            # The other thread must not disturb the next measurement.
            password_resets._worker.submit(int).result()
        return statistics.median(times)

    known = [make_user(password=PASSWORD).email for _ in range(15)]
    unknown = [f"{uuid4().hex}@example.org" for _ in range(15)]

    assert abs(median_ms(known) - median_ms(unknown)) < 5


def test_au_21_a_link_lives_thirty_minutes_at_most(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    ask(client, user.email)
    token = token_in(mailbox.to(user.email)[0])
    with unit_of_work() as session:
        row = session.exec(select(PasswordReset).where(PasswordReset.user_id == user.id)).one()
        assert row.expires_at - row.created_at <= timedelta(minutes=30, seconds=1)
        assert token not in str(row.model_dump())
        row.expires_at = now()

    assert confirm(client, token) == 404


def test_a_newer_link_ends_the_older_one(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    ask(client, user.email)
    old = token_in(mailbox.to(user.email)[0])
    ask(client, user.email)
    new = token_in(mailbox.to(user.email, count=2)[1])

    assert confirm(client, old) == 404
    assert confirm(client, new) == 204


def test_twenty_uses_at_once_count_as_one(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    ask(client, user.email)
    token = token_in(mailbox.to(user.email)[0])

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda n: confirm(client, token, f"{NEW} {n}"), range(20)))

    assert sorted(codes) == [204] + [404] * 19


def test_a_refused_password_leaves_the_link_good(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    ask(client, user.email)
    token = token_in(mailbox.to(user.email)[0])

    assert confirm(client, token, "password1") == 422
    assert confirm(client, token) == 204


def test_nobody_is_flooded_with_mail_and_a_network_address_is_stopped(client: TestClient, mailbox: Mailbox) -> None:
    user = make_user(password=PASSWORD)
    codes = [ask(client, user.email).status_code for _ in range(21)]
    password_resets._worker.submit(int).result()

    assert codes == [202] * 20 + [429]
    assert len(mailbox.to(user.email, count=3)) == 3


@pytest.mark.parametrize("kind", ["suspended", "invited", "service"])
def test_accounts_without_a_password_to_forget_get_no_mail(client: TestClient, mailbox: Mailbox, kind: str) -> None:
    user = make_user(password=None if kind == "invited" else PASSWORD)
    with unit_of_work() as session:
        row = session.get_one(UserAccount, user.id)
        row.is_active, row.is_service = kind != "suspended", kind == "service"

    assert ask(client, user.email).status_code == 202

    password_resets._worker.submit(int).result()
    assert mailbox.to(user.email, within_s=0) == []


def test_an_administrator_hands_over_a_link_where_there_is_no_mail(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "smtp_url", None)
    user, root = make_user(password=PASSWORD), actor_of(make_user(is_administrator=True))
    url = f"/api/users/{user.id}/password-reset"

    assert client.post(url, headers=bearer(actor_of(user))).status_code == 403
    answer = client.post(url, headers=bearer(root))

    assert answer.status_code == 201
    assert confirm(client, token_in(answer.json()["reset_link"])) == 204


def test_a_mailed_link_is_not_shown_to_the_administrator(client: TestClient, mailbox: Mailbox) -> None:
    user, root = make_user(password=PASSWORD), actor_of(make_user(is_administrator=True))

    answer = client.post(f"/api/users/{user.id}/password-reset", headers=bearer(root)).json()

    assert answer == {"is_mailed": True, "mail_problem": ""}
    assert confirm(client, token_in(mailbox.to(user.email)[0])) == 204
