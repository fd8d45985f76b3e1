"""The list of pipelines, and writing a new one."""

import json
from typing import Any

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.services import pipelines
from state.base import as_id, event, hear, run
from state.pipeline_views import PipelineView, pipeline_view
from state.session import current_workspace

PAGE_ROWS = 50
TEMPLATE = json.dumps(
    {
        "inputs": [{"name": "orders", "path": "/data/orders.parquet", "format": "parquet"}],
        "steps": [{"name": "per_day", "sql": "SELECT day, sum(amount) AS total FROM orders GROUP BY day"}],
        "outputs": [{"step": "per_day", "path": "/data/per_day", "format": "parquet"}],
        "spark_conf": {},
    },
    indent=2,
)


def read_definition(text: str) -> dict[str, Any]:
    """What a person typed.

    Raises:
        ValueError: not a JSON object; with the place.
    """
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("a definition is an object in braces")  # noqa: TRY004  for the same sentence as a broken text
    return found


class PipelinesState(rx.State):
    """`?from=` is the first row."""

    is_loading: bool = True
    pipelines: list[PipelineView] = []
    total: int = 0
    offset: int = 0
    is_writing: bool = False
    problem: str = ""
    template: str = TEMPLATE

    @event()
    async def load(self) -> None:
        """Loads one page."""
        start = str(self.router.url.query_parameters.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "pipelines", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        if workspace_id := await current_workspace(self):
            home, offset = as_id(workspace_id), self.offset
            rows, self.total = await run(
                lambda session, actor: pipelines.list_pipelines(session, actor, home, limit=PAGE_ROWS, offset=offset)
            )
            self.pipelines = [pipeline_view(row) for row in rows]

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.pipelines)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        return rx.redirect(f"/pipelines?from={max(0, self.offset - PAGE_ROWS)}")

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(f"/pipelines?from={self.offset + PAGE_ROWS}")

    @event()
    async def open_form(self) -> None:
        """Shows the form."""
        self.is_writing, self.problem = True, ""

    @event()
    async def close_form(self) -> None:
        """Puts it away."""
        self.is_writing = False

    @event()
    async def create(self, form: dict[str, Any]) -> Any:
        """Checks and keeps a pipeline, and goes to it."""
        home = as_id(await current_workspace(self))
        try:
            definition = read_definition(str(form.get("definition", "")))
            made, _ = await run(
                lambda session, actor: pipelines.create_pipeline(
                    session, actor, home, name=str(form.get("name", "")), definition=definition
                )
            )
        except ValueError as error:
            self.problem = f"The definition is not JSON: {error}"
            return None
        except UserError as error:
            self.problem = error.message
            return None
        self.is_writing = False
        return rx.redirect(f"/pipelines/{made.id}")
