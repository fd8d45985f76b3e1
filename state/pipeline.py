"""One pipeline: what it does, its versions, its runs, plans and deployments."""

import json
from typing import Any
from uuid import UUID

import reflex as rx

from pursight_app.core.definitions import parse_definition
from pursight_app.core.errors import NotFoundError, UserError
from pursight_app.services import optimization, pipelines
from pursight_app.services.optimization import requests as optimization_requests
from pursight_app.services.optimization.deployments import report_now
from state import format as fmt
from state.base import as_id, event, hear, is_at, run
from state.deployment_views import DeploymentView, deployment_view
from state.pipeline_views import (
    DiffLine,
    PipelineView,
    RunView,
    diff_lines,
    pipeline_view,
    run_view,
)
from state.pipelines import read_definition
from state.session import current_workspace, notify

MOST_TRIALS, MOST_MINUTES = optimization_requests.MOST_TRIALS, optimization_requests.MOST_SECONDS // 60
RUNS, MOST_RUNS, TABS = 25, 525, ("definition", "runs", "versions", "plans")


class PipelineState(rx.State):
    """`?tab=` says what is open, `?before=` and `?after=` which versions are compared."""

    is_loading: bool = True
    is_missing: bool = False
    pipeline: PipelineView | None = None
    tab: str = "definition"
    definition: str = ""
    steps: list[list[str]] = []
    inputs: list[list[str]] = []
    outputs: list[list[str]] = []
    settings: list[list[str]] = []
    runs: list[RunView] = []
    run_total: str = ""
    has_older_runs: bool = False
    _runs_shown: int = RUNS
    _links: dict[str, UUID] = {}
    versions: list[list[str]] = []
    diff: list[DiffLine] = []
    diff_words: str = ""
    plans: list[list[str]] = []
    deployments: list[DeploymentView] = []
    is_editing: bool = False
    is_choosing: bool = False
    problem: str = ""
    found_logs: str = ""
    log_problems: list[str] = []
    problem_of_log: str = ""

    def _id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    @event()
    async def load(self) -> None:
        """Loads what the URL names."""
        given = self.router.url.query_parameters
        self.tab = str(given.get("tab")) if given.get("tab") in TABS else "definition"
        self.is_missing = False
        if self.pipeline is None or not is_at(self, self.pipeline.id):
            self._runs_shown, self.is_editing, self.is_choosing = RUNS, False, False
        self.found_logs, self.log_problems, self.problem_of_log = "", [], str(given.get("problem", ""))[:500]
        try:
            await self._fill(is_opened=True)
            await self._compare(str(given.get("before", "")), str(given.get("after", "")))
        except NotFoundError:
            self.is_missing, self.pipeline = True, None
        else:
            await hear(self, "pipeline", f"workspace:{await current_workspace(self)}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if not self.is_missing:
            await self._fill()

    async def _fill(self, *, is_opened: bool = False) -> None:
        # Where inputs and outputs lead is looked up when the page is opened, not with each of its refreshes.
        pipeline_id, most, known = self._id(), self._runs_shown, None if is_opened else self._links

        def read(session: Any, actor: Any) -> Any:
            row, version = pipelines.get_pipeline(session, actor, pipeline_id)
            definition = parse_definition(version.definition)
            links = known or pipelines.linked_assets(session, actor, row.pipeline.workspace_id, definition)
            return (
                (row, version),
                links,
                pipelines.list_runs(session, actor, pipeline_id, limit=most),
                pipelines.list_versions(session, actor, pipeline_id),
                optimization.list_plans(session, actor, pipeline_id, limit=20)[0],
                optimization.list_deployments(session, actor, pipeline_id, limit=20)[0],
            )

        (row, version), assets, (runs, total), versions, plans, deployments = await run(read)
        self.pipeline, self._links = pipeline_view(row), assets
        self._take(version.definition, {name: str(asset_id) for name, asset_id in assets.items()})
        self.runs, self.run_total = [run_view(each) for each in runs], fmt.count(total)
        self.has_older_runs = total > len(runs) and most < MOST_RUNS
        self.versions = [
            [
                str(each.version.number),
                each.version.reason,
                each.made_by,
                fmt.ago(each.version.created_at),
                fmt.exact(each.version.created_at),
            ]
            for each in versions
        ]
        self.plans = [
            [
                str(each.plan.id), each.plan.status, fmt.ago(each.plan.created_at), fmt.exact(each.plan.created_at),
                each.plan.error or f"{len(each.recommendations)} recommendations, {len(each.plan.trials)} trials",
            ]
            for each in plans
        ]  # fmt: skip
        self.deployments = [deployment_view(each, [], report_now(each, [])) for each in deployments]

    def _take(self, definition: dict[str, Any], assets: dict[str, str]) -> None:
        def place(each: dict[str, Any]) -> tuple[str, str]:
            name = each.get("path") or each.get("table", "")
            return name, f"/catalog/{assets[name]}?tab=lineage" if name in assets else ""

        self.definition = json.dumps(definition, indent=2, ensure_ascii=False)
        self.inputs = [[each["name"], *place(each), each.get("format", "")] for each in definition["inputs"]]
        self.steps = [
            [each["name"], each.get("sql") or each.get("python", ""), each.get("persist", "")]
            for each in definition["steps"]
        ]
        self.outputs = [
            [each["step"], *place(each), ", ".join(each.get("partition_by", []))] for each in definition["outputs"]
        ]
        self.settings = [[key, value] for key, value in definition.get("spark_conf", {}).items()]

    async def _compare(self, before: str, after: str) -> None:
        self.diff, self.diff_words = [], ""
        if before.isdigit() and after.isdigit():
            pipeline_id, one, other = self._id(), int(before[:9]), int(after[:9])
            text = await run(lambda session, actor: pipelines.diff_versions(session, actor, pipeline_id, one, other))
            self.diff = diff_lines(text)
            self.diff_words = (
                f"From version {one} to {other}" if self.diff else f"Versions {one} and {other} say the same."
            )

    @event()
    async def start(self) -> None:
        """Queues a run."""
        pipeline_id = self._id()
        await self._ask(lambda session, actor: pipelines.request_run(session, actor, pipeline_id), "The run is queued.")

    @event()
    async def show_older_runs(self) -> None:
        """Shows more of the history, as many as a page can hold."""
        self._runs_shown = min(MOST_RUNS, self._runs_shown + 4 * RUNS)
        await self._fill()

    @event()
    async def open_budget(self) -> None:
        """Asks how much may be tried."""
        self.is_choosing, self.problem = True, ""

    @event()
    async def close_budget(self) -> None:
        """Tries nothing."""
        self.is_choosing = False

    @event()
    async def optimize(self, form: dict[str, Any]) -> Any:
        """Queues an analysis within the budget given, and goes to it."""
        pipeline_id = self._id()
        budget = {"trials": _whole(form.get("trials")), "seconds": 60 * _whole(form.get("minutes"))}
        try:
            plan = await run(
                lambda session, actor: optimization.request_plan(session, actor, pipeline_id, budget=budget)
            )
        except UserError as error:
            self.problem = error.message
            return None
        self.is_choosing = False
        return rx.redirect(f"/pipelines/plans/{plan.id}")

    async def _ask(self, work: Any, done: str) -> None:
        try:
            await run(work)
        except UserError as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, done, "ok")
        await self._fill()

    @event()
    async def read_folder(self, form: dict[str, Any]) -> None:
        """Brings in the event logs of a folder that the history does not have yet."""
        pipeline_id, place, name = self._id(), str(form.get("folder", "")), str(form.get("app_name", "")).strip()
        try:
            report = await run(lambda _, actor: pipelines.ingest_folder(actor, pipeline_id, place, app_name=name))
        except UserError as error:
            await notify(self, error.message, "error")
            return
        parts = [
            f"{fmt.count(len(report.runs))} new",
            f"{fmt.count(report.known)} known already",
            *([f"{fmt.count(report.others)} of other applications"] if name else []),
            *([f"{fmt.count(report.left)} left: read the folder once more"] if report.left else []),
        ]
        self.found_logs, self.log_problems = f"{', '.join(parts)}.", report.problems[:20]
        await self._fill()

    @event()
    async def open_form(self) -> None:
        """Shows the definition for editing."""
        self.is_editing, self.problem = True, ""

    @event()
    async def close_form(self) -> None:
        """Puts it away."""
        self.is_editing = False

    @event()
    async def save(self, form: dict[str, Any]) -> None:
        """Makes a new version."""
        pipeline_id = self._id()
        try:
            definition = read_definition(str(form.get("definition", "")))
            made = await run(
                lambda session, actor: pipelines.update_pipeline(
                    session, actor, pipeline_id, definition=definition, reason=str(form.get("reason", ""))
                )
            )
        except ValueError as error:
            self.problem = f"The definition is not JSON: {error}"
            return
        except UserError as error:
            self.problem = error.message
            return
        self.is_editing = False
        await notify(self, f"Version {made.number} is in use.", "ok")
        await self._fill()


def _whole(given: Any) -> int:
    """A number of a form; -1, which every check refuses, for what is none."""
    text = str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
