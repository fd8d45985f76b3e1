"""Keys are lost, are others, or are replaced while a process is killed: nothing is lost and nothing becomes plain text."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import LargeBinary
from sqlmodel import Session, SQLModel, select

from pursight_app.core.db import database_url, unit_of_work
from pursight_app.core.redis import redis_url
from pursight_app.core.secrets import ENCRYPTION_KEYS, decrypt, encrypt, jwt_signing_key, key_id_of
from pursight_app.models import AuditEvent, DataSource, UserAccount
from pursight_app.services import keys
from tests.factories import Office, make_office, make_user
from tests.faults.house import House, open_house
from tests.faults.processes import Command, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROWS = 500


@pytest.fixture(scope="module")
def own_house() -> Generator[House]:
    """Not the shared one: this house changes its keys."""
    with open_house() as house:
        yield house


@pytest.fixture
def vault(own_house: House) -> Generator[House]:
    yield own_house
    with unit_of_work() as session:
        for source in session.exec(select(DataSource)).all():
            session.delete(source)


def add_sources(office: Office, count: int = 3) -> dict[str, str]:
    """Sources with planted passwords, by id."""
    planted = {uuid4(): f"planted-{uuid4().hex}" for _ in range(count)}
    with unit_of_work() as session:
        for source_id, password in planted.items():
            source = DataSource(id=source_id, workspace_id=office.workspace_id, name=source_id.hex, kind="postgresql")
            source.secret = encrypt({"password": password}, context=source_id.hex)
            session.add(source)
    return {source_id.hex: password for source_id, password in planted.items()}


def read_sources() -> dict[str, str]:
    with unit_of_work() as session:
        rows = session.exec(select(DataSource)).all()
    return {row.id.hex: decrypt(row.secret or b"", context=row.id.hex)["password"] for row in rows}


def key_ids() -> set[str]:
    with unit_of_work() as session:
        return {key_id_of(row.secret or b"") for row in session.exec(select(DataSource)).all()}


def files_of(home: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (home / "secrets").glob("encryption*")}


@pytest.mark.parametrize("what", ["missing", "another"])
@pytest.mark.parametrize("command", [("worker",), ("up", "--port", "38471")], ids=["worker", "up"])
def test_se_73_without_the_right_key_nothing_starts(vault: House, what: str, command: tuple[str, ...]) -> None:
    planted = add_sources(make_office())
    kept = vault.home / "kept"
    shutil.copytree(vault.home / "secrets", kept)
    home = vault.home / f"other-{uuid4().hex[:6]}"
    shutil.copytree(vault.home / "secrets", home / "secrets")
    for path in (home / "secrets").glob("encryption*"):
        path.unlink()
    if what == "another":
        (home / "secrets" / "encryption.key").write_text(os.urandom(32).hex())
    before = files_of(home)

    started = Command(home, *command, PURSIGHT_DATABASE_URL=database_url(), PURSIGHT_REDIS_URL=redis_url())
    try:
        code = started.exit_code(within_s=60)
    finally:
        started.stop()
        shutil.rmtree(kept)

    assert code == 2, started.text
    assert "PurSight does not start: its database holds encrypted secrets" in started.text
    # A new key would have made it look as if all were well.
    assert files_of(home) == before
    assert read_sources() == planted


def test_one_damaged_secret_does_not_stop_the_start(vault: House) -> None:
    add_sources(make_office())
    with unit_of_work() as session:
        session.exec(select(DataSource)).first().secret = b"damaged"  # type: ignore[union-attr]

    with unit_of_work() as session:
        keys.ensure_keys_fit(session)


def test_rotation_encrypts_everything_anew_and_removes_the_old_key(vault: House) -> None:
    planted = add_sources(make_office(), 30)
    user = make_user()
    with unit_of_work() as session:
        session.get_one(UserAccount, user.id).totp_secret = encrypt({"secret": "JBSWY3DP"}, context=user.id.hex)
    old = ENCRYPTION_KEYS.newest().id

    done = keys.rotate_encryption_key(lambda _: None, settle_s=0)

    assert (done.rewritten, done.unreadable, done.is_resumed) == (31, (), False)
    assert [key.id for key in ENCRYPTION_KEYS.active()] == [done.key_id] != [old]
    assert (key_ids(), read_sources()) == ({done.key_id}, planted)
    with unit_of_work() as session:
        totp = session.get_one(UserAccount, user.id).totp_secret
        assert decrypt(totp or b"", context=user.id.hex) == {"secret": "JBSWY3DP"}
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "key.rotate")).all()[-1]
        keys.ensure_keys_fit(session)
    assert event.detail == {"key": done.key_id, "secrets": 31, "unreadable": 0}


def test_a_secret_that_no_key_opens_keeps_the_old_keys(vault: House) -> None:
    planted = add_sources(make_office())
    damaged, password = next(iter(planted.items()))
    with unit_of_work() as session:
        rows = session.exec(select(DataSource)).all()
        row = next(row for row in rows if row.id.hex == damaged)
        whole, row.secret = row.secret, (row.secret or b"")[:-1] + b"x"
    before = [key.id for key in ENCRYPTION_KEYS.active()]

    done = keys.rotate_encryption_key(lambda _: None, settle_s=0)

    assert done.unreadable == (f"data_source {row.id}",)
    assert [key.id for key in ENCRYPTION_KEYS.active()] == [*before, done.key_id]
    with unit_of_work() as session:
        session.get_one(DataSource, row.id).secret = whole
    again = keys.rotate_encryption_key(lambda _: None, settle_s=0)
    assert (again.is_resumed, again.key_id, again.rewritten, again.unreadable) == (True, done.key_id, 1, ())
    assert read_sources()[damaged] == password


def test_se_74_a_rotation_killed_half_way_leaves_both_keys_and_the_next_one_finishes(vault: House) -> None:
    planted = add_sources(make_office(), ROWS)
    old = ENCRYPTION_KEYS.newest().id
    with unit_of_work() as session:
        in_the_middle = sorted(row.id for row in session.exec(select(DataSource)).all())[ROWS // 2]

    with psycopg.connect(database_url()) as blocker:
        blocker.execute("SELECT 1 FROM data_source WHERE id = %s FOR UPDATE", [in_the_middle])
        rotation = Command(vault.home, "rotate-keys", "encryption")
        wait_until(lambda: len(key_ids()) == 2, "some secrets are of the new key")
        rotation.kill()

    active = [key.id for key in ENCRYPTION_KEYS.active()]
    assert active == [old, str(int(old) + 1)]
    # Both are read, by everybody, and what is stored now is of the new key.
    assert read_sources() == planted
    assert key_id_of(encrypt({"a": "b"}, context="c")) == active[1]
    with unit_of_work() as session:
        keys.ensure_keys_fit(session)

    again = Command(vault.home, "rotate-keys", "encryption")
    assert again.exit_code(within_s=60) == 0, again.text

    assert "Going on with the rotation that was begun" in again.text
    assert [key.id for key in ENCRYPTION_KEYS.active()] == [active[1]]
    assert (key_ids(), read_sources()) == ({active[1]}, planted)


def test_se_74_a_rotation_killed_before_it_has_begun_to_encrypt_is_gone_on_with(vault: House) -> None:
    planted = add_sources(make_office())
    made = ENCRYPTION_KEYS.add()

    done = keys.rotate_encryption_key(lambda _: None, settle_s=0)

    assert (done.key_id, done.is_resumed) == (made.id, True)
    assert read_sources() == planted


def test_the_command_signs_with_a_new_key_that_this_process_sees(vault: House) -> None:
    before, _ = jwt_signing_key()
    command = Command(vault.home, "rotate-keys", "jwt")

    assert command.exit_code(within_s=60) == 0, command.text
    assert jwt_signing_key()[0] == str(int(before) + 1)


def test_every_encrypted_column_is_known_to_the_rotation() -> None:
    known = {(model.__tablename__, name) for model, name in keys.ENCRYPTED}
    binary = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    # Public keys and the ids of passkeys are no secrets, nor are the numbers that models learn from, nor what a room reads.
    no_secrets = {"passkey", "column_features", "note_update"}
    assert {each for each in binary if each[0] not in no_secrets} == known


def test_a_secret_stored_during_the_rotation_is_not_lost(vault: House) -> None:
    """Somebody has encrypted with the old key and not yet committed when the rotation comes by."""
    office = make_office()
    add_sources(office)
    source_id = uuid4()
    with unit_of_work() as session:
        source = DataSource(id=source_id, workspace_id=office.workspace_id, name="late", kind="postgresql")
        source.secret = encrypt({"password": "late"}, context=source_id.hex)
        session.add(source)
        session.flush()
        rotation = Command(vault.home, "rotate-keys", "encryption")
        wait_until(lambda: _waits_for_lock(session), "the rotation waits for this transaction")
    assert rotation.exit_code(within_s=60) == 0, rotation.text

    assert read_sources()[source_id.hex] == "late"


def _waits_for_lock(session: Session) -> bool:
    with psycopg.connect(database_url()) as other:
        statement = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'"
        return other.execute(statement).fetchone() is not None
