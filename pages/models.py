"""What has the classifier learned, and what would change?"""

import reflex as rx

from pages.models_parts import changes, history, promotion, scores
from pursight_app.ui.components import (
    button,
    callout,
    empty,
    link_button,
    page_head,
    progress,
    skeleton,
    stat,
)
from pursight_app.ui.frame import page
from state.models import ModelsState as State

# On a phone the buttons go below the text instead of squeezing it.
_TEXT = {"minWidth": "240px"}


@page("/models", "Learning", on_load=[State.load], nav=(7, "graduation-cap"), permission="model.manage")
def models() -> rx.Component:
    """The model in use and what waits to be learned; the challenger with its scores and its diff; the history."""
    return rx.fragment(
        page_head(
            "Learning",
            button(
                "Retrain",
                icon="graduation-cap",
                kind="primary",
                on_click=State.retrain,
                disabled=~State.in_use.can_train,
            ),
            lead="What the classifier has learned from your reviews, and what a newer model would change.",
        ),
        rx.cond(
            State.is_loading,
            rx.el.div(skeleton(), class_name="card-flush"),
            rx.el.div(_in_use(), _work(), _challenger(), history(), class_name="stack-lg"),
        ),
        promotion(),
    )


def _in_use() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("In use: ", State.in_use.name),
                rx.el.p(State.in_use.sentence, class_name="muted"),
                class_name="stack grow",
                style=_TEXT,
            ),
            rx.cond(
                State.in_use.is_own,
                button("Go back to the shipped model", icon="undo-2", on_click=State.roll_back("")),
            ),
            class_name="row-between",
        ),
        rx.el.div(
            stat("In use", rx.el.span(State.in_use.since, title=State.in_use.since_exact)),
            stat("Reviewed columns", State.in_use.reviews),
            stat("Reviewed since the last training", State.in_use.new_reviews),
            class_name="grid-3",
        ),
        rx.el.div(
            rx.el.p(State.in_use.advice),
            link_button("Review verdicts", "/reviews", icon="list-checks"),
            class_name="row-between",
        ),
        class_name="card stack-md",
        aria_label="Model in use",
    )


def _work() -> rx.Component:
    work = State.work
    return rx.cond(
        work.id != "",
        rx.el.section(
            rx.el.div(
                rx.el.strong(work.title), rx.el.span(work.progress, class_name="muted num"), class_name="row-between"
            ),
            progress(work.percent, label="Progress of the model"),
            rx.el.p("You can leave this page; nothing is lost.", class_name="muted small"),
            class_name="card stack",
            aria_live="polite",
            aria_label="Work in progress",
        ),
    )


def _challenger() -> rx.Component:
    model = State.challenger
    return rx.cond(
        model.id != "",
        rx.el.section(
            rx.el.div(
                rx.el.div(
                    rx.el.h2("Waiting for your decision: ", model.name),
                    rx.el.p(
                        model.sentence,
                        " ",
                        rx.el.span(model.trained, title=model.trained_exact),
                        class_name="muted",
                    ),
                    class_name="stack grow",
                    style=_TEXT,
                ),
                rx.el.div(
                    button("Dismiss", icon="x", on_click=State.dismiss),
                    button("Promote…", icon="check", kind="primary", on_click=State.begin_promotion),
                    class_name="row",
                ),
                class_name="row-between",
            ),
            rx.cond(
                ~model.has_passed,
                callout("amber", "triangle-alert", rx.foreach(model.reasons, rx.el.p)),
            ),
            scores(),
            changes(),
            class_name="stack-md",
            aria_label="Model that waits for a decision",
        ),
        rx.cond(
            State.work.id == "",
            rx.el.div(
                empty(
                    "graduation-cap",
                    "No newer model waits",
                    "Retraining learns from what people confirmed, rejected and corrected. You see every change before "
                    "it happens, and confirmed labels never change.",
                ),
                class_name="card-flush",
            ),
        ),
    )
