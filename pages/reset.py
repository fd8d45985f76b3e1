"""I forgot my password: how do I get in again?"""

import reflex as rx

from pursight_app.ui.account_card import account_card, password_fields, to_login, token_field, wide_button
from pursight_app.ui.components import callout, field
from state.reset import ResetState as State


@rx.page(route="/reset", title="New password · PurSight", on_load=State.load)
def reset() -> rx.Component:
    """Asks for a link, or takes the new password from those who opened one."""
    return account_card(
        "Set a new password",
        rx.match(
            State.stage,
            ("done", _done()),
            ("sent", _sent()),
            rx.el.form(
                token_field(State.opened, State.look),
                rx.match(
                    State.stage,
                    ("set", _new_password()),
                    ("ask", _ask()),
                    rx.el.p("Checking your link…", class_name="muted", role="status"),
                ),
                on_submit=State.submit,
            ),
        ),
    )


def _problem() -> rx.Component:
    return rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert"))


def _ask() -> rx.Component:
    by_mail = rx.fragment(
        rx.el.p("We mail you a link with which you choose a new one. It works for 30 minutes.", class_name="muted"),
        field(
            "E-mail",
            rx.el.input(
                id="email",
                name="email",
                type="email",
                required=True,
                max_length=320,
                auto_complete="username",
                class_name="input",
            ),
            for_id="email",
        ),
        wide_button("Mail me a link"),
    )
    by_hand = callout(
        "",
        "info",
        "This installation sends no mail. Ask one of its administrators: on their page People they make a link with "
        "which you choose a new password.",
    )
    return rx.el.div(
        _problem(),
        rx.cond(State.has_mail, by_mail, by_hand),
        rx.el.a("Back to log-in", href="/login", class_name="link small"),
        class_name="stack-md",
    )


def _sent() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            callout(
                "ok",
                "mail",
                "If this address has an account with a password, a link is on its way. Look into your mailbox, and "
                "into the folder for unwanted mail.",
            ),
            role="status",
        ),
        rx.el.a("Back to log-in", href="/login", class_name="link small"),
        class_name="stack-md",
    )


def _new_password() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            "All your sessions end when you set it. An authenticator app or passkey stays as it is.", class_name="muted"
        ),
        _problem(),
        password_fields(State.password_problem),
        wide_button("Set new password"),
        class_name="stack-md",
    )


def _done() -> rx.Component:
    return rx.el.div(
        rx.el.div(callout("ok", "circle-check", "Your new password is set. Log in with it."), role="status"),
        to_login("Log in"),
        class_name="stack-md",
    )
