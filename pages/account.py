"""Your account: how do I log in, and where am I logged in?"""

import reflex as rx

from pages.account_factors import factors_card
from pages.account_identities import identities_card
from pages.account_passkeys import passkeys_card
from pursight_app.ui.components import button, callout, cell, link, page_head, skeleton, table
from pursight_app.ui.frame import page
from state.account import AccountState as State
from state.account import SessionView
from state.account_factors import FactorState
from state.account_identities import IdentityState
from state.account_passkeys import PasskeyState
from state.session import SessionState


@page("/account", "Your account", on_load=[State.load, FactorState.load, PasskeyState.load, IdentityState.load])
def account() -> rx.Component:
    """Password, second factor, passkeys, sessions."""
    return rx.fragment(
        page_head("Your account", lead=rx.fragment(SessionState.user_name, " · ", SessionState.user_email)),
        rx.cond(
            State.must_enrol,
            rx.el.div(
                callout(
                    "amber",
                    "shield-alert",
                    rx.el.div("Set up a second factor to go on", class_name="strong"),
                    "Your administrators ask for one beside the password. Set up an authenticator app or a passkey below; "
                    "it takes a minute. Until then the other pages stay closed for you.",
                ),
                role="status",
                id="must-enrol",
            ),
        ),
        rx.cond(
            State.is_loading,
            skeleton(6, 32),
            rx.el.div(
                factors_card(),
                passkeys_card(),
                identities_card(),
                _sessions(),
                rx.cond(State.has_password, _password()),
                _tokens(),
                class_name="stack-lg",
            ),
        ),
    )


def _sessions() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Where you are logged in"),
            rx.cond(State.others > 0, button("End all others", icon="log-out", on_click=State.end_others)),
            class_name="card-head",
        ),
        table(
            ["Device", "Address", "Logged in with", "Since", "Last seen", ""],
            State.sessions,
            _session,
            label="Sessions",
        ),
        class_name="card-flush",
        id="sessions",
    )


def _session(row: rx.Var[SessionView]) -> rx.Component:
    return rx.el.tr(
        cell(rx.el.span(row.device, class_name="strong"), main=True),
        cell(rx.el.span(row.address, class_name="mono"), label="Address"),
        cell(row.how, label="Logged in with"),
        cell(rx.el.span(row.since, title=row.since_exact), label="Since"),
        cell(rx.el.span(row.seen, title=row.seen_exact), label="Last seen"),
        cell(
            rx.cond(
                row.is_this,
                rx.el.span(rx.icon("check", size=13, aria_hidden="true"), "This one", class_name="badge tone-green"),
                button("End session", on_click=State.end_session(row.id)),
            ),
            right=True,
        ),
    )


def _password() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Password"), class_name="card-head"),
        rx.el.form(
            rx.el.div(
                _secret("old", "Present password", "current-password"),
                _secret(
                    "new", "New password", "new-password", hint="A few random words are long and easy to remember."
                ),
                _secret("again", "New password once more", "new-password"),
                rx.el.label(
                    rx.el.input(type="checkbox", name="end_others", default_checked=True),
                    "Log out my other sessions",
                    class_name="row",
                ),
                rx.cond(
                    State.problem != "",
                    rx.el.div(callout("error", "circle-alert", State.problem), role="alert"),
                ),
                rx.el.div(button("Change password", type="submit"), class_name="row"),
                class_name="stack-md narrow",
            ),
            on_submit=State.change_password,
            reset_on_submit=True,
            style={"padding": "16px"},
        ),
        class_name="card-flush",
        id="password-card",
    )


def _secret(name: str, label: str, autocomplete: str, *, hint: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"password-{name}"),
        rx.el.input(
            id=f"password-{name}",
            name=name,
            type="password",
            required=True,
            auto_complete=autocomplete,
            class_name="input",
            max_length=1024,
        ),
        rx.el.span(hint, class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )


def _tokens() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("API tokens"),
                rx.el.p("For scripts and programs that act with your rights.", class_name="muted"),
                class_name="stack",
                style={"gap": "2px"},
            ),
            link("Manage API tokens", "/account/tokens"),
            class_name="row-between",
        ),
        class_name="card",
    )
