"""The live events of a room over its stream: complete, in order, for those alone who are in it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, cast
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Send
from starlette.websockets import WebSocketDisconnect

from pursight_app.api import room_stream
from pursight_app.api.room_stream import SlowReaderError, StreamEndedError, Wire, check_seat, room_lines
from pursight_app.api.routes import events
from pursight_app.core import fanout as fanouts
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotFoundError, RateLimitedError
from pursight_app.core.fanout import fanout
from pursight_app.core.redis import close_loop_redis, redis
from pursight_app.core.rooms import RoomLine
from pursight_app.models import UserAccount
from pursight_app.services import access, auth, collaboration
from pursight_app.services.access import Actor
from tests.factories import Office, bearer, make_office, make_room, say

STREAM = "/racine/events"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def inside() -> None:
        try:
            await scenario()
        finally:
            await fanout().close()
            await close_loop_redis()

    asyncio.run(inside())


def logged_in(actor: Actor) -> Actor:
    """The same person with a live session."""
    with unit_of_work() as session:
        tokens = auth.start_session(session, session.get_one(UserAccount, actor.user_id), factors=("pwd",))
    policy = access.current_policy(actor.user_id)
    assert policy is not None
    return Actor(policy, tokens.session_id)


async def kept(stream: AsyncIterator[RoomLine], count: int) -> list[dict[str, Any]]:
    """The next `count` kept events; what only holds for the moment is passed over."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        line = await asyncio.wait_for(anext(stream), 5)
        if line.seq:
            found.append(json.loads(line.text))
    return found


async def to_the_end(stream: AsyncIterator[RoomLine]) -> None:
    while True:
        await asyncio.wait_for(anext(stream), 2)


def test_a_stream_tells_what_was_missed_and_what_comes_each_once(office: Office) -> None:
    room = make_room(office, office.viewer)
    first = say(office.steward, room, "before")

    async def scenario() -> None:
        stream = room_lines(logged_in(office.viewer), room, 0)
        old = await kept(stream, first.seq)
        say(office.steward, room, "live")
        new = await kept(stream, 1)
        assert [event["seq"] for event in [*old, *new]] == list(range(1, first.seq + 2))
        assert new[0]["type"] == "message"
        assert new[0]["session_id"] == str(room)
        assert new[0]["data"]["body"] == "live"
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator

    run(scenario)


def test_a_gap_is_filled_from_the_store_before_what_follows_it(office: Office) -> None:
    room = make_room(office, office.viewer)

    async def scenario() -> None:
        stream = room_lines(logged_in(office.viewer), room, 0)
        await kept(stream, 3)
        # Two web processes publish in the other order than they committed; one message is lost on the way.
        heard = fanout()
        real, heard._offer = heard._offer, lambda _line: None  # type: ignore[method-assign]
        say(office.steward, room, "one")
        say(office.steward, room, "two")
        await asyncio.sleep(0.2)
        heard._offer = real  # type: ignore[method-assign]
        say(office.steward, room, "three")
        assert [event["data"]["body"] for event in await kept(stream, 3)] == ["one", "two", "three"]
        await stream.aclose()  # type: ignore[attr-defined]

    run(scenario)


def test_lines_that_come_in_another_order_wait_for_each_other_and_a_lost_one_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(office, office.viewer)
    read: list[int] = []
    kept_after = room_stream._kept_after

    def counted(room_id: UUID, after_seq: int) -> list[RoomLine]:
        read.append(after_seq)
        return kept_after(room_id, after_seq)

    async def scenario() -> None:
        stream = room_lines(logged_in(office.viewer), room, 0)
        await kept(stream, 3)
        heard = fanout()
        hear, told = heard._hear, list[RoomLine]()
        waiting = asyncio.create_task(kept(stream, 1))
        await asyncio.sleep(0.5)
        heard._hear = told.append  # type: ignore[method-assign]
        monkeypatch.setattr(room_stream, "_kept_after", counted)
        for words in ("one", "two", "three", "four", "five"):
            say(office.steward, room, words)
        await asyncio.sleep(0.2)
        one, two, three, _, five = (line for line in told if line.seq)
        hear(one)
        hear(three)
        hear(two)
        found = [*await waiting, *await kept(stream, 2)]
        assert read == []
        hear(five)
        found += await kept(stream, 2)

        assert [event["data"]["body"] for event in found] == ["one", "two", "three", "four", "five"]
        assert read == [three.seq]
        assert (heard._early, heard._last[str(room)]) == ({}, five.seq)
        await stream.aclose()  # type: ignore[attr-defined]

    run(scenario)


