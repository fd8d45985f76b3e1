"""Where somebody is logged in, and ending it, over REST."""

from uuid import uuid4

from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import AuditEvent
from tests.factories import actor_of, bearer, make_user


def test_one_sees_and_ends_ones_own_sessions(client: TestClient) -> None:
    me = actor_of(make_user())
    here, there = bearer(me), bearer(me)

    listed = client.get("/api/sessions", headers=here).json()["items"]
    other = next(item for item in listed if not item["is_current"])
    ended = client.delete(f"/api/sessions/{other['id']}", headers=here)

    assert len(listed) == 2
    assert ended.status_code == 204
    assert client.get("/auth/me", headers=there).status_code == 401
    assert client.get("/auth/me", headers=here).status_code == 200
    assert len(client.get("/api/sessions", headers=here).json()["items"]) == 1


def test_all_others_end_at_once_and_this_one_stays(client: TestClient) -> None:
    me = actor_of(make_user())
    here, others = bearer(me), [bearer(me) for _ in range(3)]

    answer = client.post("/api/sessions/end-others", headers=here)

    assert answer.json() == {"ended": 3}
    assert {client.get("/auth/me", headers=other).status_code for other in others} == {401}
    assert client.get("/auth/me", headers=here).status_code == 200


def test_nobody_sees_or_ends_the_sessions_of_others(client: TestClient) -> None:
    victim, stranger = actor_of(make_user()), actor_of(make_user())
    theirs, mine = bearer(victim), bearer(stranger)
    session_id = client.get("/api/sessions", headers=theirs).json()["items"][0]["id"]

    assert client.get(f"/api/sessions?user_id={victim.user_id}", headers=mine).status_code == 403
    assert client.delete(f"/api/sessions/{session_id}", headers=mine).status_code == 404
    assert client.delete(f"/api/sessions/{uuid4()}", headers=mine).status_code == 404
    assert client.get("/auth/me", headers=theirs).status_code == 200


def test_an_administrator_ends_anybodys_session_and_the_log_says_so(client: TestClient) -> None:
    person, root = actor_of(make_user()), actor_of(make_user(is_administrator=True))
    theirs, mine = bearer(person), bearer(root)
    session_id = client.get(f"/api/sessions?user_id={person.user_id}", headers=mine).json()["items"][0]["id"]

    assert client.delete(f"/api/sessions/{session_id}", headers=mine).status_code == 204

    assert client.get("/auth/me", headers=theirs).status_code == 401
    with unit_of_work() as session:
        event = session.exec(
            select(AuditEvent).where(AuditEvent.action == "session.end", AuditEvent.subject_id == str(person.user_id))
        ).one()
    assert event.actor_id == root.user_id
    assert event.detail["login_session"] == session_id
