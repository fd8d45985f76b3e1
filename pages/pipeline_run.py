"""What did this run do, and where did its time go?"""

import reflex as rx

from pursight_app.ui.charts import facts, sparkline
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    empty,
    link,
    link_button,
    page_head,
    progress,
    skeleton,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import RUN_STATUS
from state.pipeline_run import PipelineRunState as State
from state.pipeline_views import BottleneckView, StageView
from state.plan_graph import EdgeView, NodeView
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("pipeline.manage")


@page("/pipelines/runs/[run_id]", "Run of a pipeline", on_load=[State.load], permission="pipeline.read")
def pipeline_run() -> rx.Component:
    """Live while it runs; then bottlenecks, stages on a time line, the plan with its hot nodes."""
    return rx.cond(
        State.is_loading,
        skeleton(8, 32),
        rx.cond(State.is_missing | (State.run == None), _missing(), _content()),  # noqa: E711  a Var has no identity
    )


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such run",
        "It may have been removed with its pipeline.",
        link_button("All pipelines", "/pipelines"),
        is_page=True,
    )


def _content() -> rx.Component:
    one = State.run
    return rx.fragment(
        page_head(
            rx.el.span("Run of ", State.pipeline),
            badge(one.status, RUN_STATUS),
            rx.cond(_MAY_MANAGE & one.is_live, button("Cancel run", icon="ban", kind="danger", on_click=State.cancel)),
            lead=rx.el.span(
                link(State.pipeline, State.pipeline_href),
                ", version ",
                one.version,
                ", started ",
                rx.el.span(one.when, title=one.when_exact),
                " ",
                one.reason,
                rx.cond(one.took != "", rx.el.span(", the work took ", one.took), ""),
            ),
        ),
        rx.cond(one.error != "", rx.el.div(callout("error", "circle-alert", one.error), role="alert")),
        rx.cond(one.is_live, _live()),
        rx.foreach(State.warnings, lambda warning: callout("amber", "info", warning)),
        rx.cond(State.stages.length() > 0, rx.fragment(bottlenecks(State.bottlenecks), _stages(), _plan(), _figures())),
    )


def _live() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Now on Spark"),
            rx.cond(
                State.live_bars.length() > 0,
                sparkline(State.live_bars, "Tasks running in the last minute"),
                rx.el.span("Spark is starting…", class_name="muted"),
            ),
            class_name="row-between",
        ),
        facts(State.live),
        rx.foreach(
            State.live_stages,
            lambda stage: rx.el.div(
                rx.el.div(
                    rx.el.span("Stage ", stage[0], ": ", stage[1], class_name="truncate"),
                    rx.el.span(stage[2], " tasks", class_name="muted num"),
                    class_name="row-between",
                ),
                progress(stage[3].to(int), label="Tasks done"),
                class_name="stack",
            ),
        ),
        class_name="card stack",
        aria_live="polite",
    )


def bottlenecks(found: rx.Var[list[BottleneckView]]) -> rx.Component:
    """Where time goes, the largest stake first."""
    return rx.el.section(
        rx.el.div(rx.el.h2("Where its time goes"), class_name="card-head"),
        rx.cond(
            found.length() > 0,
            rx.foreach(
                found,
                lambda one: rx.el.div(
                    rx.el.div(
                        rx.el.strong(one.title),
                        rx.el.span(one.stake, ", ", one.percent, " % of the run", class_name="muted small nowrap num"),
                        class_name="row-between",
                    ),
                    rx.el.div(one.explanation, class_name="small"),
                    rx.el.div("→ ", one.advice, class_name="muted small"),
                    class_name="result",
                ),
            ),
            empty(
                "circle-check",
                "No bottleneck",
                "Nothing that is worth a change was found in what Spark says of this run.",
            ),
        ),
        class_name="card-flush",
    )


def _stages() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Stages"),
            rx.el.span("on one time line; boxes: how long half of the tasks took", class_name="muted small"),
            class_name="card-head",
        ),
        table(
            ["Stage", "When", "Tasks", "Their times", "Took", "Share", "Read", "Shuffled"],
            State.stages,
            _stage,
            label="Stages",
        ),
        class_name="card-flush",
    )


def _stage(one: rx.Var[StageView]) -> rx.Component:
    def at(value: rx.Var[float]) -> rx.Var[str]:
        return value.to_string() + "%"

    return rx.el.tr(
        cell(rx.el.span(one.id, " "), rx.el.span(one.name, class_name="muted small"), main=True),
        cell(
            rx.el.div(
                rx.el.span(style={"left": at(one.left), "width": at(one.width)}),
                class_name="timeline",
                role="img",
                aria_label="When in the run",
            ),
            label="When",
        ),
        cell(
            one.tasks,
            rx.cond(one.failed != "", rx.el.span(" (", one.failed, " failed)", class_name="small")),
            label="Tasks",
            right=True,
        ),
        cell(
            rx.el.div(
                rx.el.span(class_name="reach", style={"left": at(one.low), "width": at(one.high - one.low)}),
                rx.el.span(class_name="half", style={"left": at(one.box_left), "width": at(one.box_width)}),
                rx.el.span(class_name="middle", style={"left": at(one.middle)}),
                class_name="spread",
                role="img",
                aria_label=one.words,
                title=one.words,
            ),
            label="Their times",
        ),
        cell(one.took, label="Took", right=True),
        cell(one.share, label="Share", right=True),
        cell(one.read, label="Read", right=True),
        cell(
            one.shuffled,
            rx.cond(one.spilled != "", rx.el.div(one.spilled, " spilled", class_name="muted small")),
            label="Shuffled",
            right=True,
        ),
    )


def _plan() -> rx.Component:
    return rx.cond(
        State.nodes.length() > 0,
        rx.el.section(
            rx.el.h2("Plan of the longest query"),
            rx.el.p(
                State.query_words,
                " What it reads is on top, its result below. The warmer a box and the thicker a line, the more rows leave there.",
                class_name="muted small",
            ),
            rx.el.div(
                rx.el.div(
                    rx.el.svg(
                        rx.foreach(State.edges, _edge),
                        width=State.plan_width,
                        height=State.plan_height,
                        aria_hidden="true",
                    ),
                    rx.el.ol(
                        rx.foreach(State.nodes, _node), aria_label="Operators, from the result back to what it reads"
                    ),
                    class_name="plan-graph",
                    style={"width": State.plan_width + "px", "height": State.plan_height + "px"},
                ),
                class_name="plan-frame",
                role="region",
                aria_label="Plan",
                tab_index=0,
            ),
            rx.cond(State.plan_words != "", rx.el.p(State.plan_words, class_name="muted small")),
            class_name="card stack",
        ),
    )


def _edge(one: rx.Var[EdgeView]) -> rx.Component:
    return rx.el.svg.path(d=one.path, stroke_width=one.width)


def _node(one: rx.Var[NodeView]) -> rx.Component:
    return rx.el.li(
        rx.el.strong(one.name),
        rx.el.span(one.figures),
        title=one.text,
        style={"left": one.left, "top": one.top, "background": one.tint},
    )


def _figures() -> rx.Component:
    return rx.el.div(
        rx.el.section(rx.el.h2("In all"), facts(State.facts), class_name="card stack"),
        rx.el.section(rx.el.h2("Settings"), facts(State.configuration), class_name="card stack"),
        class_name="grid-2",
        style={"alignItems": "start"},
    )
