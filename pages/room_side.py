"""Beside the talk of a room: who is there, what was shared, and what is decided."""

import reflex as rx

from pages.room_decisions import decisions, tasks
from pages.room_messages import words
from pages.room_notes import note_form
from pursight_app.ui.components import button, callout, drawer, field, link
from pursight_app.ui.html import NativeForm
from pursight_app.ui.theme import PRESENCE
from state.room import RoomState as State
from state.room_documents import RoomDocumentsState as Documents
from state.room_notes import RoomNotesState as Notes
from state.room_views import DocumentView, PersonView


def side() -> rx.Component:
    """People, shared things, decisions, tasks."""
    return rx.el.aside(
        rx.el.section(
            rx.el.h2("People"),
            rx.el.ul(rx.foreach(State.people, _person), class_name="people", aria_label="People in this room"),
            class_name="card stack",
        ),
        rx.el.section(
            rx.el.div(
                rx.el.h2("Shared"),
                rx.cond(
                    State.is_ended,
                    rx.fragment(),
                    button("Share", icon="paperclip", on_click=Documents.open_form),
                ),
                class_name="row-between",
            ),
            rx.cond(
                Documents.documents.length() > 0,
                rx.el.ul(rx.foreach(Documents.documents, _document), class_name="shared", aria_label="Shared things"),
                rx.el.p("Nothing shared yet: a file, a text, or a table of the catalogue.", class_name="muted small"),
            ),
            class_name="card stack",
        ),
        decisions(),
        tasks(),
        class_name="room-side",
        aria_label="People, shared things and decisions",
    )


