"""May I in? One card; a native form, so that the cookie is HttpOnly."""

import reflex as rx

from pursight_app.ui.components import button, callout, field
from pursight_app.ui.html import InterFont, NativeForm
from state.login import LoginState


@rx.page(route="/login", title="Log in · PurSight", on_load=LoginState.load)
def login() -> rx.Component:
    """The only page that a stranger sees."""
    return rx.el.main(
        InterFont.create(),
        rx.el.div(
            rx.el.div(
                rx.icon("scan-eye", size=26, aria_hidden="true", color="var(--accent)"),
                rx.el.h1("Log in to PurSight"),
                class_name="row",
            ),
            rx.cond(
                LoginState.problem != "",
                rx.el.div(callout("error", "circle-alert", LoginState.problem), role="alert", id="problem"),
                rx.fragment(),
            ),
            _form(),
            class_name="login-card",
        ),
        class_name="login",
    )


def _form() -> rx.Component:
    return NativeForm.create(
        rx.el.input(type="hidden", name="next", value=LoginState.next_path, read_only=True),
        rx.el.div(
            field("E-mail", _input("email", "email", "username"), for_id="email"),
            field("Password", _input("password", "password", "current-password"), for_id="password"),
            button("Log in", kind="primary", type="submit", style={"width": "100%", "marginTop": "4px"}),
            class_name="stack-md",
        ),
        action="/auth/browser-login",
        method="post",
    )


def _input(name: str, kind: str, autocomplete: str) -> rx.Component:
    return rx.el.input(
        id=name,
        name=name,
        type=kind,
        required=True,
        auto_complete=autocomplete,
        auto_focus=name == "email",
        class_name="input",
        max_length=320 if name == "email" else 1024,
    )
