"""May I in? One card; native forms, so that the cookie is HttpOnly."""

import reflex as rx

from pursight_app.ui.components import button
from pursight_app.ui.html import NativeForm
from pursight_app.ui.log_in import card, form_field, passkey_form, target_field
from state.login import LoginState, ProviderView


@rx.page(route="/login", title="Log in · PurSight", on_load=LoginState.load)
def login() -> rx.Component:
    """What a stranger sees: password, passkey, the company's own log-in."""
    return card("Log in to PurSight", LoginState.problem, _password_form(), _other_ways())


def _password_form() -> rx.Component:
    return NativeForm.create(
        target_field(LoginState.next_path),
        rx.el.div(
            form_field("email", "E-mail", "", kind="email", autocomplete="username", max_length=320, is_first=True),
            form_field(
                "password",
                "Password",
                LoginState.password_problem,
                kind="password",
                autocomplete="current-password",
                max_length=1024,
            ),
            button("Log in", kind="primary", type="submit", style={"width": "100%"}),
            rx.el.a("Forgot your password?", href="/reset", class_name="link small center"),
            class_name="stack-md",
        ),
        action="/auth/browser-login",
        method="post",
    )


def _other_ways() -> rx.Component:
    return rx.el.div(
        rx.el.div("or", class_name="or"),
        passkey_form(
            action="/auth/browser-passkey",
            options="/auth/passkeys/log-in-options",
            target=LoginState.next_path,
            reason=LoginState.passkey_reason,
        ),
        rx.foreach(LoginState.providers, _provider),
        class_name="stack-md",
    )


def _provider(provider: rx.Var[ProviderView]) -> rx.Component:
    return rx.el.a(
        rx.icon("building-2", size=16, aria_hidden="true"),
        "Log in with ",
        provider.name,
        href=provider.href,
        class_name="button wide",
    )
