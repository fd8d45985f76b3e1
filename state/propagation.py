"""Labels that follow lineage: the part of a column's drawer, and the column lineage of an asset with its breaks."""

from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import PurSightError
from pursight_app.services import propagation
from state import format as fmt
from state.base import as_id, event, run
from state.propagation_views import (
    EndView,
    LinkView,
    ReceivedView,
    TargetView,
    view_end,
    view_link,
    view_received,
    view_target,
)
from state.session import notify

SHOWN_TARGETS = 50
SHOWN_LINKS = 100


class PropagationState(rx.State):
    """What came to the column whose drawer is open, and where its label would go."""

    is_loading: bool = True
    problem: str = ""
    verdict_id: str = ""
    column_id: str = ""
    received: list[ReceivedView] = []
    may_review: bool = False
    refusal: str = ""
    active_id: str = ""
    targets: list[TargetView] = []
    target_count: int = 0
    change_count: int = 0
    ends: list[EndView] = []
    hidden: str = ""
    is_cut: bool = False

    @event()
    async def open_verdict(self, classification_id: str) -> None:
        """Loads what belongs to a verdict; called when its drawer opens."""
        if not classification_id:
            return
        self.verdict_id, self.is_loading = classification_id, True
        await self._load()

    @event()
    async def try_again(self) -> None:
        """Loads once more after an error."""
        await self._load()

    async def _load(self) -> None:
        self.problem = ""
        try:
            await self._fill()
        except PurSightError as error:
            self.problem = error.message
        self.is_loading = False

    async def _fill(self) -> None:
        verdict_id = as_id(self.verdict_id)

        def read(session: Any, actor: Any) -> tuple[UUID, list[Any], propagation.Preview | None]:
            column_id, may_review = propagation.column_of_verdict(session, actor, verdict_id)
            preview = propagation.preview_propagation(session, actor, column_id) if may_review else None
            return column_id, propagation.list_received(session, actor, column_id), preview

        column_id, received, preview = await run(read)
        self.column_id = str(column_id)
        self.received = [view_received(label) for label in received]
        self.may_review = preview is not None
        if preview is None:
            return
        self.refusal, self.is_cut = preview.refusal, preview.is_cut
        self.active_id = str(preview.propagation_id or "")
        self.targets = [view_target(target) for target in preview.targets[:SHOWN_TARGETS]]
        self.target_count = len(preview.targets)
        self.change_count = sum(not target.stays for target in preview.targets)
        self.ends = [view_end(end) for end in preview.ends[:SHOWN_TARGETS]]
        self.hidden = _hidden(preview.hidden_count)

    @event()
    async def propagate(self) -> None:
        """Lets the label follow its lineage."""
        column_id = as_id(self.column_id)
        await run(lambda session, actor: propagation.propagate(session, actor, column_id))
        await self._load()
        await notify(self, "The label follows its lineage from now on. New columns get it with their scan.")

    @event()
    async def withdraw(self) -> None:
        """Takes the labels back."""
        propagation_id = as_id(self.active_id)
        await run(lambda session, actor: propagation.withdraw(session, actor, propagation_id))
        await self._load()
        await notify(self, "Withdrawn. Where the label stood the classifier's suggestion is back.")


def _hidden(number: int) -> str:
    if not number:
        return ""
    columns = "One more column" if number == 1 else f"{fmt.count(number)} more columns"
    return f"{columns} would be reached that you may not see or review; they get no label from you."


class ColumnLineageState(rx.State):
    """The edges between the columns of the asset in the URL and others."""

    is_loading: bool = True
    problem: str = ""
    links: list[LinkView] = []
    link_count: int = 0
    is_cut: bool = False
    query: str = ""
    is_stopping: bool = False
    stopping: str = ""
    upstream_id: str = ""
    downstream_id: str = ""
    form_problem: str = ""

    @event()
    async def load(self) -> None:
        """Called when the tab opens."""
        self.query, self.is_stopping, self.is_loading = "", False, True
        await self._load()

    @event()
    async def try_again(self) -> None:
        """Loads once more after an error."""
        await self._load()

    @event()
    async def find(self, form: dict[str, Any]) -> None:
        """Narrows the edges by the name of a column or table."""
        self.query = str(form.get("column", "")).strip()[:100]
        await self._load()

    async def _load(self) -> None:
        self.problem = ""
        try:
            await self._fill()
        except PurSightError as error:
            self.problem = error.message
        self.is_loading = False

    async def _fill(self) -> None:
        asset_id = as_id(self.router.url.path.rstrip("/").rpartition("/")[2])
        links, self.is_cut = await run(lambda session, actor: propagation.list_column_links(session, actor, asset_id))
        wanted = self.query.lower()
        found = [link for link in map(view_link, links) if wanted in _names(link)]
        self.links, self.link_count = found[:SHOWN_LINKS], len(found)

    @event()
    async def start_stopping(self, upstream_id: str, downstream_id: str) -> None:
        """Asks why labels must not pass an edge."""
        link = next(
            (each for each in self.links if (each.upstream_id, each.downstream_id) == (upstream_id, downstream_id)),
            None,
        )
        if link is None:
            return
        self.upstream_id, self.downstream_id = link.upstream_id, link.downstream_id
        self.stopping = f"{link.upstream_table}.{link.upstream} → {link.downstream_table}.{link.downstream}"
        self.is_stopping, self.form_problem = True, ""

    @event()
    async def close_stopping(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        if not is_open:
            self.is_stopping = False

    @event()
    async def stop(self, form: dict[str, Any]) -> None:
        """Stops labels on the chosen edge."""
        ends, reason = (as_id(self.upstream_id), as_id(self.downstream_id)), str(form.get("reason", ""))
        try:
            await run(lambda session, actor: propagation.break_edge(session, actor, *ends, reason=reason))
        except PurSightError as error:
            self.form_problem = error.message
            return
        self.is_stopping = False
        await self._load()
        await notify(self, "Labels are stopped here. Those that came this way are gone.")

    @event()
    async def let_pass(self, upstream_id: str, downstream_id: str) -> None:
        """Lets labels pass an edge again."""
        ends = as_id(upstream_id), as_id(downstream_id)
        await run(lambda session, actor: propagation.mend_edge(session, actor, *ends))
        await self._load()
        await notify(self, "Labels pass here again.")


def _names(link: LinkView) -> str:
    return f"{link.upstream_table}.{link.upstream} {link.downstream_table}.{link.downstream}".lower()
