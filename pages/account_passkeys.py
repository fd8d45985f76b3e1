"""The card of the account page for passkeys."""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, field, table
from pursight_app.ui.confirm import passkey_relay
from state.account_passkeys import PasskeyState as State
from state.account_passkeys import PasskeyView


def passkeys_card() -> rx.Component:
    """The list and the way to another one."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2("Passkeys"),
                rx.el.p(
                    "Log in with a fingerprint, a face or a device's PIN, without a password. No site can trick you out of it.",
                    class_name="muted",
                ),
                class_name="stack",
                style={"gap": "2px"},
            ),
            class_name="card-head",
        ),
        rx.cond(
            State.rows.length() > 0,
            table(["Name", "Kept", "Added", "Last used", ""], State.rows, _row, label="Passkeys"),
        ),
        rx.el.div(
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.cond(State.reason == "", _add(), rx.el.p(State.reason, class_name="muted", id="no-passkeys")),
            class_name="stack-md",
            style={"padding": "16px"},
        ),
        class_name="card-flush",
        id="passkeys",
    )


def _add() -> rx.Component:
    return rx.fragment(
        rx.el.form(
            rx.el.div(
                rx.el.div(
                    field(
                        "Name of the device",
                        rx.el.input(
                            id="passkey-name",
                            name="name",
                            placeholder="My laptop",
                            auto_complete="off",
                            class_name="input",
                            max_length=100,
                        ),
                        for_id="passkey-name",
                    ),
                    class_name="grow narrow",
                ),
                button("Add a passkey", icon="fingerprint", type="submit"),
                class_name="row",
                style={"alignItems": "flex-end"},
            ),
            on_submit=State.begin,
            reset_on_submit=True,
        ),
        passkey_relay("create", State.options, State.finish),
    )


def _row(row: rx.Var[PasskeyView]) -> rx.Component:
    return rx.el.tr(
        cell(rx.cond(State.renaming_id == row.id, _rename(row), rx.el.span(row.name, class_name="strong")), main=True),
        cell(row.place, label="Kept"),
        cell(rx.el.span(row.created, title=row.created_exact), label="Added"),
        cell(rx.el.span(row.used, title=row.used_exact), label="Last used"),
        cell(rx.cond(State.removing_id == row.id, _really(row), _actions(row))),
    )


def _rename(row: rx.Var[PasskeyView]) -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.input(
                name="name",
                default_value=row.name,
                required=True,
                class_name="input",
                max_length=100,
                aria_label="Another name",
                style={"maxWidth": "220px"},
            ),
            button("Save name", type="submit"),
            class_name="row",
        ),
        on_submit=State.rename,
    )


def _actions(row: rx.Var[PasskeyView]) -> rx.Component:
    return rx.el.div(
        button(
            "Rename", kind="quiet", on_click=State.ask_rename(row.id), aria_label=rx.Var.create("Rename ") + row.name
        ),
        button("Remove", on_click=State.ask_remove(row.id), aria_label=rx.Var.create("Remove ") + row.name),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _really(row: rx.Var[PasskeyView]) -> rx.Component:
    return rx.el.div(
        rx.el.span(row.name, " will no longer log you in.", class_name="small"),
        button("Remove passkey", kind="danger", on_click=State.remove),
        button("Keep it", kind="quiet", on_click=State.leave),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )
