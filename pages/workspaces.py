"""Which workspaces are there, and who is in this one?"""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, empty, field, loaded, page_head, table
from pursight_app.ui.frame import page
from pursight_app.ui.theme import ROLE_WORDS
from state.session import SessionState
from state.workspaces import MemberView, WorkspaceRow
from state.workspaces import WorkspacesState as State

_MAY_MANAGE = SessionState.permissions.contains("workspace.manage")


@page("/workspaces", "Workspaces", on_load=[State.load], nav=(9, "layers"), permission="workspace.read")
def workspaces() -> rx.Component:
    """All workspaces that one is in, and the people of the chosen one."""
    return rx.fragment(
        page_head(
            "Workspaces", lead="A workspace holds data sources and people; nothing in it is seen from another one."
        ),
        rx.el.div(
            loaded(
                State.is_loading,
                State.rows.length(),
                table(["Name", "Your role", "People", "Data sources", ""], State.rows, _workspace, label="Workspaces"),
                empty("layers", "No workspace", "Ask an administrator to add you to one."),
            ),
            class_name="card-flush",
        ),
        rx.cond(SessionState.is_administrator, _new_workspace()),
        _people(),
    )


def _workspace(row: rx.Var[WorkspaceRow]) -> rx.Component:
    return rx.el.tr(
        cell(rx.el.span(row.name, class_name="strong"), main=True),
        cell(row.role, label="Your role"),
        cell(row.members, label="People", right=True),
        cell(row.sources, label="Data sources", right=True),
        cell(
            rx.cond(
                row.is_current,
                rx.el.span(
                    rx.icon("check", size=13, aria_hidden="true"), "You are here", class_name="badge tone-green"
                ),
                button("Switch to it", on_click=SessionState.choose_workspace(row.id)),
            )
        ),
    )


def _new_workspace() -> rx.Component:
    return rx.el.details(
        rx.el.summary("New workspace", class_name="link", style={"cursor": "pointer"}),
        rx.el.form(
            field(
                "Name",
                rx.el.input(id="workspace-name", name="name", class_name="input", required=True, max_length=200),
                hint="Starts with the GDPR and PCI-DSS rules; you become its administrator.",
                for_id="workspace-name",
            ),
            rx.el.div(button("Create workspace", kind="primary", type="submit"), class_name="row"),
            on_submit=State.create,
            class_name="stack-md",
            style={"marginTop": "12px", "maxWidth": "420px"},
        ),
        class_name="card",
    )


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("People in ", SessionState.workspace_name), class_name="card-head"),
        table(["Name", "E-mail", "Role"], State.members, _member, label="People"),
        rx.cond(_MAY_MANAGE, rx.el.div(_add_member(), style={"padding": "16px", "borderTop": "1px solid var(--line)"})),
        class_name="card-flush",
    )


def _member(member: rx.Var[MemberView]) -> rx.Component:
    role = rx.cond(
        _MAY_MANAGE,
        rx.el.select(
            *(rx.el.option(word, value=role) for role, word in ROLE_WORDS.items()),
            value=member.role,
            on_change=lambda value: State.set_role(member.user_id, value),
            class_name="select",
            aria_label=rx.Var.create("Role of ") + member.name,
            style={"width": "auto"},
        ),
        rx.el.span(member.role),
    )
    return rx.el.tr(
        cell(member.name, rx.cond(member.is_me, rx.el.span(" (you)", class_name="muted")), main=True),
        cell(member.email, label="E-mail"),
        cell(role, label="Role"),
    )


def _add_member() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Add a person", class_name="link", style={"cursor": "pointer"}),
        rx.el.form(
            rx.el.div(
                field(
                    "E-mail",
                    rx.el.input(id="member-email", name="email", type="email", class_name="input", required=True),
                    for_id="member-email",
                ),
                field(
                    "Role",
                    rx.el.select(
                        *(rx.el.option(word, value=role) for role, word in ROLE_WORDS.items()),
                        id="member-role",
                        name="role",
                        default_value="viewer",
                        class_name="select",
                    ),
                    for_id="member-role",
                ),
                class_name="grid-2",
            ),
            rx.cond(SessionState.is_administrator, _new_account()),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.div(button("Add person", kind="primary", type="submit"), class_name="row"),
            on_submit=State.add_member,
            class_name="stack-md",
            style={"marginTop": "12px"},
        ),
    )


def _new_account() -> rx.Component:
    return rx.el.div(
        field(
            "Name, for a new account",
            rx.el.input(id="member-name", name="new_name", class_name="input", auto_complete="off"),
            for_id="member-name",
        ),
        field(
            "Password, for a new account",
            rx.el.input(
                id="member-password",
                name="new_password",
                type="password",
                class_name="input",
                auto_complete="new-password",
            ),
            hint="At least 8 characters. Leave both empty for somebody who has an account.",
            for_id="member-password",
        ),
        class_name="grid-2",
    )
