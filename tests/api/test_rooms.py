"""Rooms over REST: their life, their people, and who may not even know of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from pycrdt import Doc, Text
from sqlmodel import col, select
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from pursight_app.core import rooms as live
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError
from pursight_app.core.redis import redis
from pursight_app.models import (
    ActivityEvent,
    Finding,
    Member,
    Notification,
    OptimizationPlan,
    Participant,
    Pipeline,
    Role,
    Room,
    RoomEvent,
)
from pursight_app.services import access, collaboration
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    actor_of,
    bearer,
    make_folder_source,
    make_office,
    make_room,
    make_user,
    people_rows,
    room_things,
    say,
    scan_now,
    write_csv,
)

ROOMS = "/racine/collaboration"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def post(client: TestClient, path: str, who: dict[str, str], **body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{ROOMS}/{path}", json=body, headers=who)
    return answer.status_code, answer.json() if answer.content else {}


def status_of(room_id: UUID, user_id: UUID) -> str:
    with unit_of_work() as session:
        found = select(Participant).where(Participant.room_id == room_id, Participant.user_id == user_id)
        return session.exec(found).one().status


def kinds(room_id: UUID) -> list[str]:
    """Types of the room's events in their order; their numbers have no gap."""
    with unit_of_work() as session:
        events = session.exec(select(RoomEvent).where(RoomEvent.room_id == room_id).order_by(col(RoomEvent.seq))).all()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [event.type for event in events]


def test_the_whole_life_of_a_room(client: TestClient, office: Office) -> None:
    owner, member = bearer(office.steward), bearer(office.viewer)
    invitee = str(office.viewer.user_id)

    code, made = post(client, "session", owner, workspace_id=str(office.workspace_id), title="Card numbers")
    assert code == 201
    room = str(made["session_id"])
    assert redis().hget(f"pursight:room:{room}:state", "status") == "active"
    assert client.get(f"{ROOMS}/session/{room}", headers=member).status_code == 404
    assert post(client, "join", member, session_id=room)[0] == 404

    assert post(client, "invite", owner, session_id=room, user_id=invitee)[0] == 201
    bell = client.get("/api/notifications", headers=member).json()
    assert (bell["total"], bell["items"][0]["kind"], bell["items"][0]["session_id"]) == (1, "invitation", room)
    assert client.get(f"{ROOMS}/session/{room}/messages", headers=member).status_code == 404

    code, joined = post(client, "join", member, session_id=room)
    assert (code, joined["status"]) == (200, "active")
    assert joined["last_seq"] == 3
    assert client.get("/api/notifications", headers=member).json()["total"] == 0
    assert status_of(UUID(room), office.viewer.user_id) == "active"

    code, sent = post(client, "message", member, session_id=room, body="Hello", client_id="a")
    assert (code, sent["seq"]) == (201, 4)
    assert '"body":"Hello"' in redis().zrange(f"pursight:room:{room}:recent", -1, -1)[0]
    code, shared = post(client, "share-document", owner, session_id=room, title="Plan", content="# Plan")
    assert (code, shared["seq"]) == (201, 5)

    assert post(client, "end-session", member, session_id=room)[0] == 403
    assert post(client, "end-session", owner, session_id=room) == (200, {"session_id": room, "status": "ended"})
    for path, body in (
        ("message", {"body": "late", "client_id": "b"}),
        ("share-document", {"title": "late", "content": "x"}),
        ("invite", {"user_id": str(office.engineer.user_id)}),
        ("end-session", {}),
    ):
        code, refused = post(client, path, owner, session_id=room, **body)
        assert (code, refused["code"]) == (409, "session_ended"), path
    # Ended rooms stay readable.
    seen = client.get(f"{ROOMS}/session/{room}/messages", headers=member).json()
    assert [item["body"] for item in seen["items"]] == ["Hello"]
    assert seen["total"] == 1
    assert kinds(UUID(room)) == ["joined", "invitation", "joined", "message", "document_shared", "session_ended"]
    with unit_of_work() as session:
        done = session.exec(select(ActivityEvent.type).where(ActivityEvent.room_id == UUID(room))).all()
    assert sorted(done) == ["document_share", "room.create", "room.invite", "room.join", "session_ended"]


def test_nobody_outside_the_workspace_is_invited_by_accident(client: TestClient, office: Office) -> None:
    room, owner = make_room(office), bearer(office.steward)

    for body in (
        {"user_id": str(office.outsider.user_id)},
        {"email": office.outsider.email},
        {"email": "nobody@example.org"},
    ):
        code, refused = post(client, "invite", owner, session_id=str(room), **body)
        assert (code, refused["code"]) == (404, "not_a_member")
    assert client.get("/api/notifications", headers=bearer(office.outsider)).json()["total"] == 0