def test_somebody_who_comes_while_a_line_waits_for_another_hears_what_is_told(office: Office) -> None:
    room = make_room(office, office.viewer)

    async def scenario() -> None:
        heard = fanout()
        async with heard.subscription(str(room)):
            heard._hear(RoomLine(str(room), 10, "ten"))
            heard._hear(RoomLine(str(room), 12, "twelve"))
        async with heard.subscription(str(room)) as comes:
            heard._hear(RoomLine(str(room), 0, "here"))
            found = await asyncio.wait_for(comes.next(), 5)
            await asyncio.sleep(0.1)
        assert found == RoomLine(str(room), 0, "here")
        assert (heard._early, heard._last) == ({}, {})

    run(scenario)


def test_listeners_who_heard_nothing_ask_once_for_all_and_find_what_was_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, asked = make_room(office, office.viewer), []
    read = room_stream._last_seq

    def counted(room_id: UUID) -> int:
        asked.append(room_id)
        return read(room_id)

    async def scenario() -> None:
        streams = [room_lines(logged_in(office.viewer), room, 0) for _ in range(5)]
        for stream in streams:
            await kept(stream, 3)
        heard = fanout()
        waiting = [asyncio.create_task(kept(stream, 1)) for stream in streams]

        async def tick() -> None:
            for subscription in heard._by_room[str(room)]:
                subscription.tick()
            await asyncio.sleep(0.5)

        # Until words about rights and the new line have been heard.
        await asyncio.sleep(0.5)
        monkeypatch.setattr(room_stream, "_last_seq", counted)
        await tick()
        assert asked == [room]
        heard._offer = lambda _line: None  # type: ignore[method-assign]
        lost = say(office.steward, room, "lost on the way")
        await tick()

        assert [[event["seq"] for event in each] for each in await asyncio.gather(*waiting)] == [[lost.seq]] * 5
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]

    run(scenario)


def test_cr_95_a_client_with_a_higher_number_goes_on_from_the_newest(office: Office) -> None:
    room = make_room(office, office.viewer)

    async def scenario() -> None:
        stream = room_lines(logged_in(office.viewer), room, 10_000)
        first = asyncio.ensure_future(kept(stream, 1))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(say, office.steward, room, "heard all the same")
        [event] = await first
        assert (event["seq"], event["data"]["body"]) == (4, "heard all the same")
        await stream.aclose()  # type: ignore[attr-defined]

    run(scenario)


@pytest.mark.parametrize("how", ["taken out", "left", "logged out"])
def test_ac_37_a_stream_ends_with_the_seat_or_the_session(office: Office, how: str) -> None:
    room = make_room(office, office.viewer)
    listener = logged_in(office.viewer)

    def end() -> None:
        with unit_of_work() as session:
            if how == "taken out":
                collaboration.withdraw(session, office.steward, room, listener.user_id)
            elif how == "left":
                collaboration.leave_room(session, listener, room)
            else:
                auth.end_session(session, listener.session_id, reason="logged_out")

    async def scenario() -> None:
        stream = room_lines(listener, room, 0)
        await kept(stream, 3)
        await asyncio.to_thread(end)
        with pytest.raises(StreamEndedError):
            await to_the_end(stream)

    run(scenario)


