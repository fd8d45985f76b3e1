"""One plan: bottlenecks, changes with what they bring, trials, the diff, and its approval."""

from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.models import OptimizationPlan
from pursight_app.services import optimization
from state import format as fmt
from state.base import as_id, event, hear, is_at, run
from state.pipeline_views import (
    BottleneckView,
    DiffLine,
    RecommendationView,
    TrialView,
    bottleneck_view,
    diff_lines,
    recommendation_view,
    trial_views,
)
from state.session import current_workspace, notify

_WORDS = {
    "queued": "Waiting for a worker",
    "analysing": "Running the pipeline as it is, to see where its time goes",
    "trying": "Trying changes beside the place where the results are read",
    "ready": "Ready for a decision",
    "applied": "Approved and in use",
    "failed": "Could not be analysed",
}


class PipelinePlanState(rx.State):
    """The plan in the URL; `chosen` are the ticked recommendations."""

    is_loading: bool = True
    is_missing: bool = False
    plan_id: str = ""
    status: str = ""
    status_words: str = ""
    error: str = ""
    pipeline: str = ""
    pipeline_href: str = ""
    asked: str = ""
    lead: str = ""
    bottlenecks: list[BottleneckView] = []
    recommendations: list[RecommendationView] = []
    trials: list[TrialView] = []
    diff: list[DiffLine] = []
    chosen: list[str] = []
    _choice_of: str = ""
    deployment_href: str = ""
    is_approving: bool = False

    def _id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    @event()
    async def load(self) -> None:
        """Loads the plan and keeps it live."""
        self.is_missing = False
        if not is_at(self, self._choice_of.partition(" ")[0]):
            self.is_approving, self._choice_of = False, ""
        try:
            await self._fill()
        except NotFoundError:
            self.is_missing = True
        else:
            await hear(self, "pipeline_plan", f"workspace:{await current_workspace(self)}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if not self.is_missing:
            await self._fill()

    async def _fill(self) -> None:
        plan_id = self._id()

        def read(session: Any, actor: Any) -> Any:
            row = optimization.get_plan(session, actor, plan_id)
            state = f"{plan_id} {row.plan.status}"
            ticked = kept if state == choice_of else [each.id for each in row.recommendations if each.is_chosen]
            return row, state, ticked, optimization.diff_of_plan(session, row, ticked)

        kept, choice_of = [as_id(each) for each in self.chosen], self._choice_of
        row, self._choice_of, ticked, diff = await run(read)
        plan = row.plan
        self.chosen, self.status = [str(each) for each in ticked], plan.status
        self.plan_id, self.status_words, self.error = str(plan.id), _WORDS[plan.status], plan.error or ""
        self.pipeline, self.pipeline_href = row.pipeline.name, f"/pipelines/{row.pipeline.id}"
        self.asked = f"asked for by {row.requested_by}, {fmt.ago(plan.created_at)}, of version {plan.version}"
        self.bottlenecks = [bottleneck_view(each) for each in plan.bottlenecks[:12]]
        self.recommendations = [recommendation_view(each) for each in row.recommendations]
        self.trials, self.diff = trial_views(plan.trials, plan.baseline_s), diff_lines(diff)
        self.deployment_href = f"/pipelines/deployments/{row.deployment.id}" if row.deployment else ""
        self.lead = _lead(plan, has_changes=bool(row.recommendations))

    @event()
    async def toggle(self, recommendation_id: str, is_on: bool) -> None:  # noqa: FBT001  the checkbox sends it
        """Ticks a change, or takes the tick away; the diff shows what is ticked."""
        known = [each.id for each in self.recommendations if not each.is_suggestion]
        wanted = {*self.chosen, recommendation_id} if is_on else {*self.chosen} - {recommendation_id}
        self.chosen = [each for each in known if each in wanted]
        await self._fill()

    @event()
    async def ask(self) -> None:
        """Opens the dialog that says what approval does."""
        self.is_approving = True

    @event()
    async def close(self) -> None:
        """Closes it."""
        self.is_approving = False

    @event()
    async def approve(self) -> Any:
        """Puts the ticked changes into use."""
        plan_id, chosen = self._id(), [as_id(each) for each in self.chosen]
        self.is_approving = False
        try:
            made = await run(lambda session, actor: optimization.apply_plan(session, actor, plan_id, chosen))
        except UserError as error:
            await notify(self, error.message, "error")
            return await self._fill()
        return rx.redirect(f"/pipelines/deployments/{made.id}")


def _lead(plan: OptimizationPlan, *, has_changes: bool) -> str:
    base_s, best_s = plan.baseline_s, plan.optimized_s
    if plan.status not in {"ready", "applied"} or not base_s:
        return ""
    if best_s:
        return f"As it is it takes {fmt.duration(base_s)}; with the changes below {fmt.duration(best_s)}, {base_s / best_s:.1f} times as fast, with the same results."
    takes = f"It takes {fmt.duration(base_s)}."
    if plan.trials:
        return f"{takes} No change that was tried is faster beyond noise, so it is best left alone."
    if has_changes:
        return f"{takes} Nothing was tried: what changes would bring is expected, not measured."
    return f"{takes} Nothing that PurSight knows would make it faster, so it is best left alone."
