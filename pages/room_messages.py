"""The talk of a room: messages, the field to write in, and a thread beside it."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import badge, button, callout, drawer, empty, link
from pursight_app.ui.theme import SENSITIVITY
from state.room import RoomState as State
from state.room_fresh import RoomFreshState as Fresh
from state.room_search import RoomSearchState as Search
from state.room_thread import RoomThreadState as Thread
from state.room_views import CardView, MessageView, SignView

EMOJI = ("👍", "✅", "❤️", "🎉", "👀", "🤔")


def words(text: rx.Var[str]) -> rx.Component:
    """Markdown of people: raw HTML stays text, and links that run scripts are emptied."""
    return rx.markdown(text, use_raw=False, use_math=False, use_katex=False)


def message_list() -> rx.Component:
    """What was said, the newest at the foot, which stays in sight."""
    return rx.el.div(
        rx.cond(
            State.has_older,
            rx.el.div(button("Show older messages", icon="chevron-up", on_click=State.show_older), class_name="center"),
        ),
        rx.cond(
            State.missed > 0,
            rx.el.div(
                button(State.missed, " new since you left: go to the first", on_click=State.show_first_new),
                class_name="center",
            ),
        ),
        rx.cond(
            State.messages.length() > 0,
            rx.el.ol(rx.foreach(State.messages, _message), _just_said(), class_name="messages"),
            empty("message-circle", "Nothing said yet", "Write the first message below. Invite somebody to answer it."),
        ),
        rx.cond(
            State.has_newer,
            rx.el.div(
                button("Show newer messages", icon="chevron-down", on_click=State.show_newer),
                button("Go to the newest", on_click=State.show_newest),
                class_name="row center",
            ),
        ),
        class_name="scroller",
        # Read by assets/rooms.js, which keeps the newest message in sight.
        custom_attrs={"data-keep-end": rx.cond(State.has_newer, "", "true")},
        role="log",
        aria_live="polite",
        tab_index=0,
        aria_label="What was said",
    )


def _just_said() -> rx.Component:
    """What the page has not read yet. Unseen by screen readers, which would hear it twice: it is read in a moment."""
    is_here = (Fresh.room == State.room_id_shown) & ~State.has_newer
    return rx.cond(
        is_here,
        rx.foreach(
            Fresh.fresh,
            lambda each: rx.cond(
                (each.seq > State.shown_seq) & (each.author_id != State.me),
                rx.el.li(
                    _line(each, rx.el.div(words(each.body), class_name="markdown")),
                    key=each.id,
                    custom_attrs={"inert": True},
                ),
            ),
        ),
    )


def _message(message: rx.Var[MessageView]) -> rx.Component:
    return rx.el.li(
        _line(
            message,
            rx.cond(State.editing_id == message.id, _edit_form(), _body(message)),
            rx.cond(State.is_ended | message.is_deleted, rx.fragment(), _tools(message)),
            is_first_new=message.is_first_new,
        ),
        key=message.id,
        id=rx.Var.create("m") + message.seq.to_string(),
    )


def _line(message: Any, body: rx.Component, *tools: rx.Component, is_first_new: Any = False) -> rx.Component:
    return rx.fragment(
        rx.cond(message.day != "", rx.el.div(message.day, class_name="day")),
        rx.cond(is_first_new, rx.el.div("New since you left", class_name="new-mark")),
        rx.el.div(
            rx.cond(
                message.is_followup,
                rx.el.span(message.time, class_name="message-time muted", title=message.at_exact),
                rx.el.span(message.initials, class_name="avatar", aria_hidden="true"),
            ),
            rx.el.div(
                rx.cond(
                    message.is_followup,
                    rx.fragment(),
                    rx.el.div(
                        rx.el.span(message.author, class_name="strong"),
                        rx.el.span(message.time, class_name="muted small", title=message.at_exact),
                        class_name="row",
                    ),
                ),
                body,
                class_name="grow message-body",
            ),
            *tools,
            class_name="message",
        ),
    )


def _body(message: rx.Var[MessageView]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            message.is_deleted,
            rx.el.span("This message was deleted.", class_name="muted"),
            rx.el.div(words(message.body), class_name="markdown"),
        ),
        rx.cond(
            message.is_edited & ~message.is_deleted,
            rx.el.button(
                "edited",
                class_name="link small",
                type="button",
                on_click=Search.show_history(message.id),
                title="What it said before",
            ),
        ),
        rx.foreach(message.cards, _card),
        rx.el.div(
            rx.cond(
                message.thread_id != "",
                rx.el.button(
                    rx.icon("corner-down-right", size=13, aria_hidden="true"),
                    "in a thread",
                    class_name="chip",
                    type="button",
                    on_click=Thread.open_thread(message.thread_id),
                ),
            ),
            rx.foreach(message.signs, lambda sign: _sign(message, sign)),
            rx.cond(
                message.replies > 0,
                rx.el.button(
                    rx.icon("message-square", size=13, aria_hidden="true"),
                    rx.cond(message.replies == 1, "1 reply", message.replies.to_string() + " replies"),
                    class_name="chip",
                    type="button",
                    on_click=Thread.open_thread(message.id),
                ),
            ),
            class_name="row signs",
        ),
    )


def _card(card: rx.Var[CardView]) -> rx.Component:
    return rx.el.div(
        rx.icon("table-2", size=16, aria_hidden="true"),
        link(rx.el.span(card.name, class_name="mono"), card.href),
        badge(card.sensitivity, SENSITIVITY),
        rx.el.span(card.findings, class_name="muted small"),
        rx.el.span(card.owner, class_name="muted small"),
        class_name="asset-card row",
    )


def _sign(message: rx.Var[MessageView], sign: rx.Var[SignView]) -> rx.Component:
    return rx.el.button(
        sign.emoji,
        rx.el.span(sign.people, class_name="num"),
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(sign.is_own, "true", "false")},
        aria_label=sign.emoji + " " + sign.people.to_string(),
        on_click=State.react(message.id, sign.emoji),
    )


def _tools(message: rx.Var[MessageView]) -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=14, aria_hidden="true"),
                class_name="button icon-button message-tools",
                type="button",
                aria_label=rx.Var.create("Answer or change the message of ") + message.author + " at " + message.time,
            )
        ),
        rx.dropdown_menu.content(
            rx.dropdown_menu.sub(
                rx.dropdown_menu.sub_trigger("React"),
                rx.dropdown_menu.sub_content(
                    *(rx.dropdown_menu.item(emoji, on_select=State.react(message.id, emoji)) for emoji in EMOJI)
                ),
            ),
            rx.dropdown_menu.item("Reply in a thread", on_select=Thread.open_thread(message.id)),
            rx.cond(
                message.is_own,
                rx.fragment(
                    rx.dropdown_menu.item("Edit", on_select=State.start_edit(message.id)),
                    rx.dropdown_menu.item("Delete", on_select=State.delete(message.id)),
                ),
                rx.cond(State.is_host, rx.dropdown_menu.item("Delete", on_select=State.delete(message.id))),
            ),
        ),
    )


def _edit_form() -> rx.Component:
    return rx.el.form(
        rx.el.textarea(
            default_value=State.editing_body,
            name="body",
            class_name="textarea",
            aria_label="Edit the message",
            auto_focus=True,
            custom_attrs={"data-send-on-enter": "true"},
            rows=3,
        ),
        rx.el.div(
            button("Save", kind="primary", type="submit"),
            button("Cancel", type="button", on_click=State.stop_edit),
            class_name="row",
        ),
        on_submit=State.save_edit,
        class_name="stack",
    )


def _writing(
    client_id: rx.Var[str],
    answers: rx.Var[int],
    *,
    field_id: str,
    label: str,
    form_id: str,
    on_submit: Any,
    on_change: Any = None,
) -> rx.Component:
    """Enter sends, Shift+Enter begins a line (assets/rooms.js); the field is new, so empty, once its message is kept.

    `answers` counts what the server has answered: until it changes, a message is on its way.
    """
    changes = {"on_change": on_change} if on_change is not None else {}
    return rx.el.form(
        rx.el.input(type="hidden", name="client_id", value=client_id, read_only=True),
        rx.el.textarea(
            id=field_id,
            name="body",
            class_name="textarea",
            placeholder=label,
            aria_label=label,
            rows=2,
            max_length=16_000,
            auto_complete="off",
            key=client_id,
            auto_focus=True,
            custom_attrs={"data-send-on-enter": "true"},
            **changes,
        ),
        rx.el.div(
            rx.el.span("Enter sends, Shift+Enter begins a new line", class_name="muted small hint-keys"),
            rx.el.span("Sending…", class_name="muted small is-sending", role="status"),
            rx.el.span(
                "Not sent yet: the server does not answer. It goes out by itself when the line is back.",
                class_name="small is-waiting",
                role="status",
            ),
            button("Send", icon="send", kind="primary", type="submit"),
            class_name="row-between",
        ),
        on_submit=on_submit,
        id=form_id,
        class_name="composer",
        custom_attrs={"data-answers": answers.to_string()},
    )


def composer() -> rx.Component:
    """The field to write in, and what became of the last message."""
    return rx.el.div(
        rx.el.div(
            rx.el.span(State.typing_words, class_name="muted small typing"),
            class_name="above-composer",
            role="status",
        ),
        rx.cond(
            State.send_problem != "",
            rx.el.div(
                callout(
                    "error",
                    "circle-alert",
                    rx.el.div(
                        rx.el.span(State.send_problem, " Your text is still below.", class_name="grow"),
                        # The form's own button: the same text under the same id, so that it is never said twice.
                        button("Send again", icon="rotate-ccw", type="submit", form="composer"),
                        class_name="row-between",
                    ),
                ),
                role="alert",
            ),
        ),
        _writing(
            State.client_id,
            State.answers,
            field_id="message",
            label="Write a message",
            form_id="composer",
            on_submit=State.send,
            on_change=State.is_typing.throttle(1000),
        ),
        class_name="composer-box",
    )


def thread_drawer() -> rx.Component:
    """One message with its replies."""
    return drawer(
        "Thread",
        [
            rx.cond(Thread.has_earlier, button("Earlier replies", icon="chevron-up", on_click=Thread.show_earlier)),
            rx.el.ol(
                rx.foreach(
                    Thread.messages,
                    lambda each: rx.el.li(
                        rx.el.div(
                            rx.el.span(each.author, class_name="strong"),
                            rx.el.span(each.time, class_name="muted small", title=each.at_exact),
                            class_name="row",
                        ),
                        rx.cond(
                            each.is_deleted,
                            rx.el.span("This message was deleted.", class_name="muted"),
                            rx.el.div(words(each.body), class_name="markdown"),
                        ),
                    ),
                ),
                class_name="steps",
            ),
            rx.cond(Thread.problem != "", rx.el.div(callout("error", "circle-alert", Thread.problem), role="alert")),
            rx.cond(
                State.is_ended,
                rx.fragment(),
                _writing(
                    Thread.client_id,
                    Thread.answers,
                    form_id="reply-form",
                    field_id="reply",
                    label="Write a reply",
                    on_submit=Thread.reply,
                ),
            ),
        ],
        is_open=Thread.is_open,
        on_close=Thread.close_thread,
    )
