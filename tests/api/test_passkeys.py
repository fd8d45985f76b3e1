"""Passkeys, over REST and the browser's forms, with an authenticator in software that can also misbehave."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.testclient import TestClient
from sqlmodel import select
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import AuditEvent, LoginSession, Passkey, UserAccount
from pursight_app.services import passkeys
from tests.factories import actor_of, bearer, make_user

Options = dict[str, object]
USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """A device with one passkey; the keyword arguments of its methods are lies it can tell."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    user_handle: str = ""
    count: int = 0

    def create(self, options: Options, *, origin: str = "", flags: int = USER_PRESENT | USER_VERIFIED) -> Options:
        self.user_handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public_key = encode_cbor(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        attested = b"\0" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public_key
        data = self._data(options["rp"]["id"], flags | HAS_CREDENTIAL) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options, origin)
        return self._credential(clientDataJSON=client_data, attestationObject=attestation)

    def get(
        self,
        options: Options,
        *,
        origin: str = "",
        flags: int = USER_PRESENT | USER_VERIFIED,
        step: int = 1,
        handle: str | None = None,
    ) -> Options:
        self.count += step
        data = self._data(options["rpId"], flags)
        client_data = self._client_data("webauthn.get", options, origin)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        made = self._credential(clientDataJSON=client_data, authenticatorData=data, signature=signature)
        made["response"]["userHandle"] = self.user_handle if handle is None else handle
        return made

    def _data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    @staticmethod
    def _client_data(kind: str, options: Options, origin: str) -> bytes:
        data = {"type": kind, "challenge": options["challenge"], "origin": origin or get_settings().origin}
        return json.dumps(data).encode()

    def _credential(self, **response: bytes) -> Options:
        own = bytes_to_base64url(self.credential_id)
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {"id": own, "rawId": own, "type": "public-key", "response": encoded, "clientExtensionResults": {}}


def enrol(client: TestClient, user: UserAccount) -> Authenticator:
    headers, device = bearer(actor_of(user)), Authenticator()
    options = client.post("/auth/passkeys/options", headers=headers).json()
    answer = client.post(
        "/auth/passkeys", headers=headers, json={"credential": device.create(options), "name": "Laptop"}
    )
    assert answer.status_code == 201, answer.text
    return device


def log_in_options(client: TestClient) -> Options:
    return client.post("/auth/passkeys/log-in-options").json()


def log_in(client: TestClient, credential: Options) -> int:
    return client.post("/auth/passkeys/log-in", json={"credential": credential}).status_code


def test_a_passkey_alone_logs_in(client: TestClient) -> None:
    user = make_user()
    device = enrol(client, user)

    answer = client.post("/auth/passkeys/log-in", json={"credential": device.get(log_in_options(client))})

    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["email"] == user.email
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert client.get("/auth/me", headers=headers).status_code == 200
    with unit_of_work() as session:
        newest = session.exec(
            select(LoginSession).where(LoginSession.user_id == user.id).order_by(LoginSession.created_at.desc())
        ).first()
    assert newest is not None
    assert newest.factors == ["hwk", "mfa"]


def test_the_options_ask_for_a_verified_person_and_a_discoverable_credential(client: TestClient) -> None:
    user = make_user()
    first = enrol(client, user)

    options = client.post("/auth/passkeys/options", headers=bearer(actor_of(user))).json()

    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert [each["id"] for each in options["excludeCredentials"]] == [bytes_to_base64url(first.credential_id)]
    assert log_in_options(client)["userVerification"] == "required"
    assert not log_in_options(client)["allowCredentials"]


def test_au_22_a_replayed_assertion_is_refused(client: TestClient) -> None:
    device = enrol(client, make_user())
    credential = device.get(log_in_options(client))

    assert log_in(client, credential) == 200
    assert log_in(client, credential) == 401


