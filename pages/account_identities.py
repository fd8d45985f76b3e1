"""The card of one's accounts elsewhere, on the account page."""

import reflex as rx

from pursight_app.ui.components import button, callout
from state.account_identities import IdentityState as State
from state.account_identities import IdentityView, ProviderChoice


def identities_card() -> rx.Component:
    """Shown only where there is a provider to link or a link to take away."""
    return rx.cond(
        (State.identities.length() > 0) | (State.providers.length() > 0),
        rx.el.section(
            rx.el.div(
                rx.el.div(
                    rx.el.h2("Single sign-on"),
                    rx.el.p("Log in here with an account that you have elsewhere.", class_name="muted"),
                ),
                class_name="card-head",
            ),
            rx.el.div(
                rx.foreach(State.identities, _identity),
                rx.cond(State.removing_id != "", _removal()),
                rx.el.div(rx.foreach(State.providers, _provider), class_name="row"),
                class_name="stack-md",
                style={"padding": "16px"},
            ),
            class_name="card-flush",
        ),
    )


def _identity(row: rx.Var[IdentityView]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(row.provider, class_name="strong"),
            rx.el.div(row.email, " · linked ", row.linked, " · last used ", row.last_login, class_name="muted small"),
            class_name="grow",
        ),
        button("Unlink", aria_label=rx.Var.create("Unlink ") + row.provider, on_click=State.ask_removal(row.id)),
        class_name="row-between",
    )


def _removal() -> rx.Component:
    return rx.el.div(
        callout(
            "amber",
            "triangle-alert",
            "That account no longer logs you in here, and you leave the workspaces that it let you into.",
        ),
        rx.el.div(
            button("Unlink it", kind="danger", on_click=State.unlink),
            button("Keep it", kind="quiet", on_click=State.ask_removal("")),
            class_name="row",
        ),
        class_name="stack",
    )


def _provider(provider: rx.Var[ProviderChoice]) -> rx.Component:
    # A page load of its own: the way leads to the provider and back.
    return rx.el.a("Link ", provider.name, href=provider.href, class_name="button")
