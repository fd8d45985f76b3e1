"""What needs me today: figures, newest findings, latest scans."""

from dataclasses import dataclass
from uuid import UUID

import reflex as rx

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.services import access_requests, catalog, collaboration, compliance, reviews, scanning
from pursight_app.services.access import Permission
from state import format as fmt
from state.base import acting, as_id, event, hear, run
from state.session import current_workspace


@dataclass
class AttentionItem:
    """One thing that wants a person."""

    icon: str
    tone: str
    count: str
    text: str
    href: str


@dataclass
class FindingLine:
    """A finding in the short list."""

    severity: str
    title: str
    where: str
    href: str
    when: str


@dataclass
class ScanLine:
    """A scan in the short list."""

    id: str
    source: str
    status: str
    text: str
    when: str


@dataclass
class TaskLine:
    """Something that the reader promised in a room."""

    title: str
    room: str
    href: str
    due: str


class HomeState(rx.State):
    """The home page of the chosen workspace."""

    is_loading: bool = True
    has_workspace: bool = True
    may_read: bool = True
    table_count: str = ""
    column_count: str = ""
    column_total: int = 0
    attention: list[AttentionItem] = []
    findings: list[FindingLine] = []
    scans: list[ScanLine] = []
    tasks: list[TaskLine] = []
    coverage: list[float] = [0.0, 0.0, 0.0]
    coverage_text: str = ""
    levels: list[float] = [0.0, 0.0, 0.0, 0.0]
    level_counts: list[str] = ["0", "0", "0", "0"]
    levels_text: str = ""

    @event()
    async def load(self) -> None:
        """Loads the page and keeps it live."""
        workspace_id = await current_workspace(self)
        self.has_workspace = bool(workspace_id)
        if workspace_id:
            await self._fill(workspace_id)
            await hear(self, "home", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub when something in the workspace changed."""
        if workspace_id := await current_workspace(self):
            await self._fill(workspace_id)

    async def _fill(self, workspace_id: str) -> None:
        home = as_id(workspace_id)
        actor = acting()
        self.may_read = actor.may_somewhere(Permission.CATALOG_READ, home)
        self.attention = []
        if self.may_read:
            overview = await run(lambda session, actor: catalog.get_overview(session, actor, home))
            self._show_figures(overview)
            self.attention += _about_catalog(overview)
        if actor.may_somewhere(Permission.CLASSIFICATION_REVIEW, home):
            waiting = await run(lambda session, actor: reviews.count_queue(session, actor, home))
            self.attention += _items([(waiting, "list-checks", "amber", "doubtful verdicts to review", "/reviews")])
        if actor.may_somewhere(Permission.FINDING_READ, home):
            self.attention = [*await self._fill_findings(home), *self.attention]
        if actor.may_somewhere(Permission.SCAN_READ, home):
            scans, _ = await run(lambda session, actor: scanning.list_scans(session, actor, workspace_id=home, limit=5))
            self.scans = [
                ScanLine(
                    str(row.run.id), row.data_source_name, row.run.status, _scan_text(row), fmt.ago(row.run.created_at)
                )
                for row in scans
            ]
        if actor.may_somewhere(Permission.ROOM_JOIN, home):
            await self._fill_rooms(home)
        if actor.may(Permission.ROLE_MANAGE, home):
            _, waiting = await run(
                lambda session, actor: access_requests.list_requests(
                    session, actor, home, status="pending", limit=1, offset=0
                )
            )
            self.attention += _items([(waiting, "key-round", "accent", "requests for access wait", "/admin/access")])

    async def _fill_rooms(self, home: UUID) -> None:
        rooms = await run(lambda session, actor: collaboration.list_rooms(session, actor, home)[0])
        invitations = sum(row.status == "invited" for row in rooms)
        self.attention += _items([(invitations, "mail-open", "accent", "invitations to rooms", "/rooms")])
        tasks = await run(lambda session, actor: collaboration.list_own_tasks(session, actor, home))
        self.tasks = [
            TaskLine(
                row.task.title,
                row.room_title,
                f"/rooms/{row.task.room_id}",
                f"due {row.task.due_on:%-d %b %Y}" if row.task.due_on else "",
            )
            for row in tasks[:8]
        ]

    async def _fill_findings(self, home: UUID) -> list[AttentionItem]:
        counts = await run(lambda session, actor: compliance.count_findings(session, actor, home))
        found, _ = await run(
            lambda session, actor: compliance.list_findings(session, actor, workspace_id=home, limit=6)
        )
        self.findings = [
            FindingLine(
                row.finding.severity,
                row.rule.title,
                row.asset.qualified_name + (f" · {row.column.name}" if row.column else ""),
                f"/findings?finding={row.finding.id}",
                fmt.ago(row.finding.created_at),
            )
            for row in found
        ]
        severe = counts["critical"] + counts["high"]
        return _items([(severe, "octagon-alert", "red", "critical and high findings open", "/findings")])

    def _show_figures(self, overview: catalog.Overview) -> None:
        total = overview.column_count
        self.column_total = total
        self.table_count, self.column_count = fmt.count(overview.table_count), fmt.count(total)
        waiting = total - overview.classified_count - overview.unnamed_count
        parts = (overview.classified_count, overview.unnamed_count, waiting)
        self.coverage = [_share(part, total) for part in parts]
        self.coverage_text = (
            f"{fmt.count(parts[0])} of {fmt.count(total)} columns have a data class, "
            f"{fmt.count(parts[1])} were looked at without a clear answer, {fmt.count(parts[2])} are not scanned yet."
        )
        levels = [overview.by_sensitivity[level] for level in Sensitivity]
        self.levels = [_share(level, sum(levels)) for level in levels]
        self.level_counts = [fmt.count(level) for level in levels]
        sensitive = levels[2] + levels[3]
        self.levels_text = (
            f"{fmt.count(sensitive)} of {fmt.count(sum(levels))} classified columns are confidential or restricted."
        )


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _about_catalog(overview: catalog.Overview) -> list[AttentionItem]:
    return _items(
        [
            (
                overview.failed_scan_count,
                "circle-alert",
                "amber",
                "sources whose last scan left tables unread",
                "/scans",
            ),
            (
                overview.missing_count,
                "file-question",
                "grey",
                "assets missing since a later scan",
                "/catalog?missing=1",
            ),
        ]
    )


def _items(items: list[tuple[int, str, str, str, str]]) -> list[AttentionItem]:
    return [AttentionItem(icon, tone, fmt.count(n), text, href) for n, icon, tone, text, href in items if n]


def _scan_text(row: scanning.ScanRow) -> str:
    summary = row.run.summary
    if not summary:
        return f"{fmt.count(row.run.done_count)} of {fmt.count(row.run.total_count)} tables"
    return f"{fmt.count(summary.get('tables', 0))} tables, {fmt.count(summary.get('sensitive', 0))} sensitive columns"
