"""The cards of the account page for the authenticator app and the recovery codes."""

import reflex as rx

from pursight_app.ui.components import button, callout, field
from state.account_factors import FactorState as State


def factors_card() -> rx.Component:
    """What protects the account beside the password."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Authenticator app"),
            rx.cond(State.has_totp, _badge("On", "tone-green", "shield-check"), _badge("Off", "tone-grey", "shield")),
            class_name="card-head",
        ),
        rx.el.div(
            rx.cond(State.new_codes.length() > 0, _new_codes()),
            rx.cond(State.has_totp, _on(), rx.cond(State.secret != "", _enrolment(), _off())),
            rx.cond(State.has_any, _codes_left()),
            class_name="stack-md",
            style={"padding": "16px"},
        ),
        class_name="card-flush",
        id="factors",
    )


def _badge(word: str, tone: str, icon: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden="true"), word, class_name=f"badge {tone}")


def _off() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            "An app on your phone shows a code that changes every 30 seconds. Logging in then takes both.",
            class_name="muted",
        ),
        rx.el.div(button("Set up an authenticator app", icon="smartphone", on_click=State.begin), class_name="row"),
    )


def _enrolment() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.img(src=State.qr_image, alt="QR code for your authenticator app", class_name="qr"),
            rx.el.div(
                rx.el.p("1. Scan this with your authenticator app, or type the key into it:"),
                rx.el.p(State.secret, class_name="mono", id="totp-secret"),
                rx.el.p("2. Type the six digits that the app shows."),
                _code_form(),
                class_name="stack-md grow",
                style={"minWidth": "240px"},
            ),
            class_name="row",
            style={"gap": "24px", "alignItems": "flex-start"},
        ),
        class_name="stack-md",
    )


def _code_form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            field(
                "Code",
                rx.el.input(
                    id="totp-code",
                    name="code",
                    input_mode="numeric",
                    auto_complete="one-time-code",
                    required=True,
                    class_name="input",
                    max_length=20,
                ),
                for_id="totp-code",
            ),
            rx.cond(
                State.code_problem != "",
                rx.el.div(callout("error", "circle-alert", State.code_problem), role="alert"),
            ),
            rx.el.div(
                button("Turn on", kind="primary", type="submit"),
                button("Cancel", kind="quiet", on_click=State.cancel),
                class_name="row",
            ),
            class_name="stack-md narrow",
        ),
        on_submit=State.confirm,
    )


def _on() -> rx.Component:
    return rx.cond(
        State.is_removing,
        rx.el.div(
            callout(
                "amber",
                "triangle-alert",
                "Without the app a password alone may be enough to log in as you. Recovery codes go too, unless you have "
                "a passkey.",
            ),
            rx.el.div(
                button("Remove authenticator app", kind="danger", on_click=State.remove),
                button("Keep it", kind="quiet", on_click=State.keep),
                class_name="row",
            ),
            class_name="stack-md",
        ),
        rx.el.div(
            rx.el.p("Logging in with your password also takes a code of your app.", class_name="muted grow"),
            button("Remove", on_click=State.ask_remove, aria_label="Remove authenticator app"),
            class_name="row-between",
        ),
    )


def _codes_left() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span("Recovery codes: ", class_name="strong"),
            rx.cond(
                State.codes_left == 0,
                "none left. Make new ones, or losing your device locks you out.",
                rx.fragment(State.codes_left, " left. Each stands in once for a lost device."),
            ),
            class_name="grow",
            style={"minWidth": "220px"},
        ),
        button("Make new recovery codes", on_click=State.make_codes),
        class_name="row-between",
        id="recovery",
    )


def _new_codes() -> rx.Component:
    return rx.el.div(
        callout(
            "ok",
            "key-round",
            rx.el.div("Your recovery codes", class_name="strong"),
            "Print them or put them into a password manager now: they are not shown again. Each works once when you do not "
            "have your device. Older codes no longer work.",
        ),
        rx.el.ul(rx.foreach(State.new_codes, rx.el.li), class_name="codes", id="recovery-codes"),
        rx.el.div(button("I have kept them", kind="primary", on_click=State.forget_codes), class_name="row"),
        class_name="stack-md",
    )
