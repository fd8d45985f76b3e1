"""What are we deciding, and where am I asked?"""

import reflex as rx

from pursight_app.ui.components import button, callout, drawer, empty, field, find_form, link, loaded, page_head
from pursight_app.ui.frame import page
from state.room_views import RoomView
from state.rooms import RoomsState as State
from state.session import SessionState

_MAY_OPEN = SessionState.permissions.contains("room.create")


@page("/rooms", "Rooms", on_load=[State.load], nav=(9, "messages-square"), permission="room.join")
def rooms() -> rx.Component:
    """Invitations first, then the rooms that one is in, the latest first."""
    return rx.fragment(
        page_head(
            "Rooms",
            rx.cond(_MAY_OPEN, button("New room", icon="plus", kind="primary", on_click=State.open_form)),
            lead="Where people talk about data and decide. Only who is invited sees a room.",
        ),
        rx.cond(
            State.invitations.length() > 0,
            rx.el.section(
                rx.el.h2("You are invited"),
                rx.foreach(State.invitations, _invitation),
                class_name="stack",
            ),
        ),
        find_form("Search in all your rooms", "Words that were said", State.query, State.search),
        rx.cond(State.query != "", _found()),
        rx.el.div(
            loaded(
                State.is_loading,
                State.rooms.length(),
                rx.el.ul(rx.foreach(State.rooms, _room), class_name="room-list", aria_label="Rooms"),
                empty(
                    "messages-square",
                    "No room yet",
                    "Open one to decide something with others: from here, or from a table, a scan or a finding.",
                    rx.cond(_MAY_OPEN, button("New room", icon="plus", on_click=State.open_form)),
                ),
            ),
            class_name="card-flush",
        ),
        _form(),
    )


def _found() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Found in your rooms"), link("Clear search", "/rooms"), class_name="card-head"),
        rx.cond(
            State.found.length() == 0,
            rx.el.p("Nothing that was said in your rooms holds all these words.", class_name="muted result"),
        ),
        rx.foreach(
            State.found,
            lambda found: rx.el.div(
                rx.el.div(
                    link(found.room, found.href, style="row-link"),
                    rx.el.span(found.author, ", ", found.at, title=found.at_exact, class_name="muted small"),
                    class_name="row-between",
                ),
                rx.el.div(found.body, class_name="truncate"),
                class_name="result",
            ),
        ),
        class_name="card-flush",
        aria_label="Found in your rooms",
    )


def _invitation(room: rx.Var[RoomView]) -> rx.Component:
    return rx.el.div(
        rx.icon("mail-open", size=18, aria_hidden="true"),
        rx.el.div(
            rx.el.div(room.title, class_name="strong"),
            rx.el.div(room.people, " in it", class_name="muted small"),
            class_name="grow",
        ),
        button("Accept", icon="check", kind="primary", on_click=State.accept(room.id)),
        button("Decline", on_click=State.decline(room.id)),
        class_name="card row",
    )


def _room(room: rx.Var[RoomView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                link(room.title, room.href, style="row-link"),
                rx.cond(
                    room.unread > 0,
                    rx.el.span(room.unread, rx.el.span(" unread", class_name="visually-hidden"), class_name="count"),
                ),
                rx.cond(room.is_ended, rx.el.span("Ended", class_name="badge")),
                rx.cond(room.has_left, rx.el.span("You left", class_name="badge")),
                class_name="row",
            ),
            rx.el.div(rx.cond(room.said != "", room.said, "Nothing said yet"), class_name="muted small truncate"),
            class_name="grow",
        ),
        rx.el.div(
            rx.el.span(room.at, title=room.at_exact),
            rx.el.span(room.people),
            class_name="room-facts muted small",
        ),
    )


def _form() -> rx.Component:
    return drawer(
        "New room",
        [
            rx.el.form(
                rx.cond(State.about_words != "", callout("", "link", State.about_words)),
                field(
                    "What is it about?",
                    rx.el.input(
                        id="room-title",
                        name="title",
                        class_name="input",
                        required=True,
                        max_length=200,
                        auto_focus=True,
                    ),
                    hint="Others see this in their invitation.",
                    for_id="room-title",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Open room", kind="primary", type="submit"), class_name="row"),
                on_submit=State.create,
                class_name="stack-md",
            )
        ],
        is_open=State.is_opening,
        on_close=State.close_form,
    )