def test_au_22_of_two_answers_to_one_challenge_at_the_same_moment_one_counts(client: TestClient) -> None:
    device = enrol(client, make_user())
    options = log_in_options(client)
    answers = [device.get(options), device.get(options)]
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda credential: log_in(client, credential), answers))

    assert sorted(codes) == [200, 401]


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:1"},
        {"origin": "http://127.0.0.1:3000"},
        {"flags": USER_PRESENT},
        {"flags": USER_VERIFIED},
        {"step": 0},
        {"step": -2},
        {"handle": bytes_to_base64url(uuid4().bytes)},
    ],
    ids=[
        "foreign origin",
        "other port",
        "address",
        "not verified",
        "not present",
        "same count",
        "lower count",
        "owner",
    ],
)
def test_au_22_a_passkey_that_lies_is_refused(client: TestClient, lie: dict[str, object]) -> None:
    user = make_user()
    device = enrol(client, user)
    for _ in range(3):
        assert log_in(client, device.get(log_in_options(client))) == 200

    assert log_in(client, device.get(log_in_options(client), **lie)) == 401
    with unit_of_work() as session:
        last = session.exec(select(AuditEvent).order_by(AuditEvent.position.desc())).first()
    assert last is not None
    assert (last.action, last.result) == ("passkey.use", "denied")


def test_au_22_a_signature_of_another_key_is_refused(client: TestClient) -> None:
    device = enrol(client, make_user())
    thief = Authenticator(credential_id=device.credential_id, user_handle=device.user_handle, count=100)

    assert log_in(client, thief.get(log_in_options(client))) == 401


def test_a_device_that_never_counts_is_accepted(client: TestClient) -> None:
    device = enrol(client, make_user())

    assert [log_in(client, device.get(log_in_options(client), step=0)) for _ in range(2)] == [200, 200]


def test_a_challenge_given_for_one_thing_counts_for_nothing_else(client: TestClient) -> None:
    user = make_user()
    device = enrol(client, user)
    headers = bearer(actor_of(user))
    step_up = client.post("/auth/step-up/passkey-options", headers=headers).json()
    registration = client.post("/auth/passkeys/options", headers=headers).json()

    assert log_in(client, device.get(step_up)) == 401
    other = Authenticator().create(registration)
    stranger = bearer(actor_of(make_user()))
    assert client.post("/auth/passkeys", headers=stranger, json={"credential": other}).status_code == 422


def test_a_suspended_person_does_not_get_in(client: TestClient) -> None:
    user = make_user()
    device = enrol(client, user)
    with unit_of_work() as session:
        session.get_one(UserAccount, user.id).is_active = False

    assert log_in(client, device.get(log_in_options(client))) == 401


@pytest.mark.parametrize(
    "lie", [{"origin": "https://evil.example"}, {"flags": USER_PRESENT}], ids=["foreign origin", "not verified"]
)
def test_au_22_a_registration_that_lies_is_refused(client: TestClient, lie: dict[str, object]) -> None:
    user = make_user()
    headers = bearer(actor_of(user))
    options = client.post("/auth/passkeys/options", headers=headers).json()

    answer = client.post("/auth/passkeys", headers=headers, json={"credential": Authenticator().create(options, **lie)})

    assert answer.status_code == 422
    assert answer.json()["code"] == "passkey_refused"
    assert client.get("/auth/passkeys", headers=headers).json()["items"] == []


def test_a_registration_counts_once(client: TestClient) -> None:
    headers, device = bearer(actor_of(make_user())), Authenticator()
    credential = device.create(client.post("/auth/passkeys/options", headers=headers).json())
    assert client.post("/auth/passkeys", headers=headers, json={"credential": credential}).status_code == 201

    assert client.post("/auth/passkeys", headers=headers, json={"credential": credential}).status_code == 422
    again = device.create(client.post("/auth/passkeys/options", headers=headers).json())
    assert client.post("/auth/passkeys", headers=headers, json={"credential": again}).status_code == 409


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": 7}},
        {"id": "a", "rawId": "a", "type": "public-key", "response": {"clientDataJSON": "e30"}},
        {"id": "%", "rawId": "\0", "response": {"clientDataJSON": "!!", "authenticatorData": "", "signature": ""}},
        {"response": {"clientDataJSON": bytes_to_base64url(b"[" * 10_000)}},
    ],
)
def test_what_is_no_credential_is_refused(client: TestClient, credential: Options) -> None:
    headers = bearer(actor_of(make_user()))

    assert log_in(client, credential) == 401
    assert client.post("/auth/passkeys", headers=headers, json={"credential": credential}).status_code == 422