def test_a_guest_talks_and_sees_nothing_else(client: TestClient, office: Office) -> None:
    guest = make_user()
    with unit_of_work() as session:
        session.add(Member(workspace_id=office.workspace_id, user_id=guest.id, role=Role.GUEST))
        access.bump_version(session)
    room = make_room(office, actor_of(guest))
    headers = bearer(actor_of(guest))

    assert post(client, "message", headers, session_id=str(room), body="I am here", client_id="g")[0] == 201
    assert post(client, "session", headers, workspace_id=str(office.workspace_id), title="Mine")[0] == 403
    assert client.get(f"/api/catalog/search?workspace_id={office.workspace_id}&q=", headers=headers).status_code == 403


def test_declined_and_withdrawn_invitations_let_nobody_in(client: TestClient, office: Office) -> None:
    room, owner, viewer = str(make_room(office)), bearer(office.steward), bearer(office.viewer)
    invitee = str(office.viewer.user_id)

    post(client, "invite", owner, session_id=room, user_id=invitee)
    assert post(client, "decline", viewer, session_id=room)[0] == 204
    assert post(client, "join", viewer, session_id=room)[0] == 404
    post(client, "invite", owner, session_id=room, user_id=invitee)
    assert post(client, "withdraw", owner, session_id=room, user_id=invitee)[0] == 204
    assert post(client, "join", viewer, session_id=room)[0] == 404
    assert kinds(UUID(room)) == [
        "joined",
        "invitation",
        "invitation_declined",
        "invitation",
        "invitation_withdrawn",
    ]


def test_an_old_invitation_says_so(client: TestClient, office: Office) -> None:
    room = make_room(office)
    with unit_of_work() as session:
        made = collaboration.invite(session, office.steward, room, user_id=office.viewer.user_id)
        made.expires_at = made.created_at

    code, refused = post(client, "join", bearer(office.viewer), session_id=str(room))

    assert (code, refused["code"]) == (409, "invitation_expired")


def test_who_left_comes_back_and_reads_nothing_meanwhile(client: TestClient, office: Office) -> None:
    room, viewer = str(make_room(office, office.viewer)), bearer(office.viewer)

    assert post(client, "leave", viewer, session_id=room)[0] == 204
    assert client.get(f"{ROOMS}/session/{room}/messages", headers=viewer).status_code == 404
    assert post(client, "message", viewer, session_id=room, body="x", client_id="x")[0] == 404
    assert post(client, "join", viewer, session_id=room)[0] == 200


@pytest.mark.parametrize("gone", ["taken out", "not a member any more"])
def test_ac_37_who_was_removed_finds_no_history(client: TestClient, office: Office, gone: str) -> None:
    person = make_user()
    with unit_of_work() as session:
        session.add(Member(workspace_id=office.workspace_id, user_id=person.id, role=Role.VIEWER))
        access.bump_version(session)
    room, headers = make_room(office, actor_of(person)), bearer(actor_of(person))
    say(office.steward, room, "secret plans")
    if gone == "taken out":
        assert post(client, "withdraw", bearer(office.steward), session_id=str(room), user_id=str(person.id))[0] == 204
    else:
        with unit_of_work() as session:
            session.delete(session.exec(select(Member).where(Member.user_id == person.id)).one())
            access.bump_version(session)

    for path in (
        f"session/{room}",
        f"session/{room}/messages",
        f"session/{room}/events",
        f"session/{room}/documents",
        f"session/{room}/export",
    ):
        assert client.get(f"{ROOMS}/{path}", headers=headers).status_code == 404, path
    found = client.get(f"{ROOMS}/messages/search?workspace_id={office.workspace_id}&q=secret", headers=headers)
    assert "secret plans" not in found.text


def test_members_who_are_not_in_the_room_find_nothing_of_it(client: TestClient, office: Office) -> None:
    room = make_room(office, title="Layoffs")
    sent = say(office.steward, room, "unspeakable")
    for other in (office.administrator, office.engineer, office.root, office.outsider):
        headers = bearer(other)
        for path in (f"session/{room}", f"session/{room}/messages", f"messages/{sent.message_id}/history"):
            assert client.get(f"{ROOMS}/{path}", headers=headers).status_code == 404
        assert (
            client.patch(f"{ROOMS}/messages/{sent.message_id}", json={"body": "x"}, headers=headers).status_code == 404
        )
        listed = client.get(f"{ROOMS}/sessions?workspace_id={office.workspace_id}", headers=headers)
        assert "Layoffs" not in listed.text
        activity = client.get(f"/api/activity?workspace_id={office.workspace_id}", headers=headers)
        assert "Layoffs" not in activity.text


