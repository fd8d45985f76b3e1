"""How right have predictions of gains been?"""

import reflex as rx

from pursight_app.ui.components import cell, empty, loaded, page_head, table
from pursight_app.ui.frame import page
from state.pipeline_quality import OutcomeView
from state.pipeline_quality import PipelineQualityState as State


@page("/pipelines/models/quality", "Quality of predictions", on_load=[State.load], permission="pipeline.read")
def pipeline_quality() -> rx.Component:
    """Each outcome beside what was expected of it, then the versions of the model."""
    return rx.fragment(
        page_head("Quality of predictions", lead=rx.el.span(State.lead)),
        rx.el.div(
            loaded(
                State.is_loading,
                State.outcomes.length(),
                table(
                    ["Change", "When", "Expected", "Came", "Beside each other"], State.outcomes, _row, label="Outcomes"
                ),
                empty(
                    "target",
                    "No outcome yet",
                    "Each change that is tried or deployed is an example. What was expected of it and what it brought stand here.",
                ),
            ),
            class_name="card-flush",
        ),
        rx.cond(
            State.models.length() > 0,
            rx.el.div(
                rx.el.div(rx.el.h2("Versions of the model"), class_name="card-head"),
                table(
                    ["Version", "State", "Outcomes", "Mean error and intervals on held-back outcomes", "When"],
                    State.models,
                    lambda each: rx.el.tr(
                        cell(each[0], main=True),
                        cell(each[1], label="State"),
                        cell(each[2], label="Outcomes", right=True),
                        cell(each[3], label="Mean error"),
                        cell(each[4], label="When"),
                    ),
                    label="Versions of the model",
                ),
                class_name="card-flush",
            ),
        ),
    )


def _row(one: rx.Var[OutcomeView]) -> rx.Component:
    def at(value: rx.Var[float]) -> rx.Var[str]:
        return value.to_string() + "%"

    return rx.el.tr(
        cell(one.what, main=True),
        cell(one.when, label="When"),
        cell(one.expected, label="Expected", right=True),
        cell(one.measured, label="Came", right=True),
        cell(
            rx.el.div(
                rx.cond(
                    one.is_stated, rx.el.span(class_name="stated", style={"left": at(one.low), "width": at(one.width)})
                ),
                rx.el.span(class_name="was", style={"left": at(one.at)}),
                class_name="gain-line",
                role="img",
                aria_label=rx.cond(
                    one.is_inside,
                    "inside the stated interval",
                    rx.cond(one.is_stated, "outside of the stated interval", "nothing was stated"),
                ),
            ),
            label="Beside each other",
        ),
    )
