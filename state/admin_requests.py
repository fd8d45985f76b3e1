"""Requests for access that wait for a decision, and those that were decided."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import RequestStatus
from pursight_app.services import access_requests
from pursight_app.services.access import PERMISSION_WORDS, Permission
from pursight_app.services.access_requests import RequestRow
from state import format as fmt
from state.admin_grants import end_of_day
from state.base import acting, as_id, event, run
from state.session import current_workspace, notify

PAGE_ROWS = 50
_MENDABLE = (InvalidInputError, ConflictError, NotFoundError)


@dataclass
class RequestView:
    """One request."""

    id: str = ""
    who: str = ""
    email: str = ""
    wants: str = ""
    where: str = ""
    reason: str = ""
    asked: str = ""
    asked_exact: str = ""
    status: str = ""
    decided: str = ""
    is_own: bool = False


class RequestsState(rx.State):
    """The tab “Requests” of the access page."""

    is_loading: bool = True
    requests: list[RequestView] = []
    total: int = 0
    offset: int = 0
    status: str = RequestStatus.PENDING
    is_open: bool = False
    request: RequestView = RequestView()
    problem: str = ""

    @event()
    async def load(self) -> None:
        """Loads the list."""
        await self._fill()
        self.is_loading = False

    async def _fill(self) -> None:
        home, status, offset = as_id(await current_workspace(self)), self.status, self.offset
        rows, self.total = await run(
            lambda session, actor: access_requests.list_requests(
                session, actor, home, status=status, limit=PAGE_ROWS, offset=offset
            )
        )
        me = acting().user_id
        self.requests = [_view(row, is_own=row.request.user_id == me) for row in rows]

    @rx.var
    def first(self) -> int:
        """Number of the first request shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last request shown."""
        return self.offset + len(self.requests)

    @event()
    async def filter_status(self, status: str) -> None:
        """Shows those that wait, or all."""
        self.status, self.offset = RequestStatus.PENDING if status == RequestStatus.PENDING else "", 0
        await self._fill()

    @event()
    async def previous(self) -> None:
        """The page before."""
        self.offset = max(0, self.offset - PAGE_ROWS)
        await self._fill()

    @event()
    async def next_page(self) -> None:
        """The page after."""
        self.offset += PAGE_ROWS
        await self._fill()

    @event()
    async def open_request(self, request_id: str) -> None:
        """Opens one to decide it."""
        found = next((each for each in self.requests if each.id == request_id), None)
        if found is not None:
            self.request, self.is_open, self.problem = found, True, ""

    @event()
    async def close_request(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes it undecided."""
        self.is_open = is_open

    @event()
    async def approve(self, form: dict[str, Any]) -> None:
        """Grants what was asked for."""
        home, request_id = as_id(await current_workspace(self)), as_id(self.request.id)
        try:
            until = end_of_day(str(form.get("until") or ""))
            row = await run(
                lambda session, actor: access_requests.approve(session, actor, home, request_id, expires_at=until)
            )
        except _MENDABLE as error:
            self.problem = error.message
            return
        await self._decided(row.sentence)

    @event()
    async def refuse(self, form: dict[str, Any]) -> None:
        """Says no."""
        home, request_id = as_id(await current_workspace(self)), as_id(self.request.id)
        note = str(form.get("note") or "")
        try:
            await run(lambda session, actor: access_requests.refuse(session, actor, home, request_id, note=note))
        except _MENDABLE as error:
            self.problem = error.message
            return
        await self._decided(f"Refused. {self.request.who} sees your note.")

    async def _decided(self, said: str) -> None:
        self.is_open, self.problem = False, ""
        await self._fill()
        await notify(self, said)


def _view(row: RequestRow, *, is_own: bool) -> RequestView:
    request = row.request
    words = PERMISSION_WORDS.get(Permission(request.permission), request.permission)
    decided = (
        f"{request.status} by {row.decided_by} {fmt.ago(request.decided_at)}" if row.decided_by else request.status
    )
    return RequestView(
        id=str(request.id),
        who=row.who,
        email=row.email,
        wants=words,
        where=f"in {row.data_source}" if row.data_source else "in the whole workspace",
        reason=request.reason,
        asked=fmt.ago(request.created_at),
        asked_exact=fmt.exact(request.created_at),
        status=request.status,
        decided=decided + (f": {request.note}" if request.note else ""),
        is_own=is_own,
    )
