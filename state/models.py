"""Learning: what the classifier has learned, the challenger beside it, and what it would change."""

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.services import learning
from state import format as fmt
from state.base import as_id, event, hear, run
from state.model_views import (
    ChallengerView,
    ChangeView,
    HistoryView,
    InUseView,
    PairView,
    ScoreView,
    WorkView,
    view_challenger,
    view_change,
    view_history,
    view_in_use,
    view_pair,
    view_scores,
    view_work,
)
from state.session import current_workspace, notify

PAGE_ROWS = 50
HISTORY_ROWS = 50


class ModelsState(rx.State):
    """The page's filters live in the URL: `?before=`, `?after=` (class, or "-" for not named) and `?from=`."""

    is_loading: bool = True
    in_use: InUseView = InUseView()
    work: WorkView = WorkView()
    challenger: ChallengerView = ChallengerView()
    scores: list[ScoreView] = []
    pairs: list[PairView] = []
    changes: list[ChangeView] = []
    change_total: int = 0
    changed: str = "0"
    offset: int = 0
    before: str = ""
    after: str = ""
    history: list[HistoryView] = []
    is_deciding: bool = False

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        self.before, self.after = str(given.get("before", ""))[:80], str(given.get("after", ""))[:80]
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        self.is_deciding = False
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "models", f"workspace:{workspace_id}")
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

        def read(session: Any, actor: Any) -> Any:
            standing = learning.get_learning(session, actor, home)
            return standing, learning.list_models(session, actor, home, limit=HISTORY_ROWS)[0]

        standing, rows = await run(read)
        self.in_use, self.work = view_in_use(standing), view_work(standing)
        self.challenger = view_challenger(standing)
        shown = standing.challenger or standing.champion
        self.scores = view_scores(shown)
        self.history = [view_history(row, standing) for row in rows]
        await self._fill_changes(str(standing.challenger.id) if standing.challenger else "")

    async def _fill_changes(self, model_id: str) -> None:
        if not model_id:
            self.pairs, self.changes, self.change_total, self.changed = [], [], 0, "0"
            return
        wanted, offset = as_id(model_id), self.offset
        before, after = (None if not name else "" if name == "-" else name for name in (self.before, self.after))

        def read(session: Any, actor: Any) -> Any:
            page = learning.list_changes(
                session, actor, wanted, before=before, after=after, limit=PAGE_ROWS, offset=offset
            )
            return page, learning.summarise_changes(session, actor, wanted)

        (rows, self.change_total), pairs = await run(read)
        self.changes = [view_change(row) for row in rows]
        self.pairs = [view_pair(pair) for pair in pairs]
        self.changed = fmt.count(sum(pair.columns for pair in pairs))

    @rx.var
    def first(self) -> int:
        """Number of the first change shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last change shown."""
        return self.offset + len(self.changes)

    def _href(self, **changed: str) -> str:
        given = {"before": self.before, "after": self.after, **changed}
        chosen = {name: value for name, value in given.items() if value}
        return f"/models?{urlencode(chosen)}" if chosen else "/models"

    @event()
    async def choose_pair(self, before: str, after: str) -> rx.event.EventSpec:
        """Shows the changes from one class to another; the same pair again shows all."""
        is_chosen = (before, after) == (self.before, self.after)
        chosen = ("", "") if is_chosen else (before, after)
        return rx.redirect(self._href(before=chosen[0], after=chosen[1]), replace=True)

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
    async def retrain(self) -> None:
        """Queues a training."""
        home = as_id(await current_workspace(self))
        await self._ask(
            lambda session, actor: learning.request_training(session, actor, home),
            "Training has begun. Nothing in the catalogue changes until you promote the result.",
        )

    @event()
    async def begin_promotion(self) -> None:
        """Opens the dialog that says what a promotion does."""
        self.is_deciding = True

    @event()
    async def end_promotion(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes that dialog."""
        self.is_deciding = is_open

    @event()
    async def promote(self) -> None:
        """Puts the challenger into use; whoever sees the warning of its gate in the dialog overrides it."""
        model_id, override = as_id(self.challenger.id), not self.challenger.has_passed
        self.is_deciding = False
        await self._ask(
            lambda session, actor: learning.promote_model(session, actor, model_id, override=override),
            "The model is being put into use. Confirmed labels stay as they are.",
        )

    @event()
    async def dismiss(self) -> None:
        """Puts the challenger aside."""
        model_id = as_id(self.challenger.id)
        await self._ask(
            lambda session, actor: learning.dismiss_model(session, actor, model_id),
            "The model was dismissed. Its reviews are kept; retraining uses them again.",
        )

    @event()
    async def roll_back(self, model_id: str) -> None:
        """Compares the catalogue with an earlier model, or with the shipped one for an empty id."""
        home = as_id(await current_workspace(self))
        earlier = as_id(model_id) if model_id else None
        await self._ask(
            lambda session, actor: learning.roll_back(session, actor, home, earlier),
            "The catalogue is being compared with that model. You decide once you see what would change.",
        )

    async def _ask(self, work: Any, done: str) -> None:
        try:
            await run(work)
        except UserError as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, done, "ok")
        await self._fill()
