"""Who did what here?"""

import reflex as rx

from pursight_app.ui.components import button, empty, link, loaded, page_head
from pursight_app.ui.frame import page
from state.activity import KINDS, ActivityView
from state.activity import ActivityState as State


@page("/activity", "Activity", on_load=[State.load], nav=(10, "activity"), permission="workspace.read")
def activity() -> rx.Component:
    """One stream, the newest on top, live; filters in the URL."""
    return rx.fragment(
        page_head("Activity", lead="Who did what, as far as you may see it. It goes on by itself."),
        _filters(),
        rx.el.div(
            loaded(
                State.is_loading,
                State.lines.length(),
                rx.fragment(
                    rx.el.ol(rx.foreach(State.lines, _line), class_name="room-list", aria_label="Activity"),
                    rx.cond(
                        State.older != "",
                        rx.el.div(button("Show older", on_click=State.show_older), class_name="pager"),
                    ),
                ),
                empty(
                    "activity",
                    "Nothing happened yet",
                    "Reviews, decisions, rooms, scans and changes of tables appear here. With filters set, clear them to see more.",
                    button("Show everything", on_click=rx.redirect("/activity")),
                ),
            ),
            class_name="card-flush",
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.select(
            *(rx.el.option(words, value=kind) for kind, words in KINDS.items()),
            value=State.type,
            on_change=lambda value: State.narrow("type", value),
            class_name="select filter-select",
            aria_label="Kind",
        ),
        rx.el.select(
            rx.el.option("Everybody", value=""),
            rx.foreach(State.people, lambda person: rx.el.option(person.name, value=person.id)),
            value=State.person,
            on_change=lambda value: State.narrow("person", value),
            class_name="select filter-select",
            aria_label="Person",
        ),
        rx.cond(State.asset != "", button("One table", icon="x", on_click=State.narrow("asset", ""))),
        rx.cond(State.room != "", button("One room", icon="x", on_click=State.narrow("room", ""))),
        class_name="row",
    )


def _line(line: rx.Var[ActivityView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(line.who, class_name="strong"),
            " ",
            line.words,
            " ",
            rx.cond(line.href != "", link(line.thing, line.href), line.thing),
            rx.cond(line.detail != "", rx.el.span(" · ", line.detail, class_name="muted")),
            class_name="grow",
        ),
        rx.el.span(line.at, title=line.at_exact, class_name="muted small nowrap"),
    )
