"""What would make this pipeline faster, how sure is that, and shall we do it?"""

import reflex as rx

from pages.pipeline_run import bottlenecks
from pursight_app.ui.charts import diff
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    drawer,
    empty,
    link,
    link_button,
    meter,
    page_head,
    skeleton,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import PLAN_STATUS, RECOMMENDATION_KIND
from state.pipeline_plan import PipelinePlanState as State
from state.pipeline_views import RecommendationView, TrialView
from state.session import SessionState

_MAY_APPROVE = SessionState.permissions.contains("pipeline.approve")


@page("/pipelines/plans/[plan_id]", "Plan", on_load=[State.load], permission="pipeline.read")
def pipeline_plan() -> rx.Component:
    """Changes first, then what they rest on: trials, diff, bottlenecks."""
    return rx.cond(State.is_loading, skeleton(8, 32), rx.cond(State.is_missing, _missing(), _content()))


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such plan",
        "It may have been removed with its pipeline.",
        link_button("All pipelines", "/pipelines"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            rx.el.span("Plan for ", State.pipeline),
            badge(State.status, PLAN_STATUS),
            rx.cond(
                SessionState.permissions.contains("room.create"),
                link_button("Discuss", rx.Var.create("/rooms?about=plan:") + State.plan_id, icon="messages-square"),
            ),
            rx.cond(
                _MAY_APPROVE & (State.status == "ready") & (State.chosen.length() > 0),
                button(
                    "Approve ",
                    State.chosen.length(),
                    rx.cond(State.chosen.length() == 1, " change", " changes"),
                    icon="check",
                    kind="primary",
                    on_click=State.ask,
                ),
            ),
            lead=rx.el.span(link(State.pipeline, State.pipeline_href), ", ", State.asked),
        ),
        rx.el.div(rx.el.span(State.status_words, class_name="visually-hidden"), role="status"),
        rx.match(
            State.status,
            ("failed", rx.el.div(callout("error", "circle-alert", State.error), role="alert")),
            ("ready", callout("ok", "gauge", State.lead)),
            ("applied", callout("ok", "check", State.lead, " ", link("Watch what comes of it", State.deployment_href))),
            callout("", "loader", State.status_words, "… You can leave; the trials go on."),
        ),
        rx.cond(State.recommendations.length() > 0, _changes()),
        rx.cond(State.trials.length() > 0, _trials()),
        rx.cond(
            State.diff.length() > 0,
            rx.el.section(rx.el.h2("What the definition would be"), diff(State.diff), class_name="card stack"),
        ),
        rx.cond(State.bottlenecks.length() > 0, bottlenecks(State.bottlenecks)),
        _approval(),
    )


def _changes() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Changes"), rx.el.span("each can be left out", class_name="muted small"), class_name="card-head"
        ),
        rx.foreach(State.recommendations, _change),
        class_name="card-flush",
        aria_label="Changes",
    )


def _change(one: rx.Var[RecommendationView]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            one.is_suggestion | (State.status != "ready"),
            rx.cond(one.is_chosen, rx.icon("check", size=18, aria_label="Chosen"), rx.el.span()),
            rx.el.input(
                type="checkbox", class_name="tick", checked=State.chosen.contains(one.id), on_change=lambda is_on: State.toggle(one.id, is_on),
                aria_label=one.title,
            ),
        ),
        rx.el.div(
            rx.el.div(rx.el.strong(one.title), badge(one.kind, RECOMMENDATION_KIND), class_name="row"),
            rx.el.div(one.mechanism, class_name="small"),
            rx.el.div(rx.el.strong("Gain: ", class_name="small"), one.expected, rx.cond(one.measured != "", rx.el.span("; ", one.measured), ""), class_name="small"),
            rx.el.details(
                rx.el.summary("Why the results stay the same, what it rests on, what could go wrong", class_name="link small", style={"cursor": "pointer"}),
                rx.el.div(
                    rx.el.p(one.condition, class_name="small"),
                    rx.el.p("Risk: ", one.risk, class_name="small"),
                    rx.el.ul(rx.foreach(one.because, lambda text: rx.el.li(text)), class_name="reasons"),
                    class_name="stack",
                ),
            ),
            class_name="stack",
        ),
        class_name="change",
    )  # fmt: skip


def _trials() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Trials"),
            rx.el.span(
                "run beside the place where results are read, compared by checksums of every output",
                class_name="muted small",
            ),
            class_name="card-head",
        ),
        table(["What was tried", "Took", "Outcome"], State.trials, _trial, label="Trials"),
        class_name="card-flush",
    )


def _trial(one: rx.Var[TrialView]) -> rx.Component:
    return rx.el.tr(
        cell(one.label, main=True),
        cell(meter(one.percent, one.took), label="Took"),
        cell(
            rx.cond(
                one.is_good,
                rx.el.span(one.outcome),
                rx.el.span(rx.icon("x", size=13, aria_hidden="true"), one.outcome, class_name="badge tone-red wrap"),
            ),
            label="Outcome",
        ),
    )


def _approval() -> rx.Component:
    return drawer(
        "Approve these changes?",
        [
            rx.el.p(
                "They become a new version of ", State.pipeline, " and it runs with them. Its first runs are compared with those before: "
                "if one fails, gives other results or is slower beyond noise, the version before comes back by itself. You can take it back at any time.",
            ),
            rx.el.ul(
                rx.foreach(State.recommendations, lambda one: rx.cond(State.chosen.contains(one.id), rx.el.li(one.title))), class_name="reasons"
            ),
            rx.el.div(button("Approve and deploy", kind="primary", on_click=State.approve), button("Not now", on_click=State.close), class_name="row"),
        ],
        is_open=State.is_approving,
        on_close=State.close,
    )  # fmt: skip
