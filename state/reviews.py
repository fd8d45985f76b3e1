"""The review queue: what waits for a person's word, many answered at once, and what can be taken back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.services import data_classes, reviews
from pursight_app.services.reviews import QueueFilters
from state import format as fmt
from state.base import as_id, event, hear, run
from state.review_views import BatchView, Choice, ItemView, QueueView, view_batch, view_item, view_verdict
from state.session import current_workspace, notify

PAGE_ROWS = 25
_MENDABLE = (ConflictError, InvalidInputError, NotFoundError)
_DONE = {"confirm": "confirmed", "reject": "rejected", "correct": "corrected"}
_ITEM_ROWS = 100


class ReviewsState(rx.State):
    """Filters, page and tab live in the URL; what is ticked lives here until it is answered."""

    is_loading: bool = True
    tab: str = "queue"
    rows: list[QueueView] = []
    total: int = 0
    offset: int = 0
    query: str = ""
    data_class: str = ""
    source: str = ""
    sensitivity: str = ""
    named: str = ""
    shows_all: bool = False
    chosen: list[str] = []
    classes: list[str] = []
    sources: list[Choice] = []
    batches: list[BatchView] = []
    batch_total: int = 0
    is_open: bool = False
    open_batch: str = ""
    items: list[ItemView] = []
    problem: str = ""
    done_words: str = ""
    done_batch: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        self.tab = "recent" if given.get("tab") == "recent" else "queue"
        self.query = str(given.get("q", ""))[:100]
        self.data_class = str(given.get("class", ""))[:60]
        self.source = str(given.get("source", ""))[:40]
        self.sensitivity = str(given.get("sensitivity")) if given.get("sensitivity") in set(Sensitivity) else ""
        self.named = str(given.get("named")) if given.get("named") in {"named", "unnamed"} else ""
        self.shows_all = given.get("all") == "1"
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 1_000_000) if start.isdigit() else 0
        self.chosen, self.problem, self.is_open = [], "", False
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "reviews", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        workspace_id = await current_workspace(self)
        if not workspace_id:
            return
        home = as_id(workspace_id)
        if self.tab == "recent":
            await self._fill_recent(home)
        else:
            await self._fill_queue(home)

    async def _fill_queue(self, home: UUID) -> None:
        filters, offset = self._filters(), self.offset
        found, self.total = await run(
            lambda session, actor: reviews.list_queue(session, actor, home, filters, limit=PAGE_ROWS, offset=offset)
        )
        sources = await run(lambda session, actor: reviews.list_sources(session, actor, home))
        known = await run(lambda session, actor: data_classes.list_classes(session, actor, home))
        self.rows = [view_verdict(row) for row in found]
        self.sources = [Choice(str(source_id), name) for source_id, name in sources]
        self.classes = [each.name for each in known]
        shown = {row.id for row in self.rows}
        self.chosen = [each for each in self.chosen if each in shown]

    async def _fill_recent(self, home: UUID) -> None:
        offset = self.offset
        found, self.batch_total = await run(
            lambda session, actor: reviews.list_batches(session, actor, home, limit=PAGE_ROWS, offset=offset)
        )
        self.batches = [view_batch(row) for row in found]

    def _filters(self) -> QueueFilters:
        return QueueFilters(
            query=self.query,
            data_class=self.data_class,
            data_source_id=as_id(self.source) if self.source else None,
            sensitivity=self.sensitivity,
            named=self.named,
            only_doubtful=not self.shows_all,
        )

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.batches if self.tab == "recent" else self.rows)

    @rx.var
    def has_filters(self) -> bool:
        """Whether the queue is narrowed."""
        return bool(self.query or self.data_class or self.source or self.sensitivity or self.named)

    @rx.var
    def has_all(self) -> bool:
        """Whether every row shown is ticked."""
        return bool(self.rows) and len(self.chosen) == len(self.rows)

    @rx.var
    def can_confirm(self) -> bool:
        """Whether all that is ticked has a class that can be confirmed or rejected."""
        return not any(row.id in self.chosen and not row.data_class for row in self.rows)

    def _href(self, **changed: str) -> str:
        values = {
            "tab": "" if self.tab == "queue" else self.tab,
            "q": self.query,
            "class": self.data_class,
            "source": self.source,
            "sensitivity": self.sensitivity,
            "named": self.named,
            "all": "1" if self.shows_all else "",
            **changed,
        }
        return f"/reviews?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def choose_tab(self, tab: str) -> rx.event.EventSpec:
        """What waits, or what was decided."""
        return rx.redirect("/reviews?tab=recent" if tab == "recent" else "/reviews", replace=True)

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows by the name of a table or column."""
        return rx.redirect(self._href(q=str(form.get("q", ""))[:100]), replace=True)

    @event()
    async def narrow(self, name: str, value: str) -> Any:
        """Sets one filter, "" for any."""
        if name not in {"class", "source", "sensitivity", "named", "all"}:
            return None
        return rx.redirect(self._href(**{name: value[:60]}), replace=True)

    @event()
    async def clear(self) -> rx.event.EventSpec:
        """Drops every filter."""
        return rx.redirect("/reviews", replace=True)

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
    async def tick(self, row_id: str) -> None:
        """Ticks a row, or takes the tick away."""
        if row_id in self.chosen:
            self.chosen = [each for each in self.chosen if each != row_id]
        elif any(row.id == row_id for row in self.rows):
            self.chosen = [*self.chosen, row_id]

    @event()
    async def tick_all(self) -> None:
        """Ticks every row of this page, or none."""
        self.chosen = [] if len(self.chosen) == len(self.rows) else [row.id for row in self.rows]

    @event()
    async def decide(self, decision: str) -> None:
        """Confirms or rejects what is ticked."""
        await self._decide(decision, None)

    @event()
    async def correct(self, form: dict[str, Any]) -> None:
        """Says what the ticked columns really are."""
        await self._decide("correct", str(form.get("data_class", "")) or None)

    async def _decide(self, decision: str, data_class: str | None) -> None:
        home, ids = as_id(await current_workspace(self)), [as_id(each) for each in self.chosen]
        try:
            made = await run(
                lambda session, actor: reviews.review_many(
                    session, actor, home, ids, decision=decision, data_class=data_class
                )
            )
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.problem, self.chosen = "", []
        self.done_batch = str(made.batch_id)
        self.done_words = f"{_columns(made.reviewed)} {_DONE[decision]}{f' to {data_class}' if data_class else ''}."
        if self.offset and len(self.rows) == len(ids):
            self.offset = max(0, self.offset - PAGE_ROWS)
        await self._fill()

    @event()
    async def dismiss(self) -> None:
        """Puts the notice away; the decision stays under Recent decisions."""
        self.done_words = self.done_batch = ""

    @event()
    async def undo(self, batch_id: str) -> None:
        """Takes a whole batch back."""
        await self._undo(batch_id, None)

    @event()
    async def undo_item(self, review_id: str) -> None:
        """Takes one review of the open batch back."""
        await self._undo(self.open_batch, review_id)

    async def _undo(self, batch_id: str, review_id: str | None) -> None:
        only = None if review_id is None else [as_id(review_id)]
        try:
            undone = await run(lambda session, actor: reviews.undo_reviews(session, actor, as_id(batch_id), only))
        except _MENDABLE as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, f"{_columns(undone.reviewed)} taken back.")
            if batch_id == self.done_batch:
                self.done_words = self.done_batch = ""
        await self._fill()
        if self.is_open:
            await self._fill_items()

    @event()
    async def show_batch(self, batch_id: str) -> None:
        """Opens the reviews of a batch."""
        self.open_batch = batch_id
        await self._fill_items()
        self.is_open = True

    async def _fill_items(self) -> None:
        home, batch_id = as_id(await current_workspace(self)), as_id(self.open_batch)
        rows, _ = await run(
            lambda session, actor: reviews.list_reviews(session, actor, home, batch_id=batch_id, limit=_ITEM_ROWS)
        )
        self.items = [view_item(row) for row in rows]

    @event()
    async def close_batch(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        if not is_open:
            self.is_open, self.open_batch, self.items = False, "", []


def _columns(number: int) -> str:
    return "1 verdict" if number == 1 else f"{fmt.count(number)} verdicts"
