"""Which programs get into this workspace, and with what?"""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, drawer, empty, field, loaded, page_head, skeleton, table
from pursight_app.ui.frame import page
from pursight_app.ui.tokens import form_drawer, new_token_panel, revoke_drawer, token_fields, token_table
from state.admin_tokens import AdminTokensState as State
from state.admin_tokens import ServiceAccountView
from state.session import SessionState


@page(
    "/admin/tokens",
    "Service accounts",
    on_load=[State.load],
    nav=(26, "bot"),
    permission="token.manage",
    section="administration",
)
def admin_tokens() -> rx.Component:
    """Two lists; drawers make accounts and tokens, and end them."""
    return rx.fragment(
        page_head(
            "Service accounts and tokens",
            button("New service account", icon="plus", kind="primary", on_click=State.open_form),
            lead=rx.fragment("Programs that get into ", SessionState.workspace_name, " and what each may do there."),
        ),
        new_token_panel(State.new_token, State.new_name, State.put_away),
        rx.cond(State.failure != "", _failure(), rx.fragment(_accounts(), _tokens())),
        _account_form(),
        _token_form(),
        _remove_drawer(),
        revoke_drawer(
            State.revoking_name,
            is_open=State.revoking_id != "",
            on_close=State.cancel_revoke,
            on_revoke=State.revoke,
        ),
    )


def _failure() -> rx.Component:
    return rx.el.div(
        callout("error", "circle-alert", State.failure),
        rx.el.div(button("Try again", icon="rotate-cw", on_click=State.load), class_name="row"),
        class_name="stack-md",
        role="alert",
    )


def _accounts() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Service accounts"), class_name="card-head"),
        loaded(
            State.is_loading,
            State.accounts.length(),
            table(
                ["Name", "Role", "State", "Tokens", "Last used", ""], State.accounts, _account, label="Service accounts"
            ),
            empty(
                "bot",
                "No service account",
                "A service account is for a program that must go on working when the person who set it up has left. It "
                "has no password, cannot log in, and belongs to this workspace only.",
                button("New service account", icon="plus", on_click=State.open_form),
            ),
        ),
        class_name="card-flush",
    )


def _account(account: rx.Var[ServiceAccountView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.div(rx.el.div(account.name, class_name="strong"), rx.el.div(account.email, class_name="mono muted")),
            main=True,
        ),
        cell(account.role, label="Role"),
        cell(
            rx.cond(
                account.is_active,
                rx.el.span(
                    rx.icon("circle-check", size=13, aria_hidden="true"), "Works", class_name="badge tone-green"
                ),
                rx.el.span(rx.icon("ban", size=13, aria_hidden="true"), "Suspended", class_name="badge tone-grey"),
            ),
            label="State",
        ),
        cell(account.tokens, label="Tokens"),
        cell(account.last_used, label="Last used"),
        cell(_actions(account)),
    )


def _actions(account: rx.Var[ServiceAccountView]) -> rx.Component:
    return rx.el.div(
        button(
            "New token",
            icon="key-round",
            on_click=State.ask_token(account.id),
            disabled=~account.is_active,
            aria_label=rx.Var.create("New token for ") + account.name,
        ),
        rx.cond(
            account.is_active,
            button(
                "Suspend",
                on_click=State.switch(account.id, False),
                aria_label=rx.Var.create("Suspend ") + account.name,
            ),
            button(
                "Let it work",
                on_click=State.switch(account.id, True),
                aria_label=rx.Var.create("Resume ") + account.name,
            ),
        ),
        rx.el.button(
            rx.icon("trash-2", size=16, aria_hidden="true"),
            class_name="button button-quiet icon-button",
            type="button",
            aria_label=rx.Var.create("Remove ") + account.name,
            on_click=State.ask_remove(account.id),
        ),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _tokens() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Tokens that work here"),
            rx.el.span(
                "A token that works in all workspaces of a person can be revoked by that person or an administrator of "
                "the installation.",
                class_name="muted small",
            ),
            class_name="card-head",
        ),
        loaded(
            State.is_loading,
            State.tokens.length(),
            token_table(State.tokens, State.ask_revoke, with_owner=True),
            empty("key-round", "No token", "Nobody has made a token that works in this workspace."),
        ),
        class_name="card-flush",
    )


def _account_form() -> rx.Component:
    return form_drawer(
        "New service account",
        [
            field(
                "Name",
                rx.el.input(
                    id="account-name",
                    name="name",
                    class_name="input",
                    required=True,
                    max_length=60,
                    auto_complete="off",
                    placeholder="Nightly export",
                ),
                hint="What the program is for. It appears in the audit log.",
                for_id="account-name",
            ),
            field(
                "Role",
                rx.el.select(
                    rx.foreach(State.roles, lambda role: rx.el.option(role.words, value=role.key)),
                    id="account-role",
                    name="role",
                    default_value="viewer",
                    class_name="select",
                ),
                hint="The most that any of its tokens may do. You can give only what you have yourself.",
                for_id="account-role",
            ),
        ],
        is_open=State.is_adding,
        problem=State.problem,
        verb="Make service account",
        on_submit=State.create,
        on_close=State.close_form,
    )


def _token_form() -> rx.Component:
    fields = token_fields(State.lives, State.groups, prefix="service-token")
    return form_drawer(
        rx.fragment("New token for ", State.token_for_name),
        [rx.cond(State.lives.length() > 0, rx.el.div(*fields, class_name="stack-md"), skeleton())],
        is_open=State.token_for_id != "",
        problem=State.problem,
        verb="Make token",
        on_submit=State.create_token,
        on_close=State.close_token_form,
    )


def _remove_drawer() -> rx.Component:
    return drawer(
        "Remove this service account?",
        [
            callout(
                "error",
                "triangle-alert",
                rx.el.strong(State.removing_name),
                " goes with all its tokens; programs that use them are refused at once. What it did stays in the audit "
                "log. This cannot be undone. To stop it for a while, suspend it instead.",
            ),
            rx.el.form(
                field(
                    "Type its name to confirm",
                    rx.el.input(id="confirm-remove", name="name", class_name="input", auto_complete="off"),
                    for_id="confirm-remove",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(
                    button("Remove service account", kind="danger", type="submit"),
                    class_name="row",
                    style={"justifyContent": "flex-end"},
                ),
                on_submit=State.remove,
                class_name="stack-md",
            ),
        ],
        is_open=State.removing_id != "",
        on_close=State.cancel_remove,
    )
