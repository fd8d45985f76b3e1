"""The second step: the password was right, now the code or the passkey."""

import reflex as rx

from pursight_app.ui.components import button
from pursight_app.ui.html import NativeForm
from pursight_app.ui.log_in import card, form_field, passkey_form, target_field
from state.login import LoginState


@rx.page(route="/login/code", title="Second step · PurSight", on_load=LoginState.load_code)
def login_code() -> rx.Component:
    """Asks for what the person has: an app's code, a recovery code, a passkey."""
    return card(
        "One more step",
        LoginState.problem,
        rx.cond(LoginState.has_code, _code_form()),
        rx.cond(LoginState.has_code & LoginState.has_passkey, rx.el.div("or", class_name="or")),
        rx.cond(
            LoginState.has_passkey,
            passkey_form(
                action="/auth/browser-login-passkey",
                options="/auth/browser-login-passkey-options",
                target=LoginState.next_path,
                reason=LoginState.passkey_reason,
                has=LoginState.has,
            ),
        ),
        rx.el.a("Log in as somebody else", href="/login", class_name="link small center"),
    )


def _code_form() -> rx.Component:
    return NativeForm.create(
        target_field(LoginState.next_path),
        rx.el.input(type="hidden", name="has", value=LoginState.has, read_only=True),
        rx.el.div(
            form_field(
                "code",
                "Code",
                LoginState.code_problem,
                kind="text",
                autocomplete="one-time-code",
                max_length=40,
                is_first=True,
                hint="Six digits from your authenticator app. Without your phone, type one of your recovery codes.",
            ),
            button("Continue", kind="primary", type="submit", style={"width": "100%"}),
            class_name="stack-md",
        ),
        action="/auth/browser-login-code",
        method="post",
    )