def test_ex_102_a_slow_reader_is_dropped_and_blocks_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanouts, "MOST_WAITING", 5)
    room = make_room(office, office.viewer)

    async def scenario() -> None:
        slow, quick = (room_lines(logged_in(who), room, 0) for who in (office.viewer, office.steward))
        await kept(slow, 3)
        await kept(quick, 3)
        for turn in range(12):
            await asyncio.to_thread(say, office.steward, room, str(turn))
            assert (await kept(quick, 1))[0]["data"]["body"] == str(turn)
        with pytest.raises(SlowReaderError):
            await to_the_end(slow)

    run(scenario)


def test_ex_102_a_reader_that_takes_no_line_is_told_that_it_is_slow(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_stream, "_SLOWEST_SEND_S", 0.1)
    room = make_room(office, office.viewer)

    async def stuck(_: Message) -> None:
        await asyncio.Event().wait()

    async def scenario() -> None:
        with pytest.raises(SlowReaderError):
            await events._send_room(Wire(stuck), logged_in(office.viewer), room, 0)

    run(scenario)


def test_a_listener_at_rest_is_sent_to_on_the_spot_and_a_busy_one_in_order(office: Office) -> None:
    room = make_room(office, office.viewer)
    under_way: list[tuple[str, asyncio.Future[None]]] = []

    # As granian's: the sending has begun when the call returns.
    def send(message: Message) -> asyncio.Future[None]:
        sending = asyncio.get_running_loop().create_future()
        under_way.append((json.loads(message["text"])["data"].get("body", ""), sending))
        return sending

    async def scenario() -> None:
        listening = asyncio.create_task(
            events._send_room(Wire(cast("Send", send)), logged_in(office.viewer), room, 1_000_000)
        )
        await asyncio.sleep(0.3)
        for body in ("at rest", "busy", "busy still"):
            await asyncio.to_thread(say, office.steward, room, body)
        await asyncio.sleep(0.2)
        said = [body for body, _ in under_way if body]
        assert said == ["at rest"]
        for expected in (["at rest", "busy"], ["at rest", "busy", "busy still"]):
            for _, sending in under_way:
                if not sending.done():
                    sending.set_result(None)
            await asyncio.sleep(0.1)
            assert [body for body, _ in under_way if body] == expected
        # What did not arrive is not taken for sent: the next line finds out, and the stream ends.
        under_way[-1][1].set_exception(ConnectionError())
        await asyncio.to_thread(say, office.steward, room, "to nobody")
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(listening, 2)

    run(scenario)


def test_ex_101_one_person_cannot_take_all_sockets(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_stream, "MOST_STREAMS", 2)
    room = make_room(office, office.viewer)

    async def scenario() -> None:
        streams = [room_lines(office.viewer, room, 0) for _ in range(2)]
        for stream in streams:
            await kept(stream, 1)
        with pytest.raises(RateLimitedError):
            await check_seat(office.viewer, room)
        # Who was let in at the same moment as the last one is turned away all the same.
        with pytest.raises(RateLimitedError):
            await anext(room_lines(office.viewer, room, 0))
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        await check_seat(office.viewer, room)

    run(scenario)


def test_ex_101_streams_of_workspaces_and_notes_count_too(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_stream, "MOST_STREAMS", 1)
    room, headers = make_room(office, office.viewer), bearer(office.viewer)
    with unit_of_work() as session:
        note = collaboration.share_note(session, office.viewer, room, title="Note").id
    refused = (f"{STREAM}?workspace_id={office.workspace_id}", f"/racine/collaboration/notes/{note}/live")

    with client.websocket_connect(f"{STREAM}?session_id={room}", headers=headers) as socket:
        assert socket.receive_json()["seq"] == 1
        for url in refused:
            with pytest.raises(WebSocketDisconnect) as cut, client.websocket_connect(url, headers=headers) as other:
                other.receive_bytes()
            assert cut.value.code == 4429
        assert client.get(refused[0], headers=headers).status_code == 429


