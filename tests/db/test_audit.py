"""The audit log is append-only, and whoever gets round that is found by its chain."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, select

from pursight_app.core.db import database_url, engine, unit_of_work
from pursight_app.core.errors import InvalidInputError, PermissionDeniedError
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.models import AuditEvent
from pursight_app.services import audit
from pursight_app.services.audit import Anchor, Subject, digest
from tests.factories import Office, make_office

pytestmark = pytest.mark.usefixtures("services")
OFF, ON = "ALTER TABLE audit_event DISABLE TRIGGER USER", "ALTER TABLE audit_event ENABLE TRIGGER USER"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def add_events(count: int = 3, **detail: object) -> None:
    for _ in range(count):
        audit.record_apart(None, "test.run", Subject("test", uuid4()), "ok", **detail)


def end_of_log() -> Anchor:
    with unit_of_work() as session:
        report = audit.verify(session)
    assert report.is_unbroken, report.problem
    return report.anchor


@contextmanager
def tampered(*statements: str, **values: object) -> Generator[Session]:
    """What a superuser of PostgreSQL can do, undone at the end."""
    with Session(engine()) as session:
        for statement in (OFF, *statements, ON):
            session.execute(text(statement), values)
        yield session
        session.rollback()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET result = 'ok'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_se_78_the_application_cannot_change_or_remove_events(statement: str) -> None:
    add_events(1)
    with Session(engine()) as session, pytest.raises(ProgrammingError, match="append-only"):
        session.execute(text(statement))


def test_se_78_a_removed_event_is_a_gap() -> None:
    add_events()
    gone = end_of_log().position - 1

    with tampered("DELETE FROM audit_event WHERE position = :gone", gone=gone) as session:
        report = audit.verify(session)

    assert report.broken_at == gone
    assert report.problem == f"Event {gone} is missing: the log goes on with event {gone + 1}."


def test_se_78_a_removed_event_with_the_rest_moved_up_does_not_fit_its_neighbour() -> None:
    add_events()
    gone = end_of_log().position - 1
    with tampered(
        "DELETE FROM audit_event WHERE position = :gone",
        "UPDATE audit_event SET position = position - 1 WHERE position > :gone",
        gone=gone,
    ) as session:
        report = audit.verify(session)

    assert report.broken_at == gone
    assert "does not follow" in report.problem


@pytest.mark.parametrize(
    "change",
    [
        "result = 'denied'",
        "actor_email = 'somebody.else@example.org'",
        "detail = '{\"n\": 2}'",
        "created_at = created_at - interval '1 microsecond'",
        "actor_id = gen_random_uuid()",
        "workspace_id = gen_random_uuid()",
        "address = '203.0.113.9'",
        "id = gen_random_uuid()",
    ],
)
def test_se_78_a_changed_event_is_found(change: str) -> None:
    add_events(n=1)
    changed = end_of_log().position - 1

    with tampered(f"UPDATE audit_event SET {change} WHERE position = :changed", changed=changed) as session:
        report = audit.verify(session)

    assert report.broken_at == changed
    assert report.problem == f"Event {changed} was changed after it was written."


def test_se_78_removed_last_events_are_found_by_the_head() -> None:
    add_events()
    last = end_of_log().position

    with tampered("DELETE FROM audit_event WHERE position > :kept", kept=last - 2) as session:
        report = audit.verify(session)

    assert report.broken_at == last - 1
    assert "The end is missing" in report.problem


def test_se_78_removed_last_events_with_a_rewritten_head_are_found_by_a_noted_anchor() -> None:
    add_events()
    noted = end_of_log()
    rewrite = "UPDATE audit_head SET (position, hash) = (SELECT position, hash FROM audit_event WHERE position = :kept)"
    cut = "DELETE FROM audit_event WHERE position > :kept"

    with tampered(cut, rewrite, kept=noted.position - 1) as session:
        alone, with_anchor = audit.verify(session), audit.verify(session, expected=noted)

    assert alone.is_unbroken
    assert with_anchor.broken_at == noted.position


def test_se_78_a_log_rewritten_with_right_hashes_is_found_by_a_noted_anchor() -> None:
    add_events()
    noted = end_of_log()
    with Session(engine()) as session:
        session.execute(text(OFF))
        rewritten = session.exec(select(AuditEvent).where(AuditEvent.position == noted.position)).one()
        rewritten.actor_email = "nobody@example.org"
        rewritten.hash = digest(rewritten)
        session.flush()
        session.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": rewritten.hash})
        alone, with_anchor = audit.verify(session), audit.verify(session, expected=noted)
        session.rollback()

    assert alone.is_unbroken
    assert with_anchor.broken_at == noted.position
    assert "rewritten" in with_anchor.problem


def test_an_older_anchor_holds_while_the_log_grows() -> None:
    add_events()
    noted = end_of_log()
    add_events()

    with unit_of_work() as session:
        report = audit.verify(session, expected=Anchor.parse(f" {noted}\n"))

    assert report.is_unbroken
    assert report.anchor.position == noted.position + 3


@pytest.mark.parametrize("wrong", ["", "12", "x:" + "a" * 64, "0:" + "a" * 64, "3:abc", "-1:" + "a" * 64])
def test_a_malformed_anchor_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInputError):
        Anchor.parse(wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(JSON, min_size=1, max_size=4), name=st.text(max_size=30))
def test_whatever_an_event_tells_has_the_same_hash_when_it_is_read_again(values: list[object], name: str) -> None:
    audit.record_apart(None, "test.run", Subject(name, name), "ok", before=values[0], after=values)

    with Session(engine()) as session:
        kept = session.exec(select(AuditEvent).order_by(AuditEvent.position.desc()).limit(1)).one()  # type: ignore[attr-defined]

    assert kept.hash == digest(kept)


@pytest.mark.parametrize(
    "value", [1e16, 1.5e300, -0.0, 1e-7, float("nan"), float("inf"), "\0a", "\ud800", 2**70, (1, 2)]
)
def test_values_that_json_or_postgresql_write_otherwise_verify(value: object) -> None:
    add_events(1, value=value)

    end_of_log()


_COPIED = (
    "created_at, workspace_id, actor_id, actor_email, address, user_agent, request_id, action, subject_kind, "
    "subject_id, result, detail, previous_hash, hash"
)
_COPY = f"SELECT gen_random_uuid(), -1, {_COPIED} FROM audit_event WHERE position = :at"
TAMPERS = {
    "remove": ["DELETE FROM audit_event WHERE position = :at"],
    "edit": ["UPDATE audit_event SET subject_id = subject_id || 'x' WHERE position = :at"],
    "edit its hash": ["UPDATE audit_event SET hash = repeat('0', 64) WHERE position = :at"],
    "cut": ["DELETE FROM audit_event WHERE position >= :at"],
    "swap": [
        "UPDATE audit_event SET position = -1 WHERE position = :at",
        "UPDATE audit_event SET position = :at WHERE position = :at - 1",
        "UPDATE audit_event SET position = :at - 1 WHERE position = -1",
    ],
    "double": [f"INSERT INTO audit_event (id, position, {_COPIED}) {_COPY}"],
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(TAMPERS)), back=st.integers(0, 8), count=st.integers(1, 10))
def test_se_78_any_tampering_anywhere_is_found(kind: str, back: int, count: int) -> None:
    add_events(count)
    last = end_of_log().position
    at = max(2, last - back)

    with tampered(*TAMPERS[kind], at=at) as session:
        report = audit.verify(session)

    assert not report.is_unbroken, kind


def test_a_walk_takes_the_log_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    add_events(5)
    whole = end_of_log()
    monkeypatch.setattr("pursight_app.services.audit.verification._BATCH_EVENTS", 2)

    with unit_of_work() as session:
        report = audit.verify(session)

    assert (report.anchor, report.event_count) == (whole, whole.position)


OLD_EVENTS = """
INSERT INTO audit_event (id, created_at, workspace_id, actor_id, actor_email, action, subject_kind, subject_id, result,
                         detail)
