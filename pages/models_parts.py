"""Parts of the page on learning: scores side by side, the list of changes, the decision, the history."""

import reflex as rx

from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    data_class,
    empty,
    link,
    meter,
    pager,
    table,
)
from pursight_app.ui.theme import LEVEL_CHANGE, MODEL_STATUS, SCORE_CHANGE
from state.model_views import ChangeView, HistoryView, PairView, ScoreView
from state.models import ModelsState as State


def scores() -> rx.Component:
    """Both models on columns that neither learned from."""
    return rx.el.section(
        rx.el.div(
            rx.el.h3("How good it is"),
            rx.el.p(
                "Share of right verdicts (per class: F1), each on columns that the model did not learn from.",
                class_name="muted small",
            ),
            class_name="card-head",
        ),
        table(
            ["Class", "Measured on", "Columns", "In use", "New model", "Difference"],
            State.scores,
            _score,
            label="Scores of both models",
        ),
        class_name="card-flush",
    )


def _score(score: rx.Var[ScoreView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.cond(score.is_total, rx.el.strong("All classes"), rx.el.span(score.data_class, class_name="mono")),
            main=True,
        ),
        cell(score.set_name, label="Measured on"),
        cell(score.columns, label="Columns", right=True),
        cell(meter(score.before, score.before.to_string() + " %"), label="In use"),
        cell(meter(score.after, score.after.to_string() + " %"), label="New model"),
        cell(badge(score.verdict, SCORE_CHANGE), label="Difference"),
    )


def changes() -> rx.Component:
    """What would change in the catalogue, by pair of classes and one by one."""
    model = State.challenger
    return rx.el.section(
        rx.el.div(
            rx.el.h3("What it would change"),
            rx.el.p(
                model.compared,
                " compared. ",
                model.kept,
                " that people or lineage decided stay as they are. ",
                rx.cond(
                    model.has_later,
                    rx.el.span(model.later, " without a kept sample follow with their next scan."),
                ),
                class_name="muted small",
            ),
            class_name="card-head",
        ),
        rx.cond(
            State.pairs.length() > 0,
            rx.el.div(rx.foreach(State.pairs, _pair), class_name="row", style={"padding": "12px 16px"}),
        ),
        rx.cond(
            State.changes.length() > 0,
            rx.fragment(
                table(["Column", "Table", "Now", "Then", "Confidence"], State.changes, _change, label="Changes"),
                rx.cond(
                    State.change_total > State.changes.length(),
                    pager(
                        State.first,
                        State.last,
                        State.change_total,
                        on_previous=State.previous,
                        on_next=State.next_page,
                    ),
                ),
            ),
            empty(
                "equal", "No verdict would change", "The new model says of every compared column what stands there now."
            ),
        ),
        class_name="card-flush",
    )


def _pair(pair: rx.Var[PairView]) -> rx.Component:
    is_chosen = (State.before == pair.before) & (State.after == pair.after)
    return rx.el.button(
        rx.el.span(pair.before_word, " → ", pair.after_word, class_name="mono"),
        rx.el.span(pair.columns, class_name="num strong"),
        badge(pair.direction, LEVEL_CHANGE),
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(is_chosen, "true", "false")},
        on_click=State.choose_pair(pair.before, pair.after),
    )


def _change(change: rx.Var[ChangeView]) -> rx.Component:
    return rx.el.tr(
        cell(link(change.column, change.href, style="row-link"), main=True),
        cell(rx.el.span(change.table, class_name="mono"), label="Table"),
        cell(data_class(change.before), label="Now"),
        cell(data_class(change.after), label="Then"),
        cell(meter(change.confidence, change.confidence.to_string() + " %"), label="Confidence"),
    )


def promotion() -> rx.Component:
    """The dialog that says what a promotion does before it is done."""
    model = State.challenger
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Promote ", model.name, size="4"),
            rx.dialog.description(
                "Its verdicts go into the catalogue, rules are evaluated anew, and every scan from now on uses it. "
                "You can go back to the model in use later.",
                size="2",
                margin_bottom="16px",
            ),
            rx.el.div(
                rx.el.dl(
                    rx.el.dt("Verdicts that change"),
                    rx.el.dd(State.changed),
                    rx.el.dt("Decided by people or lineage, unchanged"),
                    rx.el.dd(model.kept),
                    rx.el.dt("Follow with their next scan"),
                    rx.el.dd(model.later),
                    class_name="facts",
                    style={"margin": "0"},
                ),
                rx.cond(
                    ~model.has_passed,
                    callout(
                        "amber",
                        "triangle-alert",
                        rx.foreach(model.reasons, rx.el.p),
                        rx.el.p("Promoting it all the same is kept in the audit log as an override."),
                    ),
                ),
                rx.el.div(
                    button("Cancel", kind="quiet", on_click=State.end_promotion(False)),
                    button(
                        rx.cond(model.has_passed, "Promote model", "Promote all the same"),
                        icon="check",
                        kind="primary",
                        on_click=State.promote,
                    ),
                    class_name="row",
                ),
                class_name="stack-md",
            ),
            max_width="480px",
        ),
        open=State.is_deciding,
        on_open_change=State.end_promotion,
    )


def history() -> rx.Component:
    """All models of the workspace, newest first."""
    return rx.cond(
        State.history.length() > 0,
        rx.el.section(
            rx.el.div(rx.el.h2("History"), class_name="card-head"),
            table(
                ["Model", "State", "What it is", "Right on your reviews", "Who", "When", ""],
                State.history,
                _past,
                label="History of models",
            ),
            class_name="card-flush",
        ),
    )


def _past(model: rx.Var[HistoryView]) -> rx.Component:
    return rx.el.tr(
        cell(rx.el.span(model.name, class_name="strong"), main=True),
        cell(badge(model.status, MODEL_STATUS), label="State"),
        cell(rx.cond(model.error != "", model.error, model.what), label="What it is"),
        cell(model.scores, label="Right on your reviews"),
        cell(model.who, label="Who"),
        cell(rx.el.span(model.at, title=model.at_exact, class_name="nowrap"), label="When"),
        cell(
            rx.cond(
                model.can_return,
                button("Go back to it", icon="undo-2", kind="quiet", on_click=State.roll_back(model.id)),
            )
        ),
    )