def _person(person: rx.Var[PersonView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(person.initials, class_name="avatar small-avatar", aria_hidden="true"),
        rx.el.span(person.name, rx.cond(person.is_me, " (you)", ""), class_name="grow truncate"),
        rx.cond(
            person.is_invited,
            rx.el.span("Invited", class_name="badge"),
            rx.el.span(
                rx.el.span(class_name=rx.Var.create("presence presence-") + person.presence, aria_hidden="true"),
                rx.match(person.presence, *((key, sign) for key, sign in PRESENCE.items()), ""),
                class_name="muted small row",
            ),
        ),
        rx.cond(
            (person.looks_at != "") & ~person.is_me,
            rx.el.span(
                rx.icon("eye", size=13, aria_hidden="true"),
                Documents.titles.get(person.looks_at, "something shared"),
                class_name="muted small row truncate",
                title=rx.Var.create("Has it open: ") + Documents.titles.get(person.looks_at, "something shared"),
            ),
        ),
        rx.cond(
            State.may_end & ~person.is_me & ~State.is_ended,
            button(
                "",
                icon="x",
                kind="quiet",
                on_click=State.withdraw(person.id),
                aria_label=rx.Var.create("Take out ") + person.name,
            ),
        ),
        class_name="row",
    )


def _document(document: rx.Var[DocumentView]) -> rx.Component:
    title = rx.cond(
        document.kind == "link",
        rx.el.a(
            document.title, href=document.href, target="_blank", rel="noopener noreferrer nofollow", class_name="link"
        ),
        rx.cond(
            document.href != "",
            link(rx.el.span(document.title, class_name="mono"), document.href, style="row-link"),
            rx.cond(
                document.is_hidden,
                rx.el.span(document.title, class_name="muted"),
                rx.el.button(
                    rx.el.span(document.title, class_name="row-link"),
                    class_name="cell-button",
                    type="button",
                    on_click=rx.cond(
                        document.kind == "note", Notes.open_note(document.id), Documents.open_document(document.id)
                    ),
                ),
            ),
        ),
    )
    return rx.el.li(
        rx.match(
            document.kind,
            ("asset", rx.icon("table-2", size=16, aria_hidden="true")),
            ("note", rx.icon("file-pen-line", size=16, aria_hidden="true")),
            ("text", rx.icon("notebook-text", size=16, aria_hidden="true")),
            ("link", rx.icon("external-link", size=16, aria_hidden="true")),
            rx.icon("file", size=16, aria_hidden="true"),
        ),
        rx.el.div(title, rx.el.div(document.detail, class_name="muted small"), class_name="grow"),
        class_name="row",
    )


def share_drawer() -> rx.Component:
    """Five ways to share: a file, a note, a thing of the catalogue, an address elsewhere, words."""
    return drawer(
        "Share in this room",
        [
            rx.cond(
                Documents.problem != "", rx.el.div(callout("error", "circle-alert", Documents.problem), role="alert")
            ),
            _file_form(),
            note_form(),
            _asset_choice(),
            _link_form(),
            _text_form(),
        ],
        is_open=Documents.is_sharing,
        on_close=Documents.close_form,
    )


def _file_form() -> rx.Component:
    return rx.el.section(
        rx.el.h2("A file"),
        NativeForm.create(
            rx.el.input(type="hidden", name="session_id", value=State.room_id_shown, read_only=True),
            field(
                "File",
                rx.el.input(
                    id="shared-file",
                    name="file",
                    type="file",
                    class_name="input",
                    required=True,
                    custom_attrs={"data-most-mb": "8"},
                ),
                hint="Picture, PDF, CSV, Markdown, SQL, notebook or other text, at most 8 MB. You can also drop or paste it into the talk.",
                for_id="shared-file",
            ),
            rx.el.div(button("Share file", kind="primary", type="submit"), class_name="row"),
            action="/auth/browser-share-document",
            method="post",
            enc_type="multipart/form-data",
            class_name="stack",
            id="share-file-form",
        ),
        class_name="stack",
    )


def _asset_choice() -> rx.Component:
    return rx.el.section(
        rx.el.h2("A table, view or file of the catalogue"),
        field(
            "Find it",
            rx.el.input(
                id="shared-asset",
                type="search",
                class_name="input",
                auto_complete="off",
                on_change=Documents.find.debounce(250),
                max_length=200,
            ),
            hint="Others see of it what their own rights allow.",
            for_id="shared-asset",
        ),
        rx.el.ul(
            rx.foreach(
                Documents.found,
                lambda found: rx.el.li(
                    rx.el.button(
                        found[1], class_name="choice mono", type="button", on_click=Documents.share_asset(found[0])
                    )
                ),
            ),
            class_name="choices",
            aria_label="Found in the catalogue",
        ),
        class_name="stack",
    )


def _link_form() -> rx.Component:
    return rx.el.section(
        rx.el.h2("A link to a query, a dashboard or a ticket"),
        rx.el.form(
            field(
                "Address",
                rx.el.input(
                    id="shared-url", name="url", type="url", class_name="input", required=True, max_length=2_000
                ),
                for_id="shared-url",
            ),
            field(
                "What it is",
                rx.el.input(id="shared-url-title", name="title", class_name="input", max_length=200),
                hint="Without it the name of the host is shown.",
                for_id="shared-url-title",
            ),
            rx.el.div(button("Share link", kind="primary", type="submit"), class_name="row"),
            on_submit=Documents.share_link,
            class_name="stack",
        ),
        class_name="stack",
    )


def _text_form() -> rx.Component:
    return rx.el.section(
        rx.el.h2("A text"),
        rx.el.form(
            field(
                "Title",
                rx.el.input(id="shared-title", name="title", class_name="input", required=True, max_length=200),
                for_id="shared-title",
            ),
            field(
                "Text",
                rx.el.textarea(id="shared-text", name="content", class_name="textarea", rows=8, required=True),
                hint="Markdown works.",
                for_id="shared-text",
            ),
            rx.el.div(button("Share text", kind="primary", type="submit"), class_name="row"),
            on_submit=Documents.share_text,
            class_name="stack",
        ),
        class_name="stack",
    )


def document_drawer() -> rx.Component:
    """A shared text or file; of all markup only Markdown is shown as more than text, and never its HTML."""
    shown = Documents.shown
    return drawer(
        shown.title,
        [
            rx.el.div(
                rx.el.span(shown.detail, class_name="muted small"),
                button("Download", icon="download", on_click=Documents.download),
                class_name="row-between",
            ),
            rx.cond(shown.note != "", callout("", "info", shown.note)),
            rx.cond(shown.picture != "", rx.el.img(src=shown.picture, alt=shown.title, style={"maxWidth": "100%"})),
            rx.cond(shown.markdown != "", rx.el.div(words(shown.markdown), class_name="markdown")),
            rx.cond(shown.text != "", rx.el.pre(shown.text, class_name="mono preview", tab_index=0)),
            rx.cond(
                shown.rows.length() > 0,
                rx.el.div(
                    rx.el.table(
                        rx.el.tbody(
                            rx.foreach(shown.rows, lambda row: rx.el.tr(rx.foreach(row, lambda value: rx.el.td(value))))
                        ),
                        class_name="table",
                    ),
                    class_name="preview",
                    tab_index=0,
                ),
            ),
        ],
        is_open=Documents.is_open,
        on_close=Documents.close_document,
    )
