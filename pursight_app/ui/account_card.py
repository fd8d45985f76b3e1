"""What the open pages of an account share: the card, the hidden field of a link's token, two fields for a password."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import Child, button, callout, drawer, field
from pursight_app.ui.html import InterFont


def account_card(title: Child, *content: Child) -> rx.Component:
    """One card in the middle of an otherwise empty page."""
    return rx.el.main(
        InterFont.create(),
        rx.el.div(
            rx.el.div(
                rx.icon("scan-eye", size=26, aria_hidden="true", color="var(--accent)"),
                rx.el.h1(title),
                class_name="row",
            ),
            *content,
            class_name="login-card",
        ),
        class_name="login",
    )


def token_field(opened: rx.Var[int], on_given: Any) -> rx.Component:
    """Where assets/link-token.js puts the token once the page listens; the form sends it along.

    `opened` counts how often the page was opened in this tab: a new number is a new field, which is filled anew.
    """
    return rx.cond(
        opened > 0,
        rx.el.input(
            key=opened.to_string(),
            id="link-token",
            name="token",
            type="text",
            on_change=on_given,
            class_name="visually-hidden",
            tab_index=-1,
            aria_hidden="true",
            auto_complete="off",
        ),
    )


def password_fields(problem: rx.Var[str]) -> rx.Component:
    """A new password, twice; `problem` stands beside it."""
    return rx.fragment(
        _password("password", "Password", described_by="password-hint"),
        rx.el.div(
            rx.cond(
                problem != "",
                rx.el.span(problem, class_name="problem", role="alert"),
                rx.el.span("At least 8 characters. Four random words are good.", class_name="hint"),
            ),
            id="password-hint",
            class_name="field",
            style={"marginTop": "-12px"},
        ),
        _password("again", "Password again", described_by=""),
    )


def _password(name: str, label: str, *, described_by: str) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            type="password",
            required=True,
            auto_complete="new-password",
            max_length=1024,
            class_name="input",
            custom_attrs={"aria-describedby": described_by} if described_by else {},
        ),
        class_name="field",
    )


def wide_button(text: Child) -> rx.Component:
    """The one thing to do on the card."""
    return rx.el.button(text, type="submit", class_name="button button-primary", style={"width": "100%"})


def to_login(text: str) -> rx.Component:
    """A link with a page load, because the socket must be opened with the new session's cookie."""
    return rx.el.a(text, href="/login", class_name="button button-primary", style={"width": "100%"})


def shown_link(link: rx.Var[str], words: rx.Var[str]) -> rx.Component:
    """A link that is shown once, ready to be copied."""
    return rx.el.div(
        callout("ok", "link", words),
        rx.cond(
            link != "",
            field(
                "Link",
                rx.el.input(
                    id="shown-link",
                    value=link,
                    read_only=True,
                    class_name="input mono",
                    custom_attrs={"data-select-on-focus": "yes"},
                ),
                hint="Whoever opens it first sets the password, so send it to this person only.",
                for_id="shown-link",
            ),
        ),
        class_name="stack",
        role="status",
    )


def invitation_drawer(title: str, form: rx.Component, invite: Any) -> rx.Component:
    """A drawer with a form that invites somebody, and afterwards the link. `invite` is the state behind it."""
    done = rx.el.div(
        rx.el.p(rx.el.strong(invite.email), " is invited."),
        shown_link(invite.link, invite.link_words),
        rx.el.div(button("Invite another person", on_click=invite.open_drawer), class_name="row"),
        class_name="stack-md",
    )
    content = [rx.cond(invite.link_words != "", done, form)]
    return drawer(title, content, is_open=invite.is_open, on_close=invite.close_drawer)