def test_a_room_is_about_a_thing_that_its_maker_may_see(client: TestClient, office: Office) -> None:
    code, refused = post(
        client,
        "session",
        bearer(office.steward),
        workspace_id=str(office.workspace_id),
        title="About",
        asset_id=str(uuid4()),
    )
    assert (code, refused["code"]) == (404, "not_found")
    code, _ = post(
        client,
        "session",
        bearer(office.steward),
        workspace_id=str(office.workspace_id),
        title="About",
        asset_id=str(uuid4()),
        scan_id=str(uuid4()),
    )
    assert code == 422


def test_a_room_opens_from_a_scan_a_finding_or_a_plan_for_whoever_may_see_it(
    client: TestClient, office: Office, tmp_path: Path
) -> None:
    write_csv(tmp_path / "people.csv", [*PEOPLE_HEADER, "password"], [[*row, "Hunter2!"] for row in people_rows()])
    source = make_folder_source(office, tmp_path)
    scan = scan_now(office, source)
    ids = {"workspace_id": office.workspace_id}
    with unit_of_work() as session:
        finding = session.exec(select(Finding).where(Finding.workspace_id == office.workspace_id)).first()
        pipeline = Pipeline(**ids, name="Discussed")
        session.add(pipeline)
        session.flush()
        plan = OptimizationPlan(**ids, pipeline_id=pipeline.id, version=1, status="ready")
        session.add(plan)
    assert finding is not None
    for name, thing in (("scan_id", scan.id), ("finding_id", finding.id), ("plan_id", plan.id)):
        body = {"workspace_id": str(office.workspace_id), "title": f"About a {name}", name: str(thing)}
        code, made = post(client, "session", bearer(office.steward), **body)
        assert code == 201, made
        with unit_of_work() as session:
            room = session.get_one(Room, UUID(str(made["session_id"])))
        assert (f"{room.subject_kind}_id", room.subject_id) == (name, thing)
        # Of another workspace it is none.
        elsewhere = {**body, "workspace_id": str(make_office().workspace_id)}
        assert post(client, "session", bearer(office.steward), **elsewhere)[0] == 404
        with unit_of_work() as session:
            other = access.load_actor(session, office.outsider.user_id)
        assert other is not None
        outside = {**body, "workspace_id": str(next(iter(other.roles)))}
        assert post(client, "session", bearer(other), **outside)[1]["code"] == "not_found"


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_titles_are_checked(client: TestClient, office: Office, title: str) -> None:
    assert post(client, "session", bearer(office.steward), workspace_id=str(office.workspace_id), title=title)[0] == 422