def test_ra_84_everybody_is_told_of_the_end(office: Office) -> None:
    room = make_room(office, office.viewer, office.engineer)

    async def scenario() -> None:
        people = [logged_in(who) for who in (office.steward, office.viewer, office.engineer)]
        streams = [room_lines(people[number % 3], room, 0) for number in range(200)]
        await asyncio.gather(*(kept(stream, 5) for stream in streams))

        def end() -> None:
            with unit_of_work() as session:
                collaboration.end_room(session, office.steward, room)

        await asyncio.to_thread(end)
        told = await asyncio.gather(*(kept(stream, 1) for stream in streams))
        assert {(event["type"], event["seq"]) for [event] in told} == {("session_ended", 6)}
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]

    run(scenario)


@pytest.mark.parametrize("kind", ["expired", "session ended", "token taken back"])
def test_ac_36_what_is_no_longer_valid_opens_no_socket(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    room = make_room(office, office.viewer)
    url = f"{STREAM}?session_id={room}"
    headers = bearer(office.viewer)
    with client.websocket_connect(url, headers=headers) as socket:
        assert socket.receive_json()["seq"] == 1
    if kind == "session ended":
        assert client.post("/auth/logout", headers=headers).status_code == 204
    elif kind == "token taken back":
        asked = {"name": "bot", "scopes": ["room.join"]}
        made = client.post("/api/tokens", json=asked, headers=headers).json()
        assert client.delete(f"/api/tokens/{made['id']}", headers=headers).status_code == 204
        headers = {"Authorization": f"Bearer {made['token']}"}
    else:
        later = time.time() + 3_600
        monkeypatch.setattr(time, "time", lambda: later)

    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(url, headers=headers) as socket:
        socket.receive_json()

    assert refused.value.code == 4401


@pytest.mark.parametrize("who", ["engineer", "outsider", "root", "nobody"])
def test_ac_36_strangers_hear_nothing(client: TestClient, office: Office, who: str) -> None:
    room = make_room(office, office.viewer)
    headers = {} if who == "nobody" else bearer(getattr(office, who))
    url = f"{STREAM}?session_id={room}"

    assert client.get(url, headers=headers).status_code == (401 if who == "nobody" else 404)
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(url, headers=headers) as socket,
    ):
        socket.receive_json()
    assert refused.value.code == (4401 if who == "nobody" else 4404)


def test_a_socket_tells_the_room_and_takes_signs_of_life(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer)
    with client.websocket_connect(f"{STREAM}?session_id={room}&after_seq=2", headers=bearer(office.viewer)) as socket:
        assert socket.receive_json()["type"] == "joined"
        for said in ("", "{", "[]", '"x"', json.dumps({"type": "ping"}), "x" * 100_000):
            socket.send_text(said)
        socket.send_json({"type": "typing"})
        while (kind := socket.receive_json()["type"]) != "typing":
            assert kind in {"presence", "heartbeat"}
        assert redis().zscore(f"pursight:room:{room}:there", str(office.viewer.user_id))


def test_invitations_come_to_the_invited_person_alone(client: TestClient, office: Office) -> None:
    room = make_room(office)
    with client.websocket_connect(
        f"{STREAM}?workspace_id={office.workspace_id}", headers=bearer(office.viewer)
    ) as socket:
        with unit_of_work() as session:
            collaboration.invite(session, office.steward, room, user_id=office.engineer.user_id)
        with unit_of_work() as session:
            collaboration.invite(session, office.steward, room, user_id=office.viewer.user_id)
        while (event := socket.receive_json())["type"] == "activity" or event["data"].get("session_id") != str(room):
            assert event["data"].get("user_id") in {None, str(office.viewer.user_id)}
        assert event["type"] == "invitation"
        assert event["data"]["user_id"] == str(office.viewer.user_id)


def test_unknown_rooms_are_like_foreign_ones(office: Office) -> None:
    async def scenario() -> None:
        with pytest.raises(NotFoundError):
            await check_seat(office.viewer, UUID(int=0))

    run(scenario)