SELECT gen_random_uuid(), now() - n * interval '1 hour', gen_random_uuid(), gen_random_uuid(), 'jürgen@example.org',
       'member.set', 'member', n::text, 'ok', '{"after": 1.50, "before": {"b": null, "a": ["ü", 1e16]}}'
FROM generate_series(1, 5) n
"""


def test_the_migration_chains_the_events_of_older_versions(tmp_path: Path) -> None:
    name = f"old_{uuid4().hex[:8]}"
    url = make_url(database_url()).set(database=name)
    environment = {**os.environ, "PURSIGHT_DATABASE_URL": url.render_as_string(hide_password=False)}

    def pursight(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)

    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        upgrade = "from alembic import command; from pursight_app.runtime.migrations import alembic_config as c; "
        assert pursight("-c", f"{upgrade}command.upgrade(c(), '0001')").returncode == 0
        with psycopg.connect(environment["PURSIGHT_DATABASE_URL"]) as old:
            old.execute(OLD_EVENTS)
        assert pursight("-m", "pursight_app", "migrate").returncode == 0

        first = pursight("-m", "pursight_app", "audit", "verify", "--anchor", str(tmp_path / "anchor"))
        with psycopg.connect(environment["PURSIGHT_DATABASE_URL"]) as changed:
            changed.execute(OFF)
            changed.execute("UPDATE audit_event SET actor_email = 'x' WHERE position = 3")
        second = pursight("-m", "pursight_app", "audit", "verify")
    finally:
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "5 events, unbroken.")
    assert first.stdout.splitlines()[1].endswith((tmp_path / "anchor").read_text().strip())
    assert (second.returncode, second.stdout.startswith("BROKEN at event 3.")) == (1, True)


def test_only_administrators_of_the_installation_check_the_chain(office: Office) -> None:
    with unit_of_work() as session:
        assert audit.check_chain(session, office.root).is_unbroken
        with pytest.raises(PermissionDeniedError):
            audit.check_chain(session, office.administrator)


def test_a_refused_attempt_is_kept_once_a_minute_and_the_rest_counted(office: Office) -> None:
    error = PermissionDeniedError("No.", workspace_id=office.workspace_id)
    place = Subject("data_source", uuid4())
    for _ in range(20):
        audit.record_denied(error, office.viewer, "DELETE /api/data-sources/{id}", place)
    audit.record_denied(error, office.viewer, "PATCH /api/data-sources/{id}", place)

    kept = denials_of(office)

    assert [event.result for event in kept] == ["denied", "denied"]
    assert {event.workspace_id for event in kept} == {office.workspace_id}
    assert [event.detail.get("also_refused", 0) for event in kept] == [0, 19]


def test_somebody_who_tries_everything_adds_few_events(office: Office) -> None:
    error = PermissionDeniedError("No.", workspace_id=office.workspace_id)
    for number in range(200):
        audit.record_denied(error, office.engineer, "GET /x", Subject("asset", str(number)))

    with unit_of_work() as session:
        kept = session.exec(select(AuditEvent).where(AuditEvent.actor_id == office.engineer.user_id)).all()

    assert len(kept) == 30


def denials_of(office: Office) -> list[AuditEvent]:
    with unit_of_work() as session:
        found = select(AuditEvent).where(AuditEvent.actor_id == office.viewer.user_id, AuditEvent.result == "denied")
        return sorted(session.exec(found).all(), key=lambda event: event.position)
