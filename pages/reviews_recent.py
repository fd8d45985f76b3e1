"""The second tab of the review queue: what was decided, and taking it back."""

import reflex as rx

from pursight_app.ui.components import badge, button, cell, drawer, empty, link, loaded, pager, table
from pursight_app.ui.theme import REVIEW_DECISION
from state.review_views import BatchView, ItemView
from state.reviews import ReviewsState as State


def recent() -> rx.Component:
    """Batches, newest first; a drawer holds the single columns of one."""
    return rx.fragment(
        rx.el.section(
            loaded(
                State.is_loading,
                State.batches.length(),
                rx.fragment(
                    table(
                        ["Columns", "Decision", "Data class", "Who", "When", ""],
                        State.batches,
                        _row,
                        label="Recent decisions",
                    ),
                    rx.cond(
                        State.batch_total > State.batches.length(),
                        pager(
                            State.first,
                            State.last,
                            State.batch_total,
                            on_previous=State.previous,
                            on_next=State.next_page,
                        ),
                    ),
                ),
                empty(
                    "history",
                    "No decisions yet",
                    "What people confirm, reject and correct appears here and can be taken back.",
                ),
            ),
            class_name="card-flush",
            aria_label="Recent decisions",
        ),
        _drawer(),
    )


def _row(batch: rx.Var[BatchView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(batch.where, class_name="row-link"),
                class_name="cell-button",
                type="button",
                on_click=State.show_batch(batch.id),
            ),
            main=True,
        ),
        cell(badge(batch.done, REVIEW_DECISION), label="Decision"),
        cell(rx.el.span(batch.what, class_name="mono small"), label="Data class"),
        cell(batch.who, label="Who"),
        cell(rx.el.span(batch.when, title=batch.when_exact, class_name="nowrap"), label="When"),
        cell(
            rx.el.span(batch.undone, class_name="muted small"),
            rx.cond(batch.can_undo, button("Undo", icon="undo-2", on_click=State.undo(batch.id))),
            right=True,
        ),
    )


def _drawer() -> rx.Component:
    return drawer(
        "Decided together",
        [table(["Column", "Data class", ""], State.items, _item, label="Columns of this decision")],
        is_open=State.is_open,
        on_close=State.close_batch,
    )


def _item(item: rx.Var[ItemView]) -> rx.Component:
    return rx.el.tr(
        cell(
            link(item.column, item.href, style="row-link mono"),
            rx.el.div(item.table, class_name="mono muted small"),
            main=True,
        ),
        cell(rx.el.span(item.what, class_name="mono small"), label="Data class"),
        cell(
            rx.el.span(item.note, class_name="muted small"),
            rx.cond(item.can_undo, button("Undo", on_click=State.undo_item(item.id))),
            right=True,
        ),
    )
