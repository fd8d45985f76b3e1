"""The bell in the top bar: what its person should know."""

import reflex as rx

from pursight_app.ui.components import button
from state.notifications import BellState as State
from state.notifications import NotificationView


def bell() -> rx.Component:
    """A count that says how much is unseen, and the list behind it."""
    return rx.popover.root(
        rx.popover.trigger(
            rx.el.button(
                rx.icon("bell", size=18, aria_hidden="true"),
                rx.cond(State.unseen > 0, rx.el.span(State.unseen, class_name="count", aria_hidden="true")),
                class_name="button icon-button bell",
                type="button",
                aria_label=rx.cond(
                    State.unseen > 0, State.unseen.to_string() + " unseen notifications", "Notifications"
                ),
            )
        ),
        rx.popover.content(
            rx.el.div(
                rx.el.strong("Notifications"),
                rx.cond(State.unseen > 0, button("Mark all as seen", kind="quiet", on_click=State.mark_all)),
                class_name="row-between",
            ),
            rx.cond(
                State.lines.length() > 0,
                rx.el.ul(rx.foreach(State.lines, _line), class_name="bell-list", aria_label="Notifications"),
                rx.el.p("Nothing yet. Invitations and mentions appear here.", class_name="muted small"),
            ),
            align="end",
        ),
    )


def _line(line: rx.Var[NotificationView]) -> rx.Component:
    return rx.el.li(
        rx.popover.close(
            rx.el.button(
                rx.el.div(line.text, " ", rx.el.span(line.title, class_name="strong")),
                rx.el.div(line.at, title=line.at_exact, class_name="muted small"),
                class_name=rx.cond(line.is_new, "is-new", ""),
                type="button",
                on_click=State.open_line(line.id, line.href),
            )
        )
    )
