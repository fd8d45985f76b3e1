"""What a page is for those who may not see it: what is missing, who can give it, and a way to ask."""

import reflex as rx

from pursight_app.ui.components import button, callout, empty, field
from state.access_requests import AccessRequestState
from state.session import SessionState


def denied(title: str) -> rx.Component:
    """The page instead of its content; it gives way by itself as soon as the right is granted."""
    return rx.el.div(
        empty(
            "lock",
            f"{title}: you may not open this page yet",
            rx.fragment(
                "It is for people who may ",
                rx.el.span(SessionState.denied_words, class_name="strong"),
                ". It opens here by itself as soon as somebody grants you that.",
            ),
            is_page=True,
        ),
        rx.cond(SessionState.denied_helpers != "", _asking()),
        id="denied",
        class_name="card",
    )


def _asking() -> rx.Component:
    return rx.el.div(
        rx.el.p("Who can grant it: ", SessionState.denied_helpers, class_name="muted"),
        rx.cond(
            AccessRequestState.asked_for == SessionState.denied_permission,
            callout("ok", "circle-check", "You have asked for it. Somebody who can grant it decides."),
            _form(),
        ),
        class_name="stack-md",
        style={"maxWidth": "460px", "margin": "0 auto 24px"},
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="permission", value=SessionState.denied_permission),
        field(
            "Why do you need it?",
            rx.el.textarea(
                id="ask-reason", name="reason", class_name="textarea", required=True, min_length=10, max_length=1000
            ),
            hint="Whoever decides reads this.",
            for_id="ask-reason",
        ),
        rx.cond(
            AccessRequestState.problem != "",
            rx.el.div(callout("error", "circle-alert", AccessRequestState.problem), role="alert"),
        ),
        rx.el.div(button("Ask for access", kind="primary", type="submit"), class_name="row"),
        on_submit=AccessRequestState.ask,
        class_name="stack-md",
    )
