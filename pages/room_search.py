"""Beside the talk of a room: what was said in it, found again, and what an edited message said before."""

import reflex as rx

from pursight_app.ui.components import drawer, find_form
from state.room_search import RoomSearchState as Search


def search_drawer() -> rx.Component:
    """Finds what was said here, and goes there."""
    return drawer(
        "Search in this room",
        [
            find_form("Search in this room", "Words that were said", Search.query, Search.search),
            rx.cond(
                (Search.query != "") & (Search.found.length() == 0),
                rx.el.p("Nothing that was said holds all these words.", class_name="muted"),
            ),
            rx.el.ul(
                rx.foreach(
                    Search.found,
                    lambda found: rx.el.li(
                        rx.el.button(
                            rx.el.span(found.author, ", ", found.at, title=found.at_exact, class_name="muted small"),
                            rx.el.div(found.body),
                            class_name="choice",
                            type="button",
                            on_click=Search.go_to(found.seq),
                        )
                    ),
                ),
                class_name="choices-plain",
                aria_label="Found messages",
            ),
        ],
        is_open=Search.is_searching,
        on_close=Search.close_search,
    )


def history_drawer() -> rx.Component:
    """What an edited message said before."""
    return drawer(
        "What it said before",
        [
            rx.el.ol(
                rx.foreach(
                    Search.versions,
                    lambda version: rx.el.li(
                        rx.el.div("until ", version.until, title=version.exact, class_name="muted small"),
                        rx.el.div(version.body, style={"whiteSpace": "pre-wrap"}),
                        class_name="stack",
                    ),
                ),
                class_name="choices-plain",
                aria_label="Earlier texts",
            )
        ],
        is_open=Search.history_of != "",
        on_close=Search.close_history,
    )
