"""The audit log: filters in the address, events as sentences, one beside the list."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from pursight_app.core.clock import now
from pursight_app.core.errors import NotFoundError, PurSightError
from pursight_app.models import AuditEvent
from pursight_app.services import audit
from pursight_app.services.access import Actor
from pursight_app.services.audit import AuditFilter, ExportFormat, ExportTicket, Names
from state import format as fmt
from state.base import as_id, event, run, run_outside
from state.session import SessionState, current_workspace, notify

PAGE_ROWS = 50
_FILTERS = ("who", "action", "result", "since", "until", "text")
_LONGEST_FILTER = 200


@dataclass
class EventView:
    """One row of the list."""

    id: str
    sentence: str
    result: str
    age: str
    exact: str
    address: str
    action: str


@dataclass
class EventDetail:
    """The event that is open; `changes` are [what, before, after], `facts` and `more` [name, value]."""

    id: str = ""
    sentence: str = ""
    result: str = ""
    facts: list[list[str]] = field(default_factory=list)
    changes: list[list[str]] = field(default_factory=list)
    more: list[list[str]] = field(default_factory=list)


class AdminAuditState(rx.State):
    """Filters, page and the open event live in the URL."""

    is_loading: bool = True
    failure: str = ""
    rows: list[EventView] = []
    total: int = 0
    offset: int = 0
    who: str = ""
    action: str = ""
    result: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    everywhere: bool = False
    actions: list[str] = []
    is_open: bool = False
    detail: EventDetail = EventDetail()
    check_kind: str = ""
    check_text: str = ""
    anchor: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        for name in _FILTERS:
            setattr(self, name, str(given.get(name, ""))[:_LONGEST_FILTER])
        self.result = self.result if self.result in audit.RESULTS else ""
        self.since, self.until = _day(self.since), _day(self.until)
        session = await self.get_state(SessionState)
        self.everywhere = session.is_administrator and given.get("all") == "1"
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdecimal() else 0
        try:
            await self._fill()
            self.failure = ""
        except PurSightError as error:
            self.failure = error.message
        self.is_loading, self.is_open = False, False
        if event_id := str(given.get("event", "")):
            await self._open(event_id)

    async def _fill(self) -> None:
        home, wanted, offset = await self._home(), self._wanted(), self.offset

        def read(session: Session, actor: Actor) -> tuple[list[AuditEvent], int, Names, list[str]]:
            found, total = audit.list_audit_events(
                session, actor, workspace_id=home, limit=PAGE_ROWS, offset=offset, wanted=wanted
            )
            return found, total, audit.names_of(session, found), audit.list_audit_actions(session, actor, home)

        found, self.total, names, self.actions = await run(read)
        self.rows = [_view(each, names) for each in found]

    async def _home(self) -> UUID | None:
        return None if self.everywhere else as_id(await current_workspace(self))

    def _wanted(self) -> AuditFilter:
        return AuditFilter(
            who=self.who,
            action=self.action,
            result=self.result,
            since=_midnight(self.since),
            until=_midnight(self.until, after=True),
            text=self.text,
        )

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.rows)

    @rx.var
    def is_filtered(self) -> bool:
        """Whether the list shows less than there is."""
        return any((self.who, self.action, self.result, self.since, self.until, self.text))

    def _href(self, **changed: str) -> str:
        values = {name: getattr(self, name) for name in _FILTERS}
        values = {**values, "all": "1" if self.everywhere else "", **changed}
        return f"/admin/audit?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Sets all filters at once."""
        return rx.redirect(self._href(**{name: str(form.get(name, ""))[:_LONGEST_FILTER] for name in _FILTERS}))

    @event()
    async def clear(self) -> rx.event.EventSpec:
        """Takes all filters away."""
        return rx.redirect(self._href(**dict.fromkeys(_FILTERS, "")))

    @event()
    async def filter_result(self, result: str) -> rx.event.EventSpec:
        """Sets or clears the result."""
        return rx.redirect(self._href(result="" if result == self.result else result), replace=True)

    @event()
    async def toggle_everywhere(self) -> rx.event.EventSpec:
        """This workspace, or the whole installation."""
        return rx.redirect(self._href(all="" if self.everywhere else "1"), replace=True)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        start = max(0, self.offset - PAGE_ROWS)
        return rx.redirect(self._href(**{"from": str(start) if start else ""}))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(self._href(**{"from": str(self.offset + PAGE_ROWS)}))

    @event()
    async def open_event(self, event_id: str) -> rx.event.EventSpec:
        """Opens one; the URL says so."""
        start = str(self.offset) if self.offset else ""
        return rx.redirect(self._href(event=event_id, **{"from": start}), replace=True)

    async def _open(self, event_id: str) -> None:
        def read(session: Session, actor: Actor) -> EventDetail:
            found = audit.get_audit_event(session, actor, as_id(event_id))
            return _detail(found, audit.names_of(session, [found]))

        try:
            self.detail, self.is_open = await run(read), True
        except NotFoundError as error:
            await notify(self, error.message, "error")

    @event()
    async def close_event(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        start = str(self.offset) if self.offset else ""
        return None if is_open else rx.redirect(self._href(**{"from": start}), replace=True)

    @event()
    async def check(self) -> None:
        """Walks the whole chain; only administrators of the installation have the button."""
        report = await run(audit.check_chain)
        self.check_kind = "ok" if report.is_unbroken else "error"
        self.anchor = str(report.anchor) if report.is_unbroken else ""
        said = f"{fmt.count(report.event_count)} events, none missing and none changed."
        self.check_text = said if report.is_unbroken else report.problem

    @event()
    async def export(self, form: str) -> rx.event.EventSpec:
        """Makes the browser fetch the filtered events as a file."""
        wanted_form = ExportFormat(form) if form in set(ExportFormat) else ExportFormat.CSV
        asked = ExportTicket(await self._home(), self._wanted(), wanted_form)
        ticket = await run_outside(lambda actor: audit.make_export_ticket(actor, asked))
        return rx.download(url=f"/auth/audit-download/{ticket}", filename=f"audit-log-{now():%Y-%m-%d}.{wanted_form}")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _midnight(day: str, *, after: bool = False) -> datetime | None:
    """The start of a day, or its end: people mean the last day to be in."""
    if not day:
        return None
    chosen = date.fromisoformat(day)
    if after and chosen < date.max:
        chosen += timedelta(days=1)
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC)