def test_a_credential_broken_after_its_challenge_is_refused(client: TestClient) -> None:
    device = enrol(client, make_user())
    for broken in ({"authenticatorData": "AAAA"}, {"signature": None}, {"userHandle": 5}, {"signature": "AAAA"}):
        credential = device.get(log_in_options(client))
        credential["response"] |= broken
        assert log_in(client, credential) == 401
    credential = device.get(log_in_options(client)) | {"rawId": 5}
    assert log_in(client, credential) == 401


def test_ones_passkeys_are_named_listed_and_removed_and_nobody_elses(client: TestClient) -> None:
    user = make_user()
    enrol(client, user)
    headers, stranger = bearer(actor_of(user)), bearer(actor_of(make_user()))
    item = client.get("/auth/passkeys", headers=headers).json()["items"][0]
    url = f"/auth/passkeys/{item['id']}"

    assert item["name"] == "Laptop"
    assert client.patch(url, headers=stranger, json={"name": "Mine"}).status_code == 404
    assert client.delete(url, headers=stranger).status_code == 404
    assert client.get("/auth/passkeys", headers=stranger).json()["items"] == []
    assert client.patch(url, headers=headers, json={"name": "  "}).status_code == 422
    assert client.patch(url, headers=headers, json={"name": " Key  in the safe "}).json()["name"] == "Key in the safe"
    assert client.delete(url, headers=headers).status_code == 204
    assert client.get("/auth/passkeys").status_code == 401
    assert client.get("/auth/passkeys", headers=headers).json()["items"] == []


def test_passkeys_are_changed_only_by_those_who_proved_lately_that_it_is_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    device = enrol(client, user)
    headers = bearer(actor_of(user))
    item = client.get("/auth/passkeys", headers=headers).json()["items"][0]
    monkeypatch.setattr(get_settings(), "step_up_s", -1)

    removed = client.delete(f"/auth/passkeys/{item['id']}", headers=headers)
    added = client.post("/auth/passkeys/options", headers=headers)

    assert (removed.status_code, removed.json()["code"]) == (403, "step_up_required")
    assert added.json()["code"] == "step_up_required"
    options = client.post("/auth/step-up/passkey-options", headers=headers).json()
    assert [each["id"] for each in options["allowCredentials"]] == [bytes_to_base64url(device.credential_id)]
    proof = {"credential": device.get(options)}
    assert client.post("/auth/step-up", headers=headers, json=proof).status_code == 204
    assert client.post("/auth/step-up", headers=headers, json=proof).status_code == 401
    monkeypatch.setattr(get_settings(), "step_up_s", 60)
    assert client.delete(f"/auth/passkeys/{item['id']}", headers=headers).status_code == 204


@pytest.mark.parametrize(
    ("public_url", "page", "sentence"),
    [
        ("https://10.0.0.5", "https://10.0.0.5", "host name"),
        ("https://[::1]:3000", "https://[::1]:3000", "host name"),
        ("http://pursight.example", "http://pursight.example", "encrypted"),
        ("https://pursight.example", "https://other.example", "at https://pursight.example only"),
        (None, "http://127.0.0.1:3000", "at http://localhost:3000 only"),
        (None, "http://localhost:3000", ""),
        ("https://pursight.example", "https://pursight.example", ""),
    ],
)
def test_where_passkeys_do_not_work_is_said(
    monkeypatch: pytest.MonkeyPatch, public_url: str | None, page: str, sentence: str
) -> None:
    monkeypatch.setattr(get_settings(), "public_url", public_url)

    reason = passkeys.why_not_at(page)

    assert sentence in reason
    assert bool(reason) == bool(sentence)


def test_at_an_ip_address_nothing_is_offered(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "public_url", "https://10.0.0.5")

    answer = client.post("/auth/passkeys/log-in-options")

    assert (answer.status_code, answer.json()["code"]) == (409, "passkeys_unavailable")


def test_the_public_key_is_all_that_is_kept(client: TestClient) -> None:
    user = make_user()
    device = enrol(client, user)
    with unit_of_work() as session:
        row = session.exec(select(Passkey).where(Passkey.user_id == user.id)).one()

    secret = device.key.private_numbers().private_value.to_bytes(32, "big")
    assert secret not in row.public_key
    assert base64url_to_bytes(device.user_handle) == user.id.bytes


def test_a_flood_of_begun_log_ins_is_stopped(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "OPTIONS_PER_ADDRESS", 0)

    answer = client.post("/auth/passkeys/log-in-options")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
