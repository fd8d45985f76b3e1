"""Which pipeline is slow, and is it safe to change?"""

import reflex as rx

from pursight_app.ui.charts import sparkline
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    link,
    link_button,
    loaded,
    page_head,
    pager,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import RUN_STATUS
from state.pipeline_views import PipelineView
from state.pipelines import PipelinesState as State
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("pipeline.manage")


@page("/pipelines", "Pipelines", on_load=[State.load], nav=(8, "workflow"), permission="pipeline.read")
def pipelines() -> rx.Component:
    """Health at a glance: how each has run lately."""
    return rx.fragment(
        page_head(
            "Pipelines",
            link_button("How good are predictions?", "/pipelines/models/quality", icon="target"),
            rx.cond(_MAY_MANAGE, button("New pipeline", icon="plus", kind="primary", on_click=State.open_form)),
            lead="Data processes on Spark. Each can be analysed; changes are tried, proved and watched before they stay.",
        ),
        rx.el.div(
            loaded(
                State.is_loading,
                State.pipelines.length(),
                rx.fragment(
                    table(
                        ["Name", "Last run", "Took", "Recent runs", "Runs", "Version", "When", "Next run"],
                        State.pipelines,
                        _row,
                        label="Pipelines",
                    ),
                    rx.cond(
                        State.total > State.pipelines.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                empty(
                    "workflow",
                    "No pipeline yet",
                    "A pipeline reads files or tables, makes steps in SQL or Python and writes results, all on Spark. "
                    "PurSight runs it, shows where its time goes and proves what makes it faster.",
                    rx.cond(_MAY_MANAGE, button("New pipeline", icon="plus", on_click=State.open_form)),
                ),
            ),
            class_name="card-flush",
        ),
        _form(),
    )


def _row(one: rx.Var[PipelineView]) -> rx.Component:
    return rx.el.tr(
        cell(link(one.name, one.href, style="row-link"), main=True),
        cell(badge(one.status, RUN_STATUS, otherwise="never run"), label="Last run"),
        cell(one.took, label="Took", right=True),
        cell(
            rx.cond(
                one.bars.length() > 0,
                sparkline(one.bars, one.bars_words),
                rx.el.span("no run yet", class_name="muted small"),
            ),
            label="Recent runs",
        ),
        cell(one.runs, label="Runs", right=True),
        cell(one.version, label="Version", right=True),
        cell(rx.el.span(one.when, title=one.when_exact), label="When"),
        cell(rx.el.span(one.next_run, class_name="muted small"), label="Next run"),
    )


def _form() -> rx.Component:
    return drawer(
        "New pipeline",
        [
            rx.el.form(
                field(
                    "Name",
                    rx.el.input(id="pipeline-name", name="name", class_name="input", required=True, max_length=120),
                    for_id="pipeline-name",
                ),
                definition_field(State.template, "new-definition"),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Create pipeline", kind="primary", type="submit"), class_name="row"),
                on_submit=State.create,
                class_name="stack-md",
            )
        ],
        is_open=State.is_writing,
        on_close=State.close_form,
    )


def definition_field(value: rx.Var[str], field_id: str) -> rx.Component:
    """The definition as JSON."""
    return field(
        "Definition",
        rx.el.textarea(
            id=field_id, name="definition", default_value=value, class_name="textarea mono", rows=22, required=True, spell_check=False,
            max_length=400_000,
        ),
        hint="Inputs, steps (sql or python), outputs, spark_conf, params, schedule. It is checked before it is kept.",
        for_id=field_id,
    )  # fmt: skip
