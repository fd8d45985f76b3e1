"""The one live hub of a web process: hears Redis, tells the tabs that listen.

A tab is nudged, not fed: it gets the name of its own refresh handler, runs it with its own rights, and so never receives
a row that its person may not see. Nudges are thinned out, so a scan of 2,000 tables is not 2,000 reloads.

What is said in a room is the exception: it goes at once to the tabs whose handlers have just seen that their person is in it.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import reflex as rx
import structlog
from reflex.state import StateUpdate
from reflex_base.event import Event

from pursight_app.core import rooms
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.events import ACCESS_CHANNEL, CHANNEL, SESSION_CHANNEL, listen
from pursight_app.core.redis import RedisError
from pursight_app.core.rooms import HEARTBEAT_S, ROOM_CHANNEL, TYPING_S, RoomLine
from pursight_app.web.sessions import session_id_of_socket

log = structlog.get_logger()
NUDGE_EVERY_S = 0.35
# A talk is followed at once; the more tabs follow it, the longer the pause, as each reads with its own rights.
ROOM_NUDGE_EVERY_S, ROOM_NUDGE_MORE_S = 0.02, 0.004
# Lists of rooms show what is unread; every message of every room would be too much for them.
LIST_NUDGE_EVERY_S = 1.0
# What a tab hears besides its page: what is told to its person, and, in a room, what becomes of the assets talked about.
_BESIDE = frozenset({"bell", "room_cards"})
# The room that every tab with a session is in, and the page name of the handler that looks at its rights anew.
_EVERYBODY, _RIGHTS = "everybody", "rights"
# Of what was said in a room just now: a tab reads the rest within half a second.
_MOST_FRESH = 8
Refreshers = Mapping[str, tuple[str, Sequence[Callable[..., Any]]]]
TalkDelta = Callable[[str, Sequence[Mapping[str, Any]]], dict[str, dict[str, object]]]


class LiveHub:
    """Rooms of socket.io by topic. `refreshers` maps a page's name to the prefix of its topic and its handlers.

    The name "rights" is for the handler that every tab runs when somebody's rights have changed. `talk_delta` makes the
    change of state that shows the messages of a room.
    """

    def __init__(self, refreshers: Refreshers, talk_delta: TalkDelta) -> None:
        self._refreshers = refreshers
        self._talk_delta = talk_delta
        self._app: rx.App | None = None
        self._last_nudge: dict[str, float] = {}
        self._planned: dict[str, asyncio.Task[None]] = {}
        # Who sits at which socket in which room to talk: signs of life go out for them while the socket is open.
        self._seats: dict[str, tuple[str, UUID]] = {}
        self._fresh: dict[str, deque[dict[str, Any]]] = {}
        # The newest number that was heard of each room.
        self._heard: dict[str, int] = {}
        # How often something may have taken seats away: in a room, and everywhere.
        self._turns: Counter[str] = Counter()

    async def run(self, app: rx.App) -> None:
        """Lifespan task: listens until the process ends, through any outage of Redis."""
        self._app = app
        self._watch_connections()
        beating = asyncio.create_task(self._beat())
        try:
            await self._listen()
        finally:
            beating.cancel()

    async def _listen(self) -> None:
        while True:
            try:
                async for channel, text in listen(CHANNEL, SESSION_CHANNEL, ACCESS_CHANNEL, ROOM_CHANNEL):
                    if channel in {"", ACCESS_CHANNEL}:
                        self._turns[_EVERYBODY] += 1
                    if not channel:
                        self._catch_up()
                    if channel == ROOM_CHANNEL:
                        line = RoomLine.unpacked(text)
                        await self._tell(line)
                        self._hear_room(line)
                    elif channel == SESSION_CHANNEL:
                        await self._end_session(text)
                    elif channel == ACCESS_CHANNEL:
                        self._plan(_EVERYBODY, _RIGHTS)
                    elif channel == CHANNEL:
                        self._hear(json.loads(text))
            except (RedisError, ServiceUnavailableError) as error:
                log.warning("hub.redis_lost", error=type(error).__name__)
                await asyncio.sleep(1)

    def _catch_up(self) -> None:
        """Every tab looks anew: of what was told before this line to Redis stood, nothing was heard."""
        self._plan(_EVERYBODY, _RIGHTS)
        for room in list(self._sockets.manager.rooms.get(self._namespace.namespace, ())):
            kind, _, rest = str(room).partition(":")
            if kind == "page":
                self._plan(str(room), rest.partition(":")[0])

    def moment(self, room_id: str, *, minutes_ago: int = 0) -> str:
        """Names this moment in the life of a room: whatever may take a seat away begins another one, and each minute."""
        minute = int(time.monotonic() / 60) - minutes_ago
        return f"{self._turns[_EVERYBODY]}.{self._turns.get(room_id, 0)}.{minute}"

    async def follow(self, token: str, room_id: str, moment: str) -> None:
        """Tells the tab behind `token` what is said, as long as the moment lasts at which its seat was seen; "": no more."""
        record = self._namespace._token_manager.token_to_socket.get(token)  # noqa: SLF001  # pyright: ignore  the only map from tab to socket
        if record is None:
            return
        await self._leave(record.sid, "talk:")
        if moment:
            name = _talk(room_id, moment)
            await self._sockets.enter_room(record.sid, name, namespace=self._namespace.namespace)

    async def _tell(self, line: RoomLine) -> None:
        """A message to all who follow the room; anything else that is kept may have taken somebody's seat.

        So may what was not heard yet: two processes tell in another order than they commit.
        """
        if not line.seq:
            return
        before = self._heard.get(line.room_id, -1)
        self._heard[line.room_id] = max(before, line.seq)
        if line.seq != before + 1 or '"type":"message"' not in line.text:
            self._turns[line.room_id] += 1
            self._fresh.pop(line.room_id, None)
            return
        if not any(seat[0] == line.room_id for seat in self._seats.values()):
            return
        fresh = self._fresh.setdefault(line.room_id, deque(maxlen=_MOST_FRESH))
        fresh.append(json.loads(line.text))
        update = StateUpdate(delta=self._talk_delta(line.room_id, fresh))
        # A session that runs out tells nobody, so a seat is believed for a minute or two after it was seen.
        seen = [_talk(line.room_id, self.moment(line.room_id, minutes_ago=ago)) for ago in (0, 1)]
        await self._emit(seen, update)

    def _hear_room(self, line: RoomLine) -> None:
        room = f"page:room:room:{line.room_id}"
        self._plan(room, "room")
        if not line.seq and '"type": "typing"' in line.text:
            # Nobody tells that somebody has stopped: their page looks again when it is over.
            asyncio.get_running_loop().call_later(TYPING_S + 0.1, self._plan, room, "room")
        if line.seq and '"type":"message"' in line.text:
            for name in list(self._sockets.manager.rooms.get(self._namespace.namespace, ())):
                if str(name).startswith("page:rooms:"):
                    self._plan(str(name), "rooms", pause_s=LIST_NUDGE_EVERY_S)

    @property
    def _sockets(self) -> Any:
        assert self._app is not None  # noqa: S101  set before anything calls this
        return self._app.sio

    def _watch_connections(self) -> None:
        """Puts each socket into the room of its log-in session, so that ending the session reaches every tab."""
        namespace = self._namespace
        connect = namespace.on_connect

        async def on_connect(sid: str, environ: dict[str, Any], *rest: Any) -> None:
            session_id = session_id_of_socket(environ.get("HTTP_COOKIE", ""))
            if session_id:
                await self._sockets.enter_room(sid, f"session:{session_id}", namespace=namespace.namespace)
                await self._sockets.enter_room(sid, _EVERYBODY, namespace=namespace.namespace)
            await connect(sid, environ, *rest)

        disconnect = namespace.on_disconnect

        async def on_disconnect(sid: str, *rest: Any) -> None:
            await self._stand_up(sid)
            await disconnect(sid, *rest)

        namespace.on_connect, namespace.on_disconnect = on_connect, on_disconnect

    async def _beat(self) -> None:
        """Signs of life of those who look at a room, and the end of those who have given none."""
        while True:
            people: defaultdict[str, set[UUID]] = defaultdict(set)
            for room_id, user_id in self._seats.values():
                people[room_id].add(user_id)
            for room_id, user_ids in people.items():
                await asyncio.to_thread(rooms.sign_of_life, room_id, user_ids)
            await asyncio.to_thread(rooms.drop_silent)
            await asyncio.sleep(HEARTBEAT_S / 2)

    async def _sit_down(self, sid: str, page: str, topic: str, user_id: UUID) -> None:
        await self._stand_up(sid)
        if page == "room":
            room_id = topic.removeprefix("room:")
            self._seats[sid] = (room_id, user_id)
            await asyncio.to_thread(rooms.sign_of_life, room_id, [user_id], is_active=True)

    async def _stand_up(self, sid: str) -> None:
        seat = self._seats.pop(sid, None)
        if seat is not None and seat not in self._seats.values():
            if all(other[0] != seat[0] for other in self._seats.values()):
                self._fresh.pop(seat[0], None)
            await asyncio.to_thread(rooms.gone, *seat)

    @property
    def _namespace(self) -> Any:
        assert self._app is not None  # noqa: S101  set before anything calls this
        return self._app.event_namespace

    async def enter(self, token: str, page: str, topic: str, user_id: UUID) -> None:
        """Makes the tab behind `token` hear of `topic` as `page`; it leaves what it heard before on another page.

        What is heard besides a page ends with the page, but for the bell, which goes on.
        """
        record = self._namespace._token_manager.token_to_socket.get(token)  # noqa: SLF001  # pyright: ignore  the only map from tab to socket
        if record is None:
            return
        name = self._namespace.namespace
        if page not in _BESIDE:
            await self._leave(record.sid, "page:", "talk:")
            await self._sit_down(record.sid, page, topic, user_id)
        await self._sockets.enter_room(record.sid, f"page:{page}:{topic}", namespace=name)

    async def _leave(self, sid: str, *prefixes: str) -> None:
        name = self._namespace.namespace
        for room in list(self._sockets.rooms(sid, namespace=name)):
            if room.startswith(prefixes) and not room.startswith("page:bell:"):
                await self._sockets.leave_room(sid, room, namespace=name)

    def _hear(self, event: dict[str, Any]) -> None:
        topics = {f"workspace:{event['workspace_id']}"}
        if "scan_id" in event["data"]:
            topics.add(f"scan:{event['data']['scan_id']}")
        if "user_id" in event["data"]:
            topics.add(f"user:{event['data']['user_id']}")
        for page, (prefix, _) in self._refreshers.items():
            if not prefix:
                continue
            for topic in topics:
                if topic.startswith(prefix):
                    self._plan(f"page:{page}:{topic}", page)

    def _plan(self, room: str, page: str, *, pause_s: float = NUDGE_EVERY_S) -> None:
        """Nudges at once when the last nudge is long ago, else once at the end of the pause."""
        if room in self._planned:
            return
        if page == "room":
            pause_s = self._room_pause_s(room)
        elif page == "room_cards":
            pause_s = LIST_NUDGE_EVERY_S
        wait_s = max(0.0, self._last_nudge.get(room, 0.0) + pause_s - time.monotonic())
        self._planned[room] = asyncio.create_task(self._nudge(room, page, wait_s))

    def _room_pause_s(self, room: str) -> float:
        tabs = sum(seat[0] == room.removeprefix("page:room:room:") for seat in self._seats.values())
        return ROOM_NUDGE_EVERY_S + ROOM_NUDGE_MORE_S * tabs

    async def _nudge(self, room: str, page: str, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        self._planned.pop(room, None)
        self._last_nudge[room] = time.monotonic()
        for refresh in self._refreshers[page][1]:
            await self._emit(room, StateUpdate(events=Event.from_event_type(refresh)))

    async def _emit(self, room: str | list[str], update: StateUpdate) -> None:
        if self._sockets is not None:
            await self._sockets.emit("event", update, room=room, namespace=self._namespace.namespace)

    async def _end_session(self, session_id: str) -> None:
        room = f"session:{session_id}"
        await self._emit(room, StateUpdate(events=Event.from_event_type(rx.redirect("/login"))))
        # The redirect must reach the tab before its socket is cut.
        await asyncio.sleep(0.2)
        name = self._namespace.namespace
        for sid, _ in list(self._sockets.manager.get_participants(name, room)):
            await self._sockets.disconnect(sid, namespace=name)


def _talk(room_id: str, moment: str) -> str:
    return f"talk:{moment}:{room_id}"
