"""The one live hub of a web process: hears Redis, tells the tabs that listen.

A tab is nudged, not fed: it gets the name of its own refresh handler, runs it with its own rights, and so never receives
a row that its person may not see. Nudges are thinned out, so a scan of 2,000 tables is not 2,000 reloads.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import reflex as rx
import structlog
from reflex.state import StateUpdate
from reflex_base.event import Event

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.events import ACCESS_CHANNEL, CHANNEL, SESSION_CHANNEL, listen
from pursight_app.core.redis import RedisError
from pursight_app.web.sessions import session_id_of_socket

log = structlog.get_logger()
NUDGE_EVERY_S = 0.35
# The room that every tab with a session is in, and the page name of the handler that looks at its rights anew.
_EVERYBODY, _RIGHTS = "everybody", "rights"
Refreshers = Mapping[str, tuple[str, Callable[..., Any]]]


class LiveHub:
    """Rooms of socket.io by topic. `refreshers` maps a page's name to the prefix of its topic and its handler.

    The name "rights" is for the handler that every tab runs when somebody's rights have changed.
    """

    def __init__(self, refreshers: Refreshers) -> None:
        self._refreshers = refreshers
        self._app: rx.App | None = None
        self._last_nudge: dict[str, float] = {}
        self._planned: dict[str, asyncio.Task[None]] = {}

    async def run(self, app: rx.App) -> None:
        """Lifespan task: listens until the process ends, through any outage of Redis."""
        self._app = app
        self._watch_connections()
        while True:
            try:
                async for channel, text in listen(CHANNEL, SESSION_CHANNEL, ACCESS_CHANNEL):
                    if channel == SESSION_CHANNEL:
                        await self._end_session(text)
                    elif channel == ACCESS_CHANNEL:
                        self._plan(_EVERYBODY, _RIGHTS)
                    elif channel == CHANNEL:
                        self._hear(json.loads(text))
            except (RedisError, ServiceUnavailableError) as error:
                log.warning("hub.redis_lost", error=type(error).__name__)
                await asyncio.sleep(1)

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

        namespace.on_connect = on_connect

    @property
    def _namespace(self) -> Any:
        assert self._app is not None  # noqa: S101  set before anything calls this
        return self._app.event_namespace

    async def enter(self, token: str, page: str, topic: str) -> None:
        """Makes the tab behind `token` hear of `topic` as `page`; it leaves what it heard before."""
        record = self._namespace._token_manager.token_to_socket.get(token)  # noqa: SLF001  # pyright: ignore  the only map from tab to socket
        if record is None:
            return
        name = self._namespace.namespace
        for room in list(self._sockets.rooms(record.sid, namespace=name)):
            if room.startswith("page:"):
                await self._sockets.leave_room(record.sid, room, namespace=name)
        await self._sockets.enter_room(record.sid, f"page:{page}:{topic}", namespace=name)

    def _hear(self, event: dict[str, Any]) -> None:
        topics = {f"workspace:{event['workspace_id']}"}
        if "scan_id" in event["data"]:
            topics.add(f"scan:{event['data']['scan_id']}")
        for page, (prefix, _) in self._refreshers.items():
            if not prefix:
                continue
            for topic in topics:
                if topic.startswith(prefix):
                    self._plan(f"page:{page}:{topic}", page)

    def _plan(self, room: str, page: str) -> None:
        """Nudges at once when the last nudge is long ago, else once at the end of the pause."""
        if room in self._planned:
            return
        wait_s = max(0.0, self._last_nudge.get(room, 0.0) + NUDGE_EVERY_S - time.monotonic())
        self._planned[room] = asyncio.create_task(self._nudge(room, page, wait_s))

    async def _nudge(self, room: str, page: str, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        self._planned.pop(room, None)
        self._last_nudge[room] = time.monotonic()
        await self._emit(room, StateUpdate(events=Event.from_event_type(self._refreshers[page][1])))

    async def _emit(self, room: str, update: StateUpdate) -> None:
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
