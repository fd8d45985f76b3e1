"""What am I invited to, and how do I get in?"""

import reflex as rx

from pursight_app.ui.account_card import account_card, password_fields, to_login, token_field, wide_button
from pursight_app.ui.components import callout, field
from pursight_app.ui.html import NativeForm
from state.welcome import WelcomeState as State


@rx.page(route="/welcome", title="Welcome · PurSight", on_load=State.load)
def welcome() -> rx.Component:
    """Opened from the link of an invitation."""
    return account_card(
        "Welcome to PurSight",
        rx.match(
            State.stage,
            ("done", _done()),
            ("dead", rx.el.div(callout("error", "link-2-off", State.problem), role="alert")),
            rx.cond(State.own_email != "", _join_form(), _account_form()),
        ),
    )


def _done() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            callout("ok", "circle-check", "Your account is ready. Log in with ", rx.el.strong(State.email), "."),
            role="status",
        ),
        to_login("Log in"),
        class_name="stack-md",
    )


def _invitation() -> rx.Component:
    return rx.el.p(
        rx.cond(State.invited_by != "", rx.el.strong(State.invited_by), "An administrator"),
        " invites ",
        rx.el.strong(State.email),
        rx.cond(
            State.place != "",
            rx.fragment(" to the workspace ", rx.el.strong(State.place), " as ", State.role, "."),
            " to use PurSight.",
        ),
    )


def _checking() -> rx.Component:
    return rx.el.p("Checking your link…", class_name="muted", role="status")


def _problem() -> rx.Component:
    return rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert"))


def _account_form() -> rx.Component:
    fields = rx.el.div(
        _invitation(),
        _problem(),
        field(
            "Your name",
            rx.el.input(
                id="name", name="name", class_name="input", required=True, max_length=200, auto_complete="name"
            ),
            hint="As others here will see it.",
            for_id="name",
        ),
        password_fields(State.password_problem),
        wide_button("Create my account"),
        rx.el.p(
            "You have an account with this address already? ",
            rx.el.a("Log in", href="/login", class_name="link"),
            ", then open the link of the invitation again.",
            class_name="muted small",
        ),
        class_name="stack-md",
    )
    return rx.el.form(
        token_field(State.opened, State.look),
        rx.cond(State.stage == "open", fields, _checking()),
        on_submit=State.accept,
    )


def _join_form() -> rx.Component:
    is_mine = State.own_email == State.email
    join = rx.el.form(
        token_field(State.opened, State.look),
        rx.cond(
            State.stage == "open",
            rx.el.div(_invitation(), _problem(), rx.cond(is_mine, wide_button("Accept")), class_name="stack-md"),
            _checking(),
        ),
        on_submit=State.join,
    )
    return rx.fragment(join, rx.cond((State.stage == "open") & ~is_mine, _log_out()))


def _log_out() -> rx.Component:
    return NativeForm.create(
        rx.el.div(
            callout(
                "amber",
                "user-round",
                "You are logged in as ",
                rx.el.strong(State.own_email),
                ". Log out, then open the link of the invitation again.",
            ),
            rx.el.button("Log out", type="submit", class_name="button"),
            class_name="stack-md",
        ),
        action="/auth/browser-logout",
        method="post",
    )
