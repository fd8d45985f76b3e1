"""Which workspaces are there, and who is in this one?"""

import reflex as rx

from pursight_app.ui.account_card import invitation_drawer
from pursight_app.ui.components import (
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    find_form,
    loaded,
    page_head,
    pager,
    table,
)
from pursight_app.ui.frame import page
from state.session import SessionState
from state.workspace_invite import WorkspaceInviteState as Invite
from state.workspaces import MemberView, RoleOption, WorkspaceRow
from state.workspaces import WorkspacesState as State

_MAY_MANAGE = SessionState.permissions.contains("member.manage")


@page("/workspaces", "Workspaces", on_load=[State.load], nav=(10, "layers"), permission="workspace.read")
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
        _add_drawer(),
        invitation_drawer("Invite by e-mail", _invite_form(), Invite),
        _removal(),
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
        rx.el.div(
            rx.el.h2("People in ", SessionState.workspace_name),
            rx.cond(
                _MAY_MANAGE,
                rx.el.div(
                    button("Add a person", icon="user-plus", on_click=State.open_adding),
                    button("Invite by e-mail", icon="mail", kind="primary", on_click=Invite.open_drawer),
                    class_name="row",
                ),
            ),
            class_name="card-head",
        ),
        find_form(
            "Find people", "Find by name or e-mail address", State.query, State.find, class_name="row list-search"
        ),
        loaded(
            State.is_loading,
            State.members.length(),
            rx.fragment(
                table(["Name", "Role", "Groups", "Added", ""], State.members, _member, label="People"),
                rx.cond(
                    State.total > State.members.length(),
                    pager(State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page),
                ),
            ),
            empty("users", "Nobody here is called that", "Clear the search to see everybody in this workspace."),
        ),
        class_name="card-flush",
    )


def _member(member: rx.Var[MemberView]) -> rx.Component:
    role = rx.cond(
        _MAY_MANAGE,
        rx.el.select(
            rx.foreach(State.roles, role_option),
            value=member.role,
            on_change=lambda value: State.set_role(member.user_id, value),
            class_name="select",
            aria_label=rx.Var.create("Role of ") + member.name,
            style={"width": "auto"},
        ),
        rx.el.span(member.role_name),
    )
    return rx.el.tr(
        cell(
            rx.el.span(
                rx.el.span(member.name, class_name="strong"),
                rx.cond(member.is_me, rx.el.span(" (you)", class_name="muted")),
            ),
            rx.el.div(member.email, class_name="muted small"),
            main=True,
        ),
        cell(role, label="Role"),
        cell(rx.cond(member.groups != "", member.groups, rx.el.span("none", class_name="muted")), label="Groups"),
        cell(rx.el.span(member.added, title=member.added_exact, class_name="nowrap"), label="Added"),
        cell(
            rx.cond(
                _MAY_MANAGE | member.is_me,
                button(
                    rx.cond(member.is_me, "Leave", "Remove"),
                    kind="danger",
                    aria_label=rx.Var.create("Remove ") + member.name,
                    on_click=State.ask_removal(member.user_id, member.name),
                ),
            )
        ),
    )


def role_option(role: rx.Var[RoleOption]) -> rx.Component:
    """One role in a select."""
    return rx.el.option(role.name, value=role.key)


def _add_drawer() -> rx.Component:
    return drawer(
        "Add a person",
        [
            rx.el.p("For people who have an account here. Everybody else is invited by e-mail.", class_name="muted"),
            rx.el.form(
                field(
                    "E-mail",
                    rx.el.input(id="member-email", name="email", type="email", class_name="input", required=True),
                    for_id="member-email",
                ),
                field(
                    "Role",
                    rx.el.select(
                        rx.foreach(State.roles, role_option),
                        id="member-role",
                        name="role",
                        default_value="viewer",
                        class_name="select",
                    ),
                    hint="What the roles include is under Roles.",
                    for_id="member-role",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Add person", kind="primary", type="submit"), class_name="row"),
                on_submit=State.add_member,
                class_name="stack-md",
            ),
        ],
        is_open=State.is_adding,
        on_close=State.close_adding,
    )


def _invite_form() -> rx.Component:
    return rx.el.form(
        rx.el.p("They become a member when they open their link and accept.", class_name="muted"),
        field(
            "E-mail",
            rx.el.input(id="invite-email", name="email", type="email", class_name="input", required=True),
            for_id="invite-email",
        ),
        field(
            "Name",
            rx.el.input(id="invite-name", name="name", class_name="input", max_length=200, auto_complete="off"),
            for_id="invite-name",
        ),
        field(
            "Role",
            rx.el.select(
                rx.foreach(State.roles, role_option),
                id="invite-role",
                name="role",
                default_value="viewer",
                class_name="select",
            ),
            for_id="invite-role",
        ),
        rx.cond(Invite.problem != "", rx.el.div(callout("error", "circle-alert", Invite.problem), role="alert")),
        rx.el.div(button("Invite", icon="send", kind="primary", type="submit"), class_name="row"),
        on_submit=Invite.invite,
        class_name="stack-md",
    )


def _removal() -> rx.Component:
    return drawer(
        "Remove from this workspace?",
        [
            callout(
                "error",
                "triangle-alert",
                State.removing_name,
                " loses sight of this workspace at once, with every group and grant here. Being added again does "
                "not bring those back. The account itself stays.",
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
        ],
        is_open=State.removing_id != "",
        on_close=State.cancel_removal,
        foot=[
            button("Keep in the workspace", on_click=State.cancel_removal(False)),
            button("Remove from workspace", kind="danger", on_click=State.remove_member),
        ],
    )
