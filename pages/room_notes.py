"""A note that people in a room write together."""

import reflex as rx

from pursight_app.ui.components import button, callout, drawer, field
from pursight_app.ui.note_editor import NoteEditor
from state.room import RoomState
from state.room_documents import RoomDocumentsState
from state.room_notes import RoomNotesState as State
from state.room_notes import VersionView
from state.session import SessionState


def note_form() -> rx.Component:
    """A title, and the note opens."""
    return rx.el.section(
        rx.el.h2("A note to write together"),
        rx.el.form(
            field(
                "Title of the note",
                rx.el.input(id="note-title", name="title", class_name="input", required=True, max_length=200),
                for_id="note-title",
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.div(button("Start note", kind="primary", type="submit"), class_name="row"),
            on_submit=[RoomDocumentsState.close_form, State.create],
            class_name="stack",
        ),
        class_name="stack",
    )


def note_drawer() -> rx.Component:
    """The editor, and what the note said before."""
    return drawer(
        State.title,
        [
            NoteEditor.create(note_id=State.note_id, user_name=SessionState.user_name, is_read_only=RoomState.is_ended),
            rx.cond(
                State.versions.length() > 0,
                rx.el.section(
                    rx.el.h2("What it said before"),
                    rx.el.ul(rx.foreach(State.versions, _version), class_name="shared", aria_label="Versions"),
                    class_name="stack",
                ),
            ),
        ],
        is_open=State.is_open,
        on_close=State.close_note,
    )


def _version(version: rx.Var[VersionView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(version.beginning, class_name="truncate"),
            rx.el.div(version.who, ", ", version.when, title=version.exact, class_name="muted small"),
            class_name="grow",
        ),
        rx.cond(RoomState.is_ended, rx.fragment(), button("Restore", on_click=State.restore(version.id))),
        class_name="row",
    )
