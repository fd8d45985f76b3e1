"""What came of the changes that were approved?"""

import reflex as rx

from pages.pipeline_runs import run_row
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
    page_head,
    skeleton,
    stat,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import DEPLOYMENT_STATUS
from state.pipeline_deployment import PipelineDeploymentState as State
from state.session import SessionState

_MAY_APPROVE = SessionState.permissions.contains("pipeline.approve")
_D = State.deployment


@page("/pipelines/deployments/[deployment_id]", "Deployment", on_load=[State.load], permission="pipeline.read")
def pipeline_deployment() -> rx.Component:
    """Before and after with an interval, runs as they come, cost."""
    return rx.cond(State.is_loading, skeleton(8, 32), rx.cond(State.is_missing, _missing(), _content()))


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such deployment",
        "It may have been removed with its pipeline.",
        link_button("All pipelines", "/pipelines"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            rx.el.span("Changes of ", State.pipeline),
            badge(_D.status, DEPLOYMENT_STATUS),
            rx.cond(
                SessionState.permissions.contains("room.join"),
                button("Share into a room", icon="messages-square", on_click=State.open_rooms),
            ),
            rx.cond(
                _MAY_APPROVE & _D.may_roll_back, button("Roll back", icon="undo-2", kind="danger", on_click=State.ask)
            ),
            lead=rx.el.span(
                link(State.pipeline, State.pipeline_href),
                ", ",
                _D.versions,
                ", ",
                link("the plan", State.plan_href),
                ", ",
                rx.el.span(_D.when, title=_D.when_exact),
            ),
        ),
        rx.el.div(
            rx.match(
                _D.status,
                ("kept", callout("ok", "check", _D.why)),
                ("rolled_back", callout("amber", "undo-2", _D.why)),
                ("failed", callout("error", "circle-alert", _D.why)),
                callout("", "loader", _D.why),
            ),
            role="status",
        ),
        _figures(),
        rx.el.div(
            rx.el.div(rx.el.h2("Runs with these changes"), class_name="card-head"),
            rx.cond(
                State.runs.length() > 0,
                table(["When", "State", "Took", "Version", "Started"], State.runs, run_row, label="Runs"),
                empty("play", "No run yet", "The first one is on its way."),
            ),
            class_name="card-flush",
        ),
        _costs(),
        _stages(),
        _question(),
        _sharing(),
    )


def _figures() -> rx.Component:
    return rx.el.div(
        rx.el.div(stat("Before", _D.before, hint=sparkline(_D.before_bars, "Runs before")), class_name="card"),
        rx.el.div(stat("After", _D.after, hint=sparkline(_D.after_bars, "Runs after")), class_name="card"),
        rx.el.div(stat("Speed-up", _D.speedup, hint=rx.el.span(_D.interval)), class_name="card"),
        rx.el.div(stat("Results", _D.results, hint="by checksums of every output"), class_name="card"),
        class_name="grid-4",
    )


def _costs() -> rx.Component:
    return rx.cond(
        State.costs.length() > 0,
        rx.el.div(
            rx.el.div(rx.el.h2("What a run costs"), class_name="card-head"),
            table(
                ["", "Before", "After"],
                State.costs,
                lambda each: rx.el.tr(
                    cell(each[0], main=True),
                    cell(each[1], label="Before", right=True),
                    cell(each[2], label="After", right=True),
                ),
                label="Cost",
            ),
            class_name="card-flush",
        ),
    )


def _stages() -> rx.Component:
    return rx.cond(
        State.stages.length() > 0,
        rx.el.div(
            rx.el.div(
                rx.el.h2("The longest stages"),
                rx.el.span("of the last run on each side", class_name="muted small"),
                class_name="card-head",
            ),
            table(
                ["", "Before", "Took", "Read and written", "After", "Took", "Read and written"],
                State.stages,
                lambda each: rx.el.tr(
                    cell(each[0], main=True),
                    cell(each[1], label="Before"),
                    cell(each[2], label="Took before", right=True),
                    cell(each[3], label="Read and written before", right=True),
                    cell(each[4], label="After"),
                    cell(each[5], label="Took after", right=True),
                    cell(each[6], label="Read and written after", right=True),
                ),
                label="The longest stages",
            ),
            class_name="card-flush",
        ),
    )


def _sharing() -> rx.Component:
    choice = rx.el.select(
        rx.foreach(State.rooms, lambda each: rx.el.option(each[1], value=each[0])),
        id="report-room",
        name="room_id",
        class_name="select",
        required=True,
    )
    return drawer(
        "Share into a room",
        [
            rx.el.p("The figures of this report and a link to it are said in the room, in your name."),
            rx.cond(
                State.rooms.length() > 0,
                rx.el.form(
                    field("Room", choice, for_id="report-room"),
                    rx.el.div(button("Share", icon="send", kind="primary", type="submit"), class_name="row"),
                    on_submit=State.share,
                    class_name="stack-md",
                ),
                rx.el.p("You are in no open room yet.", class_name="muted"),
            ),
            rx.el.div(
                link_button("Open a room about the plan", State.discuss_href, icon="messages-square"), class_name="row"
            ),
        ],
        is_open=State.is_sharing,
        on_close=State.close_rooms,
    )


def _question() -> rx.Component:
    return drawer(
        "Take the changes back?",
        [
            rx.el.p(
                "The version before is the one in use again, as a new version. Results stay as they are until its next run."
            ),
            rx.el.div(
                button("Roll back", kind="danger", on_click=State.roll_back),
                button("Leave them", on_click=State.close),
                class_name="row",
            ),
        ],
        is_open=State.is_asking,
        on_close=State.close,
    )
