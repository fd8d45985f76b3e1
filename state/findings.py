"""Findings: the list, one beside it, and what people decide."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.models import FindingStatus, Severity
from pursight_app.services import compliance
from pursight_app.services.compliance import FindingRow
from state import format as fmt
from state.base import as_id, column_href, event, hear, run
from state.session import current_workspace, notify

PAGE_ROWS = 50
_OPEN = ("open", "acknowledged")


@dataclass
class FindingView:
    """One row of the list."""

    id: str
    severity: str
    status: str
    title: str
    rule: str
    framework: str
    table: str
    column: str
    age: str
    age_exact: str


@dataclass
class FindingDetail:
    """The finding that is open."""

    id: str = ""
    severity: str = ""
    status: str = ""
    title: str = ""
    rule: str = ""
    framework: str = ""
    description: str = ""
    remediation: str = ""
    condition: str = ""
    table: str = ""
    column: str = ""
    href: str = ""
    facts: list[list[str]] = field(default_factory=list)
    waiver: str = ""


class FindingsState(rx.State):
    """Filters, page and the open finding live in the URL."""

    is_loading: bool = True
    findings: list[FindingView] = []
    total: int = 0
    offset: int = 0
    severity: str = ""
    status: str = ""
    counts: list[list[str]] = []
    is_open: bool = False
    detail: FindingDetail = FindingDetail()
    problem: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        self.severity = str(given.get("severity")) if given.get("severity") in set(Severity) else ""
        self.status = str(given.get("status")) if given.get("status") in set(FindingStatus) else ""
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        self.problem = ""
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "findings", f"workspace:{workspace_id}")
        self.is_loading = False
        self.is_open = False
        if finding_id := str(given.get("finding", "")):
            await self._open(finding_id)

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        workspace_id = await current_workspace(self)
        if not workspace_id:
            return
        home, severity, offset = as_id(workspace_id), self.severity, self.offset
        statuses = (self.status,) if self.status else _OPEN
        rows, self.total = await run(
            lambda session, actor: compliance.list_findings(
                session, actor, workspace_id=home, severity=severity, statuses=statuses, limit=PAGE_ROWS, offset=offset
            )
        )
        counts = await run(lambda session, actor: compliance.count_findings(session, actor, home))
        self.counts = [[level, level.capitalize(), fmt.count(number)] for level, number in counts.items()]
        self.findings = [_view(row) for row in rows]

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.findings)

    def _href(self, **changed: str) -> str:
        values = {"severity": self.severity, "status": self.status, **changed}
        return f"/findings?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def filter_severity(self, severity: str) -> rx.event.EventSpec:
        """Sets or clears the severity."""
        return rx.redirect(self._href(severity="" if severity == self.severity else severity), replace=True)

    @event()
    async def filter_status(self, status: str) -> rx.event.EventSpec:
        """Sets the status, "" for open and acknowledged ones."""
        return rx.redirect(self._href(status=status), replace=True)

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
    async def open_finding(self, finding_id: str) -> rx.event.EventSpec:
        """Opens one; the URL says so."""
        return rx.redirect(self._href(finding=finding_id), replace=True)

    async def _open(self, finding_id: str) -> None:
        try:
            row = await run(lambda session, actor: compliance.get_finding(session, actor, as_id(finding_id)))
        except NotFoundError:
            await notify(self, "There is no such finding, or not one that you may see.", "error")
            return
        self.detail, self.is_open = _detail(row), True

    @event()
    async def close_finding(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        return None if is_open else rx.redirect(self._href(), replace=True)

    @event()
    async def set_status(self, status: str) -> None:
        """Acknowledges or reopens the open finding."""
        finding_id = as_id(self.detail.id)
        await run(lambda session, actor: compliance.set_finding_status(session, actor, finding_id, status))
        await self._again("Acknowledged." if status == "acknowledged" else "Open again.")

    @event()
    async def waive(self, form: dict[str, Any]) -> None:
        """Accepts the risk until a day."""
        finding_id, reason = as_id(self.detail.id), str(form.get("reason", ""))
        try:
            until = _end_of_day(str(form.get("until", "")))
            await run(
                lambda session, actor: compliance.waive_finding(
                    session, actor, finding_id, reason=reason, expires_at=until
                )
            )
        except InvalidInputError as error:
            self.problem = error.message
            return
        self.problem = ""
        await self._again("Waived. It opens again when the waiver ends.")

    async def _again(self, said: str) -> None:
        await self._fill()
        await self._open(self.detail.id)
        await notify(self, said)


def _end_of_day(text: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59), UTC)
    except ValueError:
        raise InvalidInputError("Choose the day on which the waiver ends.") from None


def _view(row: FindingRow) -> FindingView:
    return FindingView(
        id=str(row.finding.id),
        severity=row.finding.severity,
        status=row.finding.status,
        title=row.rule.title,
        rule=row.rule.key,
        framework=row.rule.framework,
        table=row.asset.qualified_name,
        column=row.column.name if row.column else "",
        age=fmt.ago(row.finding.created_at),
        age_exact=fmt.exact(row.finding.created_at),
    )


def _detail(row: FindingRow) -> FindingDetail:
    evidence = row.finding.evidence
    facts = [["Found", fmt.exact(row.finding.created_at)], ["Last seen", fmt.exact(row.finding.last_seen_at)]]
    if evidence.get("data_class"):
        facts.append(["Data class", str(evidence["data_class"])])
        facts.append(["Confidence", fmt.percent(evidence.get("confidence"))])
    if evidence.get("tested"):
        facts.append(["Matched", f"{fmt.count(evidence['matched'])} of {fmt.count(evidence['tested'])} values"])
    waiver = ""
    if row.waiver:
        waiver = f"Accepted by {row.approved_by or 'a former member'} until {row.waiver.expires_at:%-d %b %Y}: {row.waiver.reason}"
    return FindingDetail(
        id=str(row.finding.id),
        severity=row.finding.severity,
        status=row.finding.status,
        title=row.rule.title,
        rule=row.rule.key,
        framework=row.rule.framework,
        description=row.rule.description,
        remediation=row.rule.remediation,
        condition=row.rule.condition,
        table=row.asset.qualified_name,
        column=row.column.name if row.column else "",
        href=column_href(row.asset.id, row.column.name) if row.column else f"/catalog/{row.asset.id}",
        facts=facts,
        waiver=waiver,
    )
