"""What is shared in the open room, one of it open in a drawer, and sharing words and assets."""

import asyncio
from contextlib import suppress
from typing import Any

import reflex as rx

from pursight_app.core import rooms as live
from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.services import catalog, collaboration
from pursight_app.services.catalog import Filters
from state.base import acting, as_id, event, run
from state.room import FOLLOWERS, RoomState
from state.room_views import DocumentView, Preview, document_view, preview_of
from state.session import current_workspace, notify

MOST_FOUND = 6


class RoomDocumentsState(rx.State):
    """Filled after the room itself, and again whenever something is shared."""

    documents: list[DocumentView] = []
    titles: dict[str, str] = {}
    is_sharing: bool = False
    problem: str = ""
    found: list[list[str]] = []
    query: str = ""
    is_open: bool = False
    shown: Preview = Preview()

    async def _room_id(self) -> str:
        room = await self.get_state(RoomState)
        return room.room_id_shown if room.is_in else ""

    @event()
    async def load(self) -> None:
        """Lists what was shared."""
        self.is_open = self.is_sharing = False
        await self._fill()

    @event()
    async def refresh(self) -> None:
        """Called when more has happened in the room than messages."""
        # Taken out meanwhile: the room itself says so.
        with suppress(NotFoundError):
            await self._fill()

    async def _fill(self) -> None:
        if not (room := await self._room_id()):
            self.documents = []
            return
        room_id = as_id(room)
        rows = await run(lambda session, actor: collaboration.list_documents(session, actor, room_id))
        self.documents = [document_view(row) for row in rows]
        self.titles = {view.id: view.title for view in self.documents}

    @event()
    async def open_form(self) -> None:
        """Shows the form to share something."""
        self.is_sharing, self.problem, self.found, self.query = True, "", [], ""

    @event()
    async def close_form(self) -> None:
        """Puts it away."""
        self.is_sharing = False

    @event()
    async def share_text(self, form: dict[str, Any]) -> None:
        """Shares words under a title."""
        room_id = as_id(await self._room_id())
        title, content = str(form.get("title", "")), str(form.get("content", ""))
        try:
            if not content.strip():
                self.problem = "Write something to share."
                return
            await run(
                lambda session, actor: collaboration.share_text(session, actor, room_id, title=title, content=content)
            )
        except UserError as error:
            self.problem = error.message
            return
        self.is_sharing = False
        await self._fill()

    @event()
    async def find(self, query: str) -> None:
        """Finds assets to share."""
        home, self.query = as_id(await current_workspace(self)), query[:200]
        if not query.strip():
            self.found = []
            return
        page = await run(
            lambda session, actor: catalog.search(
                session, actor, query[:200], Filters(workspace_id=home), limit=MOST_FOUND, offset=0
            )
        )
        self.found = [[str(row.asset.id), row.asset.qualified_name] for row in page.results]

    @event()
    async def share_asset(self, asset_id: str) -> None:
        """Shares an asset: each reader sees of it what their rights allow."""
        room_id, wanted = as_id(await self._room_id()), as_id(asset_id)
        try:
            await run(lambda session, actor: collaboration.share_asset(session, actor, room_id, wanted))
        except UserError as error:
            self.problem = error.message
            return
        self.is_sharing = False
        await self._fill()

    @event()
    async def open_document(self, document_id: str) -> None:
        """Shows a shared text or file beside the talk."""
        wanted = as_id(document_id)
        try:
            row = await run(lambda session, actor: collaboration.get_document(session, actor, wanted))
            content = await run(lambda _session, _actor: collaboration.read_content(row.document))
        except UserError as error:
            await notify(self, error.message, "error")
            return
        # A PDF is read by another process.
        self.shown, self.is_open = await asyncio.to_thread(preview_of, row, content), True
        await self._look_at(document_id)

    @event()
    async def download(self) -> Any:
        """Fetches the open file through its own address, which looks at the cookie."""
        return rx.download(url=f"/auth/room-document/{as_id(self.shown.id)}", filename=self.shown.title)

    @event()
    async def close_document(self) -> None:
        """Puts it away."""
        self.is_open = False
        await self._look_at("")

    async def _look_at(self, document_id: str) -> None:
        if room := await self._room_id():
            await asyncio.to_thread(live.look_at, room, acting().user_id, document_id)

    @event()
    async def share_link(self, form: dict[str, Any]) -> None:
        """Shares an address elsewhere."""
        room_id = as_id(await self._room_id())
        title, url = str(form.get("title", "")), str(form.get("url", ""))
        try:
            await run(lambda session, actor: collaboration.share_link(session, actor, room_id, title=title, url=url))
        except UserError as error:
            self.problem = error.message
            return
        self.is_sharing = False
        await self._fill()


FOLLOWERS.append(RoomDocumentsState.refresh)