def _view(found: AuditEvent, names: Names) -> EventView:
    return EventView(
        id=str(found.id),
        sentence=audit.sentence_of(found, names),
        result=found.result,
        age=fmt.ago(found.created_at),
        exact=fmt.exact(found.created_at),
        address=found.address,
        action=found.action,
    )


def _detail(found: AuditEvent, names: Names) -> EventDetail:
    facts = [
        ["When", fmt.exact(found.created_at)],
        ["Who", _joined(names.person(found.actor_id), found.actor_email) or audit.who_of(found, names)],
        ["Action", found.action],
        ["On what", _joined(found.subject_kind.replace("_", " "), found.subject_id)],
        ["From address", found.address],
        ["With", found.user_agent],
        ["Request", found.request_id],
        ["Place in the log", fmt.count(found.position)],
        ["Hash", found.hash],
    ]
    before, after = found.detail.get("before"), found.detail.get("after")
    return EventDetail(
        id=str(found.id),
        sentence=audit.sentence_of(found, names),
        result=found.result,
        facts=[[name, value] for name, value in facts if value],
        changes=_changes(before, after) if "before" in found.detail or "after" in found.detail else [],
        more=[[_label(name), _text(value)] for name, value in found.detail.items() if name not in {"before", "after"}],
    )


def _joined(name: str, other: str) -> str:
    return f"{name} ({other})" if name and other and name != other else name or other


def _changes(before: object, after: object) -> list[list[str]]:
    if not isinstance(before, dict) and not isinstance(after, dict):
        return [["Value", _text(before), _text(after)]]
    old, new = (part if isinstance(part, dict) else {} for part in (before, after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [[_label(str(name)), _text(old.get(name)), _text(new.get(name))] for name in names]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "nothing"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
