"""The activity of a workspace: who did what, narrowed by the URL, live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.services import activity, members
from pursight_app.services.activity import ActivityRow, Filters
from state import format as fmt
from state.base import as_id, event, hear, run
from state.session import current_workspace

PAGE_ROWS = 50
MOST_PEOPLE = 200
# The noun of the kinds; "" shows all.
KINDS = {
    "": "Everything", "asset": "Tables", "classification": "Verdicts", "finding": "Findings", "scan": "Scans",
    "room": "Rooms", "decision": "Decisions", "task": "Tasks", "document_share": "Shared things", "session_ended": "Ends of rooms",
    "pipeline": "Pipelines",
}  # fmt: skip
_WORDS = {
    "asset.update": "changed description or owner of",
    "classification.confirm": "confirmed verdicts of",
    "classification.reject": "rejected verdicts of",
    "classification.correct": "corrected verdicts of",
    "finding.open": "opened a finding again on",
    "finding.acknowledged": "acknowledged a finding on",
    "finding.waive": "waived a finding on",
    "room.create": "opened",
    "room.invite": "invited somebody into",
    "room.invitation_withdrawn": "took an invitation back to",
    "room.removed": "took somebody out of",
    "room.join": "joined",
    "room.decline": "declined an invitation to",
    "room.leave": "left",
    "document_share": "shared something in",
    "session_ended": "ended",
    "decision.propose": "asked for a decision in",
    "decision.approved": "approved in",
    "decision.rejected": "rejected in",
    "decision.withdrawn": "took a proposal back in",
    "task.create": "gave somebody a task in",
    "task.done": "did a task of",
    "task.open": "opened a task again of",
    "pipeline.create": "made the pipeline",
    "pipeline.update": "changed the pipeline",
    "pipeline.delete": "removed the pipeline",
    "pipeline.run": "started",
    "pipeline.optimize": "asked for a plan for",
    "pipeline.apply": "approved changes of",
    "pipeline.keep": "kept the changes of",
    "pipeline.roll_back": "took the changes back of",
}


@dataclass
class ActivityView:
    """One line: who, did what, to which thing."""

    id: str
    who: str
    user_id: str
    words: str
    thing: str
    href: str
    detail: str
    at: str
    at_exact: str


@dataclass
class PersonOption:
    """Somebody to narrow the stream to."""

    id: str
    name: str


class ActivityState(rx.State):
    """`?type=`, `?person=`, `?asset=`, `?room=` and `?before=` narrow it."""

    is_loading: bool = True
    lines: list[ActivityView] = []
    people: list[PersonOption] = []
    type: str = ""
    person: str = ""
    asset: str = ""
    room: str = ""
    before: str = ""
    older: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and listens."""
        given = self.router.url.query_parameters
        self.type = str(given.get("type", "")) if given.get("type") in KINDS else ""
        self.person, self.asset, self.room = (str(given.get(name, ""))[:40] for name in ("person", "asset", "room"))
        self.before = str(given.get("before", ""))[:40]
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "activity", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        workspace_id = await current_workspace(self)
        if not workspace_id:
            return
        home, filters = as_id(workspace_id), self._filters()

        def read(session: Any, actor: Any) -> Any:
            rows = activity.list_activity(session, actor, home, filters, limit=PAGE_ROWS)
            return rows, members.list_members(session, actor, home, limit=MOST_PEOPLE)[0]

        rows, people = await run(read)
        self.lines = [_view(row) for row in rows]
        self.people = [PersonOption(str(row.user.id), row.user.name) for row in people]
        self.older = rows[-1].event.created_at.isoformat() if len(rows) == PAGE_ROWS else ""

    def _filters(self) -> Filters:
        return Filters(
            asset_id=_id(self.asset),
            room_id=_id(self.room),
            user_id=_id(self.person),
            type=self.type,
            before=_moment(self.before),
        )

    def _href(self, **changed: str) -> str:
        given = {"type": self.type, "person": self.person, "asset": self.asset, "room": self.room, **changed}
        chosen = {name: value for name, value in given.items() if value}
        return f"/activity?{urlencode(chosen)}" if chosen else "/activity"

    @event()
    async def narrow(self, name: str, value: str) -> rx.event.EventSpec:
        """Sets one filter; the URL keeps it."""
        return rx.redirect(self._href(**{name if name in {"type", "person", "asset", "room"} else "type": value}))

    @event()
    async def show_older(self) -> rx.event.EventSpec:
        """The page before in time."""
        return rx.redirect(self._href(before=self.older))


def _id(text: str) -> UUID | None:
    return as_id(text) if text else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _view(row: ActivityRow) -> ActivityView:
    one, data = row.event, row.event.data
    href = f"/rooms/{one.room_id}" if one.room_id else f"/catalog/{one.asset_id}" if one.asset_id else ""
    thing = row.room_title or row.asset_name
    words = _WORDS.get(one.type, one.type.replace(".", " ").replace("_", " "))
    if one.type.startswith("scan."):
        words, thing, href = (
            f"scan {one.type.removeprefix('scan.')}:",
            str(data.get("source", "")),
            f"/scans/{data.get('scan_id')}",
        )
    if one.type.startswith("pipeline."):
        thing = str(data.get("pipeline", ""))
        href = f"/pipelines/{data.get('pipeline_id')}"
    detail = str(data.get("title") or data.get("name") or "")
    return ActivityView(
        id=str(one.id),
        who=row.actor_name or "PurSight",
        user_id=str(one.actor_id or ""),
        words=words,
        thing=thing,
        href=href,
        detail=detail,
        at=fmt.ago(one.created_at),
        at_exact=fmt.exact(one.created_at),
    )