def test_ra_79_one_key_opens_one_room(client: TestClient, office: Office) -> None:
    headers = bearer(office.steward) | {"Idempotency-Key": uuid4().hex}
    body = {"workspace_id": str(office.workspace_id), "title": "Once"}

    first, second = (client.post(f"{ROOMS}/session", json=body, headers=headers) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


def at_once(work: Callable[[int], object], count: int) -> list[object]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_ra_82_fifty_accepts_of_one_invitation_make_one_seat(office: Office) -> None:
    room = make_room(office)
    with unit_of_work() as session:
        collaboration.invite(session, office.steward, room, user_id=office.viewer.user_id)

    def accept(_: int) -> str:
        with unit_of_work() as session:
            return collaboration.join(session, office.viewer, room).participant.status

    assert set(at_once(accept, 50)) == {"active"}
    assert kinds(room) == ["joined", "invitation", "joined"]


def test_ra_83_nothing_is_said_after_the_end(office: Office) -> None:
    for _ in range(10):
        room = make_room(office, office.viewer)

        def act(turn: int, room: UUID = room) -> str:
            try:
                if turn == 4:
                    with unit_of_work() as session:
                        collaboration.end_room(session, office.steward, room)
                else:
                    say(office.viewer, room, f"message {turn}")
            except ConflictError as error:
                return error.code
            return "done"

        outcomes = at_once(act, 9)
        assert set(outcomes) <= {"done", "session_ended"}
        told = kinds(room)
        assert told[-1] == "session_ended"
        assert told.count("message") == outcomes.count("done") - 1


def test_ra_84_ended_once(office: Office) -> None:
    room = make_room(office)

    def end(_: int) -> str:
        try:
            with unit_of_work() as session:
                collaboration.end_room(session, office.steward, room)
        except ConflictError as error:
            return error.code
        return "done"

    assert sorted(at_once(end, 8)) == ["done", *["session_ended"] * 7]
    assert kinds(room).count("session_ended") == 1
    with unit_of_work() as session:
        ends = select(ActivityEvent).where(ActivityEvent.room_id == room, ActivityEvent.type == "session_ended")
        assert len(session.exec(ends).all()) == 1


def test_ra_86_unread_counts_end_right(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer)
    for turn in range(20):
        say(office.steward, room, f"{turn}")

    def read(turn: int) -> int:
        with unit_of_work() as session:
            return collaboration.mark_read(session, office.viewer, room, turn * 3)

    assert min(at_once(read, 16)) >= 0  # type: ignore[type-var]
    with unit_of_work() as session:
        row = next(
            row
            for row in collaboration.list_rooms(session, office.viewer, office.workspace_id)[0]
            if row.room.id == room
        )
        seq = session.get_one(Room, room).last_seq
    assert row.unread == max(0, seq - 45) if seq > 45 else row.unread == 0
    assert post(client, "read", bearer(office.viewer), session_id=str(room), seq=10**9)[1] == {"read_seq": seq}
    assert post(client, "read", bearer(office.viewer), session_id=str(room), seq=1)[1] == {"read_seq": seq}


def test_ra_86_reading_while_others_write_ends_at_nothing_unread(office: Office) -> None:
    room = make_room(office, office.viewer)
    unread: list[int] = []

    def write_or_read(turn: int) -> int:
        if turn % 2:
            return say(office.steward, room, f"{turn}").seq
        with unit_of_work() as session:
            mine, _ = collaboration.list_rooms(session, office.viewer, office.workspace_id)
            unread.append(next(row.unread for row in mine if row.room.id == room))
            return collaboration.mark_read(session, office.viewer, room, 10**9)

    at_once(write_or_read, 24)

    assert all(0 <= count <= 12 for count in unread)
    with unit_of_work() as session:
        collaboration.mark_read(session, office.viewer, room, 10**9)
        mine, _ = collaboration.list_rooms(session, office.viewer, office.workspace_id)
        assert next(row.unread for row in mine if row.room.id == room) == 0


def test_an_invitation_that_leads_nowhere_leaves_the_bell(client: TestClient, office: Office) -> None:
    room, headers = make_room(office), bearer(office.engineer)

    def unseen() -> list[str]:
        items = client.get("/api/notifications", headers=headers).json()["items"]
        return [item["kind"] for item in items if item["session_id"] == str(room) and not item["is_seen"]]

    def ask() -> None:
        with unit_of_work() as session:
            collaboration.invite(session, office.steward, room, user_id=office.engineer.user_id)

    ask()
    assert unseen() == ["invitation"]
    with unit_of_work() as session:
        collaboration.withdraw(session, office.steward, room, office.engineer.user_id)
    assert unseen() == []
    ask()
    with unit_of_work() as session:
        own = select(Participant).where(Participant.room_id == room, Participant.user_id == office.engineer.user_id)
        session.exec(own).one().expires_at = now() - timedelta(seconds=1)
    collaboration.sweep_expired_invitations()
    assert unseen() == []
    assert status_of(room, office.engineer.user_id) == "expired"
    assert post(client, "join", headers, session_id=str(room))[1]["code"] == "invitation_expired"
    ask()
    with unit_of_work() as session:
        collaboration.end_room(session, office.steward, room)
    assert unseen() == []
    assert status_of(room, office.engineer.user_id) == "expired"
    room = make_room(office)
    ask()
    assert post(client, "join", headers, session_id=str(room))[0] == 200


def test_who_does_nothing_for_long_is_away_until_they_write(office: Office) -> None:
    room = make_room(office, office.viewer)
    me, key = str(office.viewer.user_id), f"pursight:room:{room}"
    live.sign_of_life(room, [me], is_active=True)
    assert live.who_is_there(room)[me] == "online"

    redis().zadd(f"{key}:active", {me: 1})
    live.drop_silent()
    assert live.who_is_there(room)[me] == "idle"
    assert redis().sismember(f"{key}:idle", me)
    live.sign_of_life(room, [me], is_active=True)
    live.drop_silent()

    assert live.who_is_there(room)[me] == "online"
    assert not redis().sismember(f"{key}:idle", me)


def test_what_somebody_has_open_is_known_until_they_are_gone(office: Office) -> None:
    room, me = make_room(office, office.viewer), str(office.viewer.user_id)
    live.sign_of_life(room, [me])
    live.look_at(room, me, "a document")
    assert live.who_looks(room) == {me: "a document"}
    live.gone(room, me)
    assert live.who_looks(room) == {}


def hear_to_the_end(socket: WebSocketTestSession) -> None:
    while True:
        socket.receive_json()


def test_a_bot_talks_with_an_api_token_until_it_is_revoked(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer)
    people = bearer(office.viewer)
    made = client.post(
        "/api/tokens", json={"name": "bot", "scopes": ["room.join"], "expires_in_days": 1}, headers=people
    ).json()
    bot = {"Authorization": f"Bearer {made['token']}"}
    said = post(client, "message", bot, session_id=str(room), body="from a bot", client_id="b1")
    assert said[0] == 201
    url = f"/racine/events?session_id={room}&after_seq={int(str(said[1]['seq'])) - 1}"
    with client.websocket_connect(url, headers=bot) as socket:
        event = socket.receive_json()
        assert (event["type"], event["data"]["body"]) == ("message", "from a bot")
        assert client.delete(f"/api/tokens/{made['id']}", headers=people).status_code == 204
        with pytest.raises(WebSocketDisconnect):
            hear_to_the_end(socket)
    assert post(client, "message", bot, session_id=str(room), body="again", client_id="b2")[0] == 401


def test_an_export_holds_all_that_was_said_shared_decided_and_promised(client: TestClient, office: Office) -> None:
    things = room_things(office, office.viewer)
    room = things["session_id"]
    with unit_of_work() as session:
        note = collaboration.share_note(session, office.steward, room, title="A note").id
    document = Doc()
    document["body"] = Text("Written together")
    with unit_of_work() as session:
        collaboration.write_note(session, office.steward, note, document.get_update())
    url = f"{ROOMS}/session/{room}/export"

    told = client.get(url, headers=bearer(office.viewer)).json()
    text = client.get(f"{url}?format=markdown", headers=bearer(office.viewer)).text

    assert [message["body"] for message in told["messages"]] == ["words"]
    assert {(each["title"], each["text"]) for each in told["documents"]} == {
        ("A text", "words"),
        ("A note", "Written together"),
    }
    assert [each["title"] for each in told["decisions"]] == ["Do it"]
    assert [(each["title"], each["status"]) for each in told["tasks"]] == [("Do it", "open")]
    for part in ("> words", "Written together", "## Decisions", "## Tasks"):
        assert part in text


def test_presence_comes_and_goes(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer)
    live.gone(room, office.viewer.user_id)

    def presence() -> str:
        shown = client.get(f"{ROOMS}/session/{room}", headers=bearer(office.steward)).json()
        return next(
            person["presence"] for person in shown["participants"] if person["user_id"] == str(office.viewer.user_id)
        )

    assert presence() == "offline"
    live.sign_of_life(room, [office.viewer.user_id])
    assert presence() == "online"
    # Nothing heard for longer than a line may be silent.
    redis().zadd(f"pursight:room:{room}:there", {str(office.viewer.user_id): 1})
    assert presence() == "offline"
    live.drop_silent()
    assert redis().zscore(f"pursight:room:{room}:there", str(office.viewer.user_id)) is None


def test_typing_is_forgotten_by_itself(client: TestClient, office: Office) -> None:
    room = make_room(office)

    assert post(client, "typing", bearer(office.steward), session_id=str(room))[0] == 204
    assert live.who_types(room) == {str(office.steward.user_id): office.steward.name}
    assert 0 < redis().ttl(f"pursight:room:{room}:typing:{office.steward.user_id}") <= 5


def test_notifications_are_one_s_own(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer)
    say(office.steward, room, f"@{office.viewer.email} look")
    with unit_of_work() as session:
        mention = session.exec(
            select(Notification).where(Notification.room_id == room, Notification.kind == "mention")
        ).one()
    body = {"notification_id": str(mention.id)}

    client.post("/api/notifications/seen", json=body, headers=bearer(office.engineer))
    with unit_of_work() as session:
        assert session.get_one(Notification, mention.id).read_at is None
    client.post("/api/notifications/seen", json=body, headers=bearer(office.viewer))
    with unit_of_work() as session:
        assert session.get_one(Notification, mention.id).read_at is not None
