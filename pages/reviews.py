"""Which verdicts want my word first?"""

import reflex as rx

from pages.reviews_recent import recent
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    data_class,
    empty,
    find_form,
    link,
    loaded,
    meter,
    page_head,
    pager,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SENSITIVITY
from state.review_views import Choice, QueueView
from state.reviews import ReviewsState as State

_COUNT = State.chosen.length()


@page("/reviews", "Review queue", on_load=[State.load], nav=(5, "list-checks"), permission="classification.review")
def reviews() -> rx.Component:
    """The queue, most gain first; what is ticked is answered together; recent decisions beside it."""
    return rx.fragment(
        page_head(
            "Review queue",
            lead="Verdicts that want a person's word, in the order of what your word is expected to gain.",
        ),
        _tabs(),
        _done(),
        rx.cond(State.tab == "recent", recent(), rx.fragment(_filters(), _queue(), _bulk())),
    )


def _tabs() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                text,
                class_name="tab",
                type="button",
                role="tab",
                custom_attrs={"aria-selected": rx.cond(State.tab == name, "true", "false")},
                on_click=State.choose_tab(name),
            )
            for name, text in (("queue", "Waiting"), ("recent", "Recent decisions"))
        ),
        class_name="tabs",
        role="tablist",
        aria_label="Reviews",
    )


def _done() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.done_words != "",
            callout(
                "ok",
                "circle-check",
                rx.el.div(
                    rx.el.span(State.done_words, class_name="grow"),
                    button("Undo", icon="undo-2", on_click=State.undo(State.done_batch)),
                    button("Dismiss", kind="quiet", on_click=State.dismiss),
                    class_name="row",
                ),
            ),
        ),
        role="status",
        id="review-done",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        find_form("Find in the queue", "Find by table or column", State.query, State.find),
        _select("Data class", State.data_class, "class", rx.foreach(State.classes, lambda name: rx.el.option(name))),
        _select("Data source", State.source, "source", rx.foreach(State.sources, _option)),
        _select(
            "Sensitivity",
            State.sensitivity,
            "sensitivity",
            *(rx.el.option(sign.word, value=level) for level, sign in SENSITIVITY.items()),
        ),
        _select(
            "Named or not",
            State.named,
            "named",
            rx.el.option("With a data class", value="named"),
            rx.el.option("Without one", value="unnamed"),
        ),
        rx.el.button(
            "Also what is certain",
            class_name="chip",
            type="button",
            custom_attrs={"aria-pressed": rx.cond(State.shows_all, "true", "false")},
            on_click=State.narrow("all", rx.cond(State.shows_all, "", "1")),
        ),
        rx.cond(State.has_filters, button("Clear filters", icon="x", kind="quiet", on_click=State.clear)),
        class_name="row",
    )


def _select(label: str, value: rx.Var[str], name: str, *options: rx.Component) -> rx.Component:
    return rx.el.select(
        rx.el.option(f"{label}: any", value=""),
        *options,
        value=value,
        on_change=lambda chosen: State.narrow(name, chosen),
        class_name="select filter-select",
        aria_label=label,
    )


def _option(choice: rx.Var[Choice]) -> rx.Component:
    return rx.el.option(choice.words, value=choice.key)


def _queue() -> rx.Component:
    return rx.el.section(
        loaded(State.is_loading, State.total, rx.fragment(_table(), _pages()), _nothing()),
        class_name="card-flush",
        aria_label="Verdicts that wait",
    )


def _pages() -> rx.Component:
    return rx.cond(
        State.total > State.rows.length(),
        pager(State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page),
    )


def _nothing() -> rx.Component:
    return rx.cond(
        State.has_filters,
        empty(
            "search-x",
            "Nothing matches",
            "No verdict that waits fits these filters.",
            button("Clear filters", on_click=State.clear),
        ),
        empty(
            "list-checks",
            "Nothing to review",
            "Every verdict is certain enough or has a person's word. New ones appear here after the next scan.",
        ),
    )


def _table() -> rx.Component:
    tick_all = rx.el.input(
        type="checkbox",
        class_name="tick",
        checked=State.has_all,
        on_change=lambda _: State.tick_all(),
        aria_label="Select all on this page",
    )
    heads = ("Column", "Verdict", "Confidence", "Why it is here", "Values")
    return rx.el.table(
        rx.el.thead(rx.el.tr(rx.el.th(tick_all, scope="col"), *(rx.el.th(head, scope="col") for head in heads))),
        rx.el.tbody(rx.foreach(State.rows, _row)),
        class_name="table queue",
        aria_label="Review queue",
    )


def _row(row: rx.Var[QueueView]) -> rx.Component:
    tick = rx.el.input(
        type="checkbox",
        class_name="tick",
        checked=State.chosen.contains(row.id),
        on_change=lambda _: State.tick(row.id),
        aria_label=rx.Var.create("Select ") + row.table + "." + row.column,
    )
    return rx.el.tr(
        cell(tick, label="Select"),
        cell(
            link(row.column, row.href, style="row-link mono"),
            rx.el.div(row.table, class_name="mono muted small", title=row.source),
            main=True,
        ),
        cell(
            rx.el.span(
                rx.cond(
                    (row.data_class == "") & (row.guess != ""),
                    rx.el.span(row.guess, "?", class_name="muted mono"),
                    data_class(row.data_class),
                ),
                badge(row.sensitivity, SENSITIVITY),
                class_name="row",
            ),
            label="Verdict",
        ),
        cell(meter(row.confidence, row.confidence.to_string() + " %"), label="Confidence"),
        cell(rx.el.span(row.reason, class_name="small reason"), label="Why it is here"),
        cell(
            rx.el.span(
                rx.foreach(row.examples, lambda value: rx.el.span(value, class_name="value")), class_name="values"
            ),
            label="Values",
        ),
        class_name=rx.cond(State.chosen.contains(row.id), "is-chosen", ""),
    )


def _bulk() -> rx.Component:
    """Stays in sight at the foot of the window while something is ticked."""
    return rx.cond(
        _COUNT > 0,
        rx.el.div(
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.div(
                rx.el.strong(_COUNT, " selected", class_name="num"),
                button(
                    "Confirm ",
                    _COUNT,
                    icon="check",
                    kind="primary",
                    on_click=State.decide("confirm"),
                    disabled=~State.can_confirm,
                ),
                button("Reject ", _COUNT, icon="x", on_click=State.decide("reject"), disabled=~State.can_confirm),
                rx.el.form(
                    rx.el.select(
                        rx.el.option("Correct to…", value=""),
                        rx.foreach(State.classes, lambda name: rx.el.option(name, value=name)),
                        name="data_class",
                        class_name="select",
                        required=True,
                        aria_label="What the selected columns really are",
                    ),
                    button("Correct ", _COUNT, icon="pencil", type="submit"),
                    on_submit=State.correct,
                    class_name="row",
                ),
                rx.cond(
                    ~State.can_confirm,
                    rx.el.span("Some have no data class yet: say what they are.", class_name="muted small"),
                ),
                class_name="row",
            ),
            class_name="bulk-bar stack",
            role="region",
            aria_label="What to do with the selected verdicts",
        ),
    )
