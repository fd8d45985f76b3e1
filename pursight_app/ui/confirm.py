"""The dialog that asks once more who is there; part of every page's frame."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import button, callout, field
from state.confirm import ConfirmState as State


def confirm_dialog() -> rx.Component:
    """Opens when a handler ends in StepUpRequiredError."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Confirm that it is you", size="4"),
            rx.dialog.description(
                "What you are about to do matters, and your log-in was a while ago.", size="2", margin_bottom="16px"
            ),
            rx.el.div(
                rx.cond(State.takes_password, _typed("password", "Password", "password", "current-password")),
                rx.cond(State.takes_code, _typed("code", "Code", "text", "one-time-code")),
                rx.cond(State.takes_passkey, _passkey()),
                rx.cond(
                    ~State.takes_password & ~State.takes_code & ~State.takes_passkey,
                    callout("", "info", "You log in through your company. Log out, log in again, and repeat this."),
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Cancel", kind="quiet", on_click=State.close), class_name="row"),
                class_name="stack-md",
            ),
            max_width="420px",
            id="confirm-dialog",
        ),
        open=State.is_open,
        on_open_change=State.close,
    )


def _typed(name: str, label: str, kind: str, autocomplete: str) -> rx.Component:
    hint = "Six digits from your authenticator app, or a recovery code." if name == "code" else ""
    return rx.el.form(
        field(
            label,
            rx.el.input(
                id=f"confirm-{name}",
                name=name,
                type=kind,
                required=True,
                auto_complete=autocomplete,
                class_name="input",
                max_length=1024,
            ),
            hint=hint,
            for_id=f"confirm-{name}",
        ),
        button("Confirm", kind="primary", type="submit", style={"marginTop": "12px"}),
        on_submit=State.confirm,
        reset_on_submit=True,
    )


def _passkey() -> rx.Component:
    return rx.fragment(
        rx.el.div(button("Use a passkey", icon="fingerprint", on_click=State.begin_passkey), class_name="row"),
        passkey_relay("get", State.passkey_options, State.finish_passkey),
    )


def passkey_relay(kind: str, options: rx.Var[str], on_submit: Any) -> rx.Component:
    """A form that nobody sees: passkeys.js fills it in as soon as `options` are there, and sends it."""
    return rx.el.form(
        rx.el.input(type="hidden", name="credential"),
        rx.el.input(type="hidden", name="problem"),
        on_submit=on_submit,
        custom_attrs={"data-passkey": kind, "data-passkey-options": options},
        hidden=True,
    )
