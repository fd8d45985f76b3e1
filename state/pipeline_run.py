"""One run of a pipeline, live while Spark works on it, then its stages, plans and bottlenecks."""

from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core import live_metrics
from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.services import pipelines
from state import format as fmt
from state.base import as_id, event, hear, run
from state.pipeline_views import (
    CONFIGURATION_SHOWN,
    BottleneckView,
    Fact,
    RunView,
    StageView,
    bars,
    bottleneck_view,
    run_view,
    stage_views,
)
from state.plan_graph import EdgeView, NodeView, plan_view
from state.session import current_workspace, notify


class PipelineRunState(rx.State):
    """The run in the URL."""

    is_loading: bool = True
    is_missing: bool = False
    run: RunView | None = None
    pipeline: str = ""
    pipeline_href: str = ""
    stages: list[StageView] = []
    bottlenecks: list[BottleneckView] = []
    facts: list[Fact] = []
    configuration: list[Fact] = []
    warnings: list[str] = []
    nodes: list[NodeView] = []
    edges: list[EdgeView] = []
    plan_width: str = "0"
    plan_height: str = "0"
    plan_words: str = ""
    query_words: str = ""
    live: list[Fact] = []
    live_stages: list[list[str]] = []
    live_bars: list[int] = []

    def _id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    @event()
    async def load(self) -> None:
        """Loads the run and keeps it live."""
        self.is_missing = False
        try:
            await self._fill()
        except NotFoundError:
            self.is_missing, self.run = True, None
        else:
            await hear(self, "pipeline_run", f"workspace:{await current_workspace(self)}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if not self.is_missing:
            await self._fill()

    async def _fill(self) -> None:
        run_id = self._id()

        def read(session: Any, actor: Any) -> Any:
            found = pipelines.get_run(session, actor, run_id)
            readings = live_metrics.read_metrics(run_id, limit=120) if found[0].finished_at is None else []
            return found, pipelines.list_queries(session, actor, run_id)[:1], readings

        (row, pipeline, stages), queries, readings = await run(read)
        self.run, self.pipeline = run_view(row), pipeline.name
        self.pipeline_href = f"/pipelines/{pipeline.id}"
        self.stages = stage_views(stages)
        self.bottlenecks = [bottleneck_view(each) for each in row.bottlenecks[:12]]
        self._take_figures(row.figures)
        plan = plan_view(queries[0].plan if queries else {})
        self.nodes, self.edges, self.plan_words = plan.nodes, plan.edges, plan.words
        self.plan_width, self.plan_height = plan.width, plan.height
        self.query_words = f"The longest query took {fmt.duration(queries[0].duration_ms / 1000)}." if queries else ""
        self._take_live(readings)

    def _take_figures(self, figures: dict[str, Any]) -> None:
        names = {
            "tasks": "Tasks", "stages": "Stages", "jobs": "Jobs", "failed_tasks": "Failed tasks", "cores": "Cores", "core_hours": "Core-hours",
        }  # fmt: skip
        sizes = {
            "input_bytes": "Read", "output_bytes": "Written", "shuffle_write_bytes": "Shuffled", "disk_spilled": "Spilled to disk",
        }  # fmt: skip
        self.facts = [Fact(words, str(figures[name])) for name, words in names.items() if name in figures]
        self.facts += [Fact(words, fmt.size(figures[name])) for name, words in sizes.items() if name in figures]
        if "gc_ms" in figures:
            self.facts.append(Fact("Garbage collection", fmt.duration(figures["gc_ms"] / 1000)))
        self.configuration = [
            Fact(key, value) for key, value in list(figures.get("configuration", {}).items())[:CONFIGURATION_SHOWN]
        ]
        self.warnings = list(figures.get("warnings", []))

    def _take_live(self, readings: list[dict[str, Any]]) -> None:
        if not readings:
            self.live, self.live_stages, self.live_bars = [], [], []
            return
        now = readings[-1]
        self.live = [
            Fact("Tasks running", f"{now['tasks_running']} on {now['cores']} cores"),
            Fact("Tasks done", fmt.count(now["tasks_done"])),
            Fact("Memory in use", f"{fmt.size(now['memory_used_bytes'])} of {fmt.size(now['memory_bytes'])}"),
            Fact("Read", fmt.size(now["input_bytes"])),
            Fact("Shuffled", fmt.size(now["shuffle_bytes"])),
            Fact("Garbage collection", fmt.duration(now["gc_ms"] / 1000)),
        ]
        self.live_stages = [
            [
                str(each["stage_id"]),
                each["name"],
                f"{each['done']} of {each['tasks']}",
                str(round(100 * each["done"] / max(1, each["tasks"]))),
            ]
            for each in now["active_stages"]
        ]
        self.live_bars = bars([float(each["tasks_running"]) for each in readings[-60:]])

    @event()
    async def cancel(self) -> None:
        """Ends the run; nothing of it becomes visible."""
        run_id = self._id()
        try:
            await run(lambda session, actor: pipelines.cancel_run(session, actor, run_id))
        except UserError as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, "The run is being ended. Nothing of it is written.", "info")
        await self._fill()
