"""Approved changes of a pipeline: live while they are watched, then the report."""

from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.services.optimization import deployments
from state import format as fmt
from state.base import as_id, event, hear, run
from state.pipeline_views import DeploymentView, RunView, deployment_view, run_view
from state.session import current_workspace, notify

_COSTS = (
    ("core_hours", "Core-hours"), ("tasks", "Tasks"), ("stages", "Stages"), ("input_bytes", "Read"), ("shuffle_write_bytes", "Shuffled"),
    ("output_bytes", "Written"), ("disk_spilled", "Spilled"),
)  # fmt: skip


class PipelineDeploymentState(rx.State):
    """The deployment in the URL."""

    is_loading: bool = True
    is_missing: bool = False
    deployment: DeploymentView = DeploymentView()
    pipeline: str = ""
    pipeline_href: str = ""
    plan_href: str = ""
    runs: list[RunView] = []
    costs: list[list[str]] = []
    is_asking: bool = False

    def _id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    @event()
    async def load(self) -> None:
        """Loads the deployment and keeps it live."""
        self.is_missing, self.is_asking = False, False
        try:
            await self._fill()
        except NotFoundError:
            self.is_missing = True
        else:
            await hear(self, "pipeline_deployment", f"workspace:{await current_workspace(self)}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if not self.is_missing:
            await self._fill()

    async def _fill(self) -> None:
        deployment_id = self._id()
        row = await run(lambda session, actor: deployments.get_deployment(session, actor, deployment_id))
        one = row.deployment
        done = [each.duration_s for each in row.runs if each.status == "succeeded" and each.duration_s]
        report = one.report or deployments.report_of(one.baseline_durations_s, done)
        self.deployment = deployment_view(one, row.runs, report)
        self.pipeline, self.pipeline_href = row.pipeline.name, f"/pipelines/{row.pipeline.id}"
        self.plan_href = f"/pipelines/plans/{one.plan_id}"
        self.runs = [run_view(each) for each in row.runs]
        before, after = report.get("cost_before") or {}, report.get("cost_after") or {}
        self.costs = [
            [words, _cost(name, before), _cost(name, after)]
            for name, words in _COSTS
            if name in before or name in after
        ]

    @event()
    async def ask(self) -> None:
        """Asks before changes are taken back."""
        self.is_asking = True

    @event()
    async def close(self) -> None:
        """Lets them be."""
        self.is_asking = False

    @event()
    async def roll_back(self) -> None:
        """Takes the changes back."""
        deployment_id = self._id()
        self.is_asking = False
        try:
            await run(lambda session, actor: deployments.roll_back(session, actor, deployment_id))
        except UserError as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, "The version before is in use again.", "ok")
        await self._fill()


def _cost(name: str, figures: dict[str, Any]) -> str:
    value = figures.get(name)
    if value is None:
        return "not measured"
    return fmt.size(value) if name.endswith(("bytes", "spilled")) else str(value)
