"""Approved changes of a pipeline: live while they are watched, then the report."""

from typing import Any
from uuid import UUID, uuid4

import reflex as rx

from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.core.settings import get_settings
from pursight_app.services import collaboration
from pursight_app.services.optimization import deployments
from state import format as fmt
from state.base import as_id, event, hear, is_at, run
from state.deployment_views import DeploymentView, deployment_view, report_text
from state.pipeline_views import RunView, run_view
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
    discuss_href: str = ""
    runs: list[RunView] = []
    costs: list[list[str]] = []
    stages: list[list[str]] = []
    is_asking: bool = False
    is_sharing: bool = False
    rooms: list[list[str]] = []

    def _id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    @event()
    async def load(self) -> None:
        """Loads the deployment and keeps it live."""
        self.is_missing = False
        if not is_at(self, self.deployment.id):
            self.is_asking, self.is_sharing = False, False
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
        report = deployments.report_now(row.deployment, row.runs)
        self.deployment = deployment_view(one, row.runs, report)
        self.pipeline, self.pipeline_href = row.pipeline.name, f"/pipelines/{row.pipeline.id}"
        self.plan_href = f"/pipelines/plans/{one.plan_id}"
        self.discuss_href = f"/rooms?about=plan:{one.plan_id}"
        self.runs = [run_view(each) for each in row.runs]
        before, after = report.get("cost_before") or {}, report.get("cost_after") or {}
        self.costs = [
            [words, _cost(name, before), _cost(name, after)]
            for name, words in _COSTS
            if name in before or name in after
        ]

        sides = [report.get(f"stages_{side}") or [] for side in ("before", "after")]
        self.stages = [
            [
                f"{number + 1}.",
                *(words for side in sides for words in _stage(side[number] if number < len(side) else None)),
            ]
            for number in range(max(map(len, sides)))
        ]

    @event()
    async def open_rooms(self) -> None:
        """Asks into which room the report goes."""
        workspace_id = as_id(await current_workspace(self))
        rows = await run(lambda session, actor: collaboration.list_rooms(session, actor, workspace_id)[0])
        self.rooms = [
            [str(row.room.id), row.room.title] for row in rows if row.status == "active" and row.room.status == "active"
        ]
        self.is_sharing = True

    @event()
    async def close_rooms(self) -> None:
        """Shares nothing."""
        self.is_sharing = False

    @event()
    async def share(self, form: dict[str, Any]) -> Any:
        """Says in a room what came of the changes, and goes there."""
        room_id, deployment_id = as_id(str(form.get("room_id", ""))), self._id()
        address = f"{get_settings().origin}/pipelines/deployments/{deployment_id}"

        def say(session: Any, actor: Any) -> None:
            # Read anew: what is shared are the figures of this moment, as far as the actor may see them.
            row = deployments.get_deployment(session, actor, deployment_id)
            view = deployment_view(row.deployment, row.runs, deployments.report_now(row.deployment, row.runs))
            text = report_text(view, row.pipeline.name, address)
            collaboration.send(session, actor, room_id, body=text, client_id=uuid4().hex)

        self.is_sharing = False
        try:
            await run(say)
        except UserError as error:
            return await notify(self, error.message, "error")
        return rx.redirect(f"/rooms/{room_id}")

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


def _stage(one: dict[str, Any] | None) -> tuple[str, str, str]:
    """Name, time and bytes of a stage; empty where a side has none."""
    if one is None:
        return "", "", ""
    moved = sum(one[name] for name in ("input_bytes", "shuffle_read_bytes", "shuffle_write_bytes", "output_bytes"))
    return (
        f"{one['name'].partition(' at ')[0]} ({fmt.count(one['tasks'])} tasks)",
        fmt.duration(one["duration_ms"] / 1000),
        fmt.size(moved),
    )


def _cost(name: str, figures: dict[str, Any]) -> str:
    value = figures.get(name)
    if value is None:
        return "not measured"
    return (
        fmt.size(round(value))
        if name.endswith(("bytes", "spilled"))
        else f"{value:g}"
        if name == "core_hours"
        else fmt.count(round(value))
    )
