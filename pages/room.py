"""What are we deciding here?"""

import reflex as rx

from pages.room_decisions import proposal_drawer, task_drawer
from pages.room_messages import composer, message_list, thread_drawer
from pages.room_notes import note_drawer
from pages.room_search import history_drawer, search_drawer
from pages.room_side import document_drawer, share_drawer, side
from pursight_app.ui.components import button, callout, drawer, empty, link, link_button, page_head, skeleton
from pursight_app.ui.frame import page
from pursight_app.ui.person_choice import person_choice
from state.room import RoomState as State
from state.room_decisions import RoomDecisionsState
from state.room_documents import RoomDocumentsState
from state.room_search import RoomSearchState


@page(
    "/rooms/[room_id]",
    "Room",
    on_load=[State.load, RoomDocumentsState.load, RoomDecisionsState.load, RoomSearchState.load],
    permission="room.join",
)
def room() -> rx.Component:
    """Talk in the middle, people and shared things beside it."""
    return rx.cond(State.is_loading, skeleton(8, 32), rx.cond(State.is_missing, _missing(), _content()))


def _missing() -> rx.Component:
    return empty(
        "door-closed",
        "There is no such room",
        "It may belong to another workspace, or you do not take part in it any more.",
        link_button("Go to your rooms", "/rooms"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            State.title,
            _actions(),
            lead=rx.el.span(
                rx.cond(
                    State.subject != "",
                    rx.el.span(
                        "About ",
                        rx.cond(
                            State.subject_href != "",
                            link(State.subject, State.subject_href),
                            rx.el.span(State.subject, class_name="mono"),
                        ),
                        " · ",
                    ),
                ),
                State.opened,
            ),
        ),
        rx.cond(State.is_ended, callout("", "lock", State.ended_words)),
        rx.cond(State.is_in, _talk(), _outside()),
        _invite_drawer(),
        search_drawer(),
        history_drawer(),
        _end_drawer(),
        thread_drawer(),
        share_drawer(),
        document_drawer(),
        note_drawer(),
        proposal_drawer(),
        task_drawer(),
    )


def _actions() -> rx.Component:
    return rx.cond(
        State.is_in,
        rx.el.div(
            rx.cond(
                State.is_ended,
                rx.fragment(),
                button("Invite", icon="user-plus", kind="primary", on_click=State.open_invite),
            ),
            rx.dropdown_menu.root(
                rx.dropdown_menu.trigger(
                    rx.el.button(
                        rx.icon("ellipsis", size=16, aria_hidden="true"),
                        class_name="button icon-button",
                        type="button",
                        aria_label="More about this room",
                    )
                ),
                rx.dropdown_menu.content(
                    rx.dropdown_menu.item("Search in this room", on_select=RoomSearchState.open_search),
                    rx.dropdown_menu.item(
                        "What happened here",
                        on_select=rx.redirect(rx.Var.create("/activity?room=") + State.room_id_shown),
                    ),
                    rx.dropdown_menu.item("Export as Markdown", on_select=State.export("markdown")),
                    rx.dropdown_menu.item("Export as JSON", on_select=State.export("json")),
                    rx.cond(
                        State.is_ended,
                        rx.fragment(),
                        rx.fragment(
                            rx.dropdown_menu.separator(),
                            rx.dropdown_menu.item("Leave room", on_select=State.leave),
                            rx.cond(
                                State.may_end,
                                rx.dropdown_menu.item("End room for everybody…", on_select=State.ask_end),
                            ),
                        ),
                    ),
                ),
            ),
            class_name="row",
        ),
    )


def _talk() -> rx.Component:
    return rx.el.div(
        rx.el.section(
            message_list(),
            rx.cond(State.is_ended, rx.fragment(), composer()),
            class_name="talk card-flush",
            aria_label="Messages",
        ),
        side(),
        class_name="room",
    )


def _outside() -> rx.Component:
    return rx.el.div(
        empty(
            "mail-open",
            rx.cond(State.is_invited, "You are invited", "You left this room"),
            rx.cond(
                State.is_invited,
                "Join to read what was said and to take part.",
                rx.cond(
                    State.is_ended,
                    "It ended after that. Who was in it until then can read and export it.",
                    "Join again to read on and to take part.",
                ),
            ),
            rx.cond(
                State.is_ended,
                link_button("All rooms", "/rooms"),
                button(
                    "Join room",
                    icon="log-in",
                    kind="primary",
                    on_click=[State.join, RoomDocumentsState.load, RoomDecisionsState.load],
                ),
            ),
        ),
        class_name="card",
    )


def _invite_drawer() -> rx.Component:
    return drawer(
        "Invite to this room",
        [
            rx.el.form(
                person_choice("Who?", for_id="invitee"),
                rx.el.p(
                    "Members of this workspace. They are told at once and see what was said before.",
                    class_name="muted small",
                ),
                rx.cond(
                    State.invite_problem != "",
                    rx.el.div(callout("error", "circle-alert", State.invite_problem), role="alert"),
                ),
                rx.el.div(button("Invite", kind="primary", type="submit"), class_name="row"),
                on_submit=State.invite,
                class_name="stack-md",
            )
        ],
        is_open=State.is_inviting,
        on_close=State.close_invite,
    )


def _end_drawer() -> rx.Component:
    return drawer(
        "End this room?",
        [
            rx.el.p(
                "It ends for everybody: ",
                State.people.length(),
                " people are in it or invited. It stays readable and can be exported, but nothing more can be said or shared.",
            ),
            rx.el.div(
                button("End room for everybody", kind="danger", on_click=State.end),
                button("Let it go on", on_click=State.cancel_end),
                class_name="row",
            ),
        ],
        is_open=State.is_ending,
        on_close=State.cancel_end,
    )
