"""What is said in rooms: once, in order, changed with a history, found again."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.api.turns import _Turn
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, NotFoundError
from pursight_app.core.redis import redis
from pursight_app.models import Message, MessageVersion, Reaction
from pursight_app.services import collaboration
from pursight_app.services.access import Actor, Permission, TokenLimits
from pursight_app.services.collaboration import messages
from tests.factories import Office, bearer, make_office, make_room, say

ROOMS = "/racine/collaboration"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture
def room(office: Office) -> UUID:
    return make_room(office, office.viewer)


def test_the_same_client_id_is_said_once(client: TestClient, office: Office, room: UUID) -> None:
    body = {"session_id": str(room), "body": "Once", "client_id": "one"}
    headers = bearer(office.viewer)

    first = client.post(f"{ROOMS}/message", json=body, headers=headers)
    second = client.post(f"{ROOMS}/message", json=body, headers=headers)
    # Somebody else's id of the same name is another message.
    other = client.post(f"{ROOMS}/message", json=body, headers=bearer(office.steward))

    assert (first.status_code, second.status_code, other.status_code) == (201, 200, 201)
    assert first.json() == second.json()
    assert other.json()["seq"] == first.json()["seq"] + 1


def test_twenty_at_once_with_one_client_id_are_one(office: Office, room: UUID) -> None:
    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(lambda _: say(office.viewer, room, "Once", client_id="same"), range(20)))

    assert len({each.message_id for each in sent}) == 1
    assert [each.is_new for each in sent].count(True) == 1


@pytest.mark.parametrize(("goes", "error"), [("leaves", NotFoundError), ("ends", ConflictError)])
def test_who_waits_for_the_room_and_loses_it_meanwhile_says_nothing(
    office: Office, room: UUID, goes: str, error: type[Exception]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work() as session:
            if goes == "leaves":
                collaboration.leave_room(session, office.viewer, room)
            else:
                collaboration.end_room(session, office.steward, room)
            session.flush()
            waiting = pool.submit(say, office.viewer, room, "Too late")
            with pytest.raises(TimeoutError):
                waiting.result(0.5)
        with pytest.raises(error):
            waiting.result(10)

    with unit_of_work() as session:
        assert session.exec(select(Message).where(Message.room_id == room)).first() is None


def test_a_token_for_another_workspace_says_nothing_from_its_owners_seat(office: Office, room: UUID) -> None:
    limits = TokenLimits(uuid4(), frozenset({Permission.ROOM_JOIN}), uuid4())

    with pytest.raises(NotFoundError):
        say(Actor(office.viewer.policy, limits=limits), room, "From elsewhere")

    with unit_of_work() as session:
        assert session.exec(select(Message).where(Message.room_id == room)).first() is None


def test_many_writers_get_one_order_without_a_gap(office: Office, room: UUID) -> None:
    def write(turn: int) -> int:
        return say(office.steward if turn % 2 else office.viewer, room, str(turn)).seq

    with ThreadPoolExecutor(12) as pool:
        numbers = list(pool.map(write, range(60)))

    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 60))
    with unit_of_work() as session:
        events = collaboration.events_after(session, room, min(numbers) - 1)
    assert [event["seq"] for event in events] == sorted(numbers)
    assert all(event["data"]["body"] for event in events)  # type: ignore[index]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        (" \n\t", 422),
        ("x" * 16_001, 422),
        ("a\x00b", 422),
        ("x" * 1_000_000, 422),
        ("@you " * 10_000, 422),
        ("{{7*7}} {0.__class__} ${jndi:x}", 201),
        ("<script>alert(1)</script>", 201),
        ("💬 مرحبا \u202e", 201),
    ],
)
def test_ex_104_in_53_texts_are_taken_as_they_are_or_refused(
    client: TestClient, office: Office, room: UUID, body: str, status: int
) -> None:
    given = {"session_id": str(room), "body": body, "client_id": uuid4().hex}

    answer = client.post(f"{ROOMS}/message", json=given, headers=bearer(office.viewer))

    assert answer.status_code == status
    if status == 201:
        shown = client.get(f"{ROOMS}/session/{room}/messages", headers=bearer(office.steward)).json()
        assert shown["items"][-1]["body"] == body


def test_ex_104_a_body_beyond_all_bounds_is_refused_before_it_is_read(
    client: TestClient, office: Office, room: UUID
) -> None:
    given = {"session_id": str(room), "body": "x" * 200_000, "client_id": "c" * 101}
    assert client.post(f"{ROOMS}/message", json=given, headers=bearer(office.viewer)).status_code == 422


def test_ex_103_who_pours_is_slowed_down_and_nobody_else(
    client: TestClient, office: Office, room: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MESSAGES_PER_10_S", 5)
    given = [{"session_id": str(room), "body": "x", "client_id": uuid4().hex} for _ in range(8)]
    pouring = bearer(office.engineer)
    for other in (office.engineer, office.administrator):
        with unit_of_work() as session:
            collaboration.invite(session, office.steward, room, user_id=other.user_id)
        with unit_of_work() as session:
            collaboration.join(session, other, room)

    answers = [client.post(f"{ROOMS}/message", json=each, headers=pouring) for each in given]

    assert [answer.status_code for answer in answers].count(429) == 3
    assert int(answers[-1].headers["Retry-After"]) >= 1
    given[0]["client_id"] = uuid4().hex
    assert client.post(f"{ROOMS}/message", json=given[0], headers=bearer(office.administrator)).status_code == 201


def test_who_was_told_to_come_later_is_answered_before_anything_is_done(
    client: TestClient, office: Office, room: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pouring, others = bearer(office.viewer), bearer(office.steward)
    monkeypatch.setattr("pursight_app.api.turns._turns", {pouring["Authorization"]: (turn := _Turn())})
    turn._refused_until = float("inf")
    given = {"session_id": str(room), "body": "x", "client_id": uuid4().hex}

    answer = client.post(f"{ROOMS}/message", json=given, headers=pouring)

    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]
    # Others, and what they may do besides, are not concerned.
    assert client.post(f"{ROOMS}/message", json=given, headers=others).status_code == 201
    assert client.get(f"{ROOMS}/session/{room}/messages", headers=pouring).status_code == 200


def test_pages_go_back_to_the_beginning(client: TestClient, office: Office, room: UUID) -> None:
    said = [say(office.viewer, room, f"message {turn}").seq for turn in range(25)]
    url, headers = f"{ROOMS}/session/{room}/messages?limit=10", bearer(office.steward)

    seen: list[int] = []
    page = client.get(url, headers=headers).json()
    while True:
        seen = [item["seq"] for item in page["items"]] + seen
        if page["next_cursor"] is None:
            break
        page = client.get(f"{url}&before_seq={page['next_cursor']}", headers=headers).json()

    assert seen == said
    assert page["total"] == 25
    after = client.get(f"{url}&after_seq={said[19]}", headers=headers).json()
    assert [item["seq"] for item in after["items"]] == said[20:]


def test_edits_and_deletions_are_told_and_leave_no_old_text(client: TestClient, office: Office, room: UUID) -> None:
    sent = say(office.viewer, room, "my password is hunter2")
    url, author = f"{ROOMS}/messages/{sent.message_id}", bearer(office.viewer)

    assert client.patch(url, json={"body": "changed"}, headers=bearer(office.steward)).status_code == 403
    assert client.patch(url, json={"body": "changed"}, headers=author).json()["body"] == "changed"
    history = client.get(f"{url}/history", headers=bearer(office.steward)).json()["items"]
    assert [each["body"] for each in history] == ["my password is hunter2"]
    assert "hunter2" not in json.dumps(redis().zrange(f"pursight:room:{room}:recent", 0, -1))

    assert client.delete(url, headers=bearer(office.engineer)).status_code == 404
    # Hosts may take away every message.
    assert client.delete(url, headers=bearer(office.steward)).status_code == 204
    assert client.patch(url, json={"body": "again"}, headers=author).status_code == 409
    events = client.get(f"{ROOMS}/session/{room}/events", headers=author).json()["items"]
    told = [event for event in events if event["data"].get("message_id") == str(sent.message_id)]
    assert [event["type"] for event in told] == ["message", "message_edited", "message_edited"]
    assert "changed" not in json.dumps(events)
    assert client.get(f"{url}/history", headers=author).json()["total"] == 2


def test_threads_are_one_level_deep(client: TestClient, office: Office, room: UUID) -> None:
    root = say(office.viewer, room, "Question")
    reply = say(office.steward, room, "Answer", thread_id=root.message_id)
    deeper = say(office.viewer, room, "Thanks", thread_id=reply.message_id)

    url = f"{ROOMS}/session/{room}/messages?thread_id={root.message_id}"
    items = client.get(url, headers=bearer(office.viewer)).json()["items"]

    assert [item["body"] for item in items] == ["Question", "Answer", "Thanks"]
    assert items[0]["replies"] == 2
    with unit_of_work() as session:
        assert session.get_one(Message, deeper.message_id).thread_id == root.message_id
    foreign = say(office.steward, make_room(office), "elsewhere")
    answer = client.post(
        f"{ROOMS}/message",
        json={"session_id": str(room), "body": "x", "client_id": "t", "thread_id": str(foreign.message_id)},
        headers=bearer(office.viewer),
    )
    assert answer.status_code == 404


def test_reactions_count_people(client: TestClient, office: Office, room: UUID) -> None:
    sent = say(office.viewer, room, "Done?")
    url = f"{ROOMS}/messages/{sent.message_id}/reactions"
    for who in (office.viewer, office.steward, office.steward):
        assert client.post(url, json={"emoji": "👍"}, headers=bearer(who)).status_code == 204
    shown = client.get(f"{ROOMS}/session/{room}/messages", headers=bearer(office.viewer)).json()["items"][-1]
    assert shown["reactions"] == [{"emoji": "👍", "count": 2, "is_own": True}]

    client.post(url, json={"emoji": "👍", "is_set": False}, headers=bearer(office.viewer))
    with unit_of_work() as session:
        assert len(session.exec(select(Reaction).where(Reaction.message_id == sent.message_id)).all()) == 1
    for emoji in ("", "x", "<b>", "👍" * 9, "1"):
        assert client.post(url, json={"emoji": emoji}, headers=bearer(office.viewer)).status_code == 422


def test_mentions_notify_those_who_are_in(client: TestClient, office: Office, room: UUID) -> None:
    before = client.get("/api/notifications", headers=bearer(office.engineer)).json()["total"]

    say(office.steward, room, f"@{office.viewer.email} and @{office.engineer.email}, please look")

    bell = client.get("/api/notifications", headers=bearer(office.viewer)).json()["items"]
    assert bell[0]["kind"] == "mention"
    assert client.get("/api/notifications", headers=bearer(office.engineer)).json()["total"] == before


def test_search_finds_words_where_one_takes_part(client: TestClient, office: Office, room: UUID) -> None:
    say(office.viewer, room, "The quarterly zebra report is late")
    gone = say(office.viewer, room, "zebra deleted")
    with unit_of_work() as session:
        collaboration.delete(session, office.viewer, gone.message_id)
    say(office.steward, make_room(office, title="Apart"), "another zebra")
    url = f"{ROOMS}/messages/search?workspace_id={office.workspace_id}"

    def bodies(query: str) -> list[str]:
        found = client.get(f"{url}&{query}", headers=bearer(office.viewer)).json()
        return [item["body"] for item in found["items"]]

    assert bodies("q=ZEBRA report") == ["The quarterly zebra report is late"]
    assert bodies("q=zebra") == ["The quarterly zebra report is late"]
    assert bodies(f"q=zebra&session_id={room}") == ["The quarterly zebra report is late"]
    assert bodies("q=%27%3B--%20%26%20%7C%20!()") == []
    with unit_of_work() as session:
        assert session.exec(select(MessageVersion).where(MessageVersion.message_id == gone.message_id)).one()


def test_the_export_holds_what_was_said(client: TestClient, office: Office, room: UUID) -> None:
    say(office.viewer, room, "# not a heading\nsecond line")
    headers = bearer(office.viewer)

    as_json = client.get(f"{ROOMS}/session/{room}/export?format=json", headers=headers)
    as_text = client.get(f"{ROOMS}/session/{room}/export?format=markdown", headers=headers)

    assert as_json.json()["messages"][0]["body"] == "# not a heading\nsecond line"
    assert "> # not a heading\n> second line" in as_text.text
    assert "attachment" in as_text.headers["content-disposition"]
