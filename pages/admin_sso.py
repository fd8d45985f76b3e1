"""Through which identity providers can people log in, and what may their groups do here?"""

import reflex as rx

from pursight_app.ui.components import (
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    loaded,
    page_head,
    skeleton,
    table,
)
from pursight_app.ui.frame import page
from state.admin_sso import AdminSsoState as State
from state.admin_sso import FactView, MappingView, ProviderView, RoleView, WorkspaceView


@page(
    "/admin/sso",
    "Single sign-on",
    on_load=[State.load],
    nav=(70, "log-in"),
    permission="installation.manage",
    section="administration",
)
def admin_sso() -> rx.Component:
    """The list; drawers change, test and remove one."""
    return rx.fragment(
        page_head(
            "Single sign-on",
            button("Add provider", icon="plus", kind="primary", on_click=State.open_new),
            lead="People log in with an account that they have elsewhere. Their groups there become roles here.",
        ),
        rx.cond(State.failure != "", _failure(), rx.el.div(_list(), class_name="card-flush")),
        _form_drawer(),
        _test_drawer(),
        _delete_drawer(),
    )


def _failure() -> rx.Component:
    return rx.el.div(
        callout("error", "circle-alert", State.failure),
        rx.el.div(button("Try again", icon="rotate-cw", on_click=State.load), class_name="row"),
        class_name="stack-md",
        role="alert",
    )


def _list() -> rx.Component:
    return loaded(
        State.is_loading,
        State.providers.length(),
        table(["Name", "Groups", "People", "State", ""], State.providers, _row, label="Identity providers"),
        empty(
            "log-in",
            "No identity provider",
            "Connect Microsoft Entra ID, Keycloak, Okta, Google or another OpenID Connect provider. Until then people "
            "log in with a password.",
            button("Add provider", icon="plus", on_click=State.open_new),
        ),
    )


def _row(provider: rx.Var[ProviderView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.div(
                rx.el.div(provider.name, class_name="strong"), rx.el.div(provider.issuer, class_name="mono muted")
            ),
            main=True,
        ),
        cell(provider.groups, label="Groups"),
        cell(provider.people, label="People"),
        cell(
            rx.cond(
                provider.is_enabled,
                rx.el.span(rx.icon("circle-check", size=13, aria_hidden="true"), "On", class_name="badge tone-green"),
                rx.el.span(rx.icon("ban", size=13, aria_hidden="true"), "Off", class_name="badge tone-grey"),
            ),
            label="State",
        ),
        cell(_actions(provider)),
    )


def _actions(provider: rx.Var[ProviderView]) -> rx.Component:
    return rx.el.div(
        button("Test", on_click=State.test(provider.id), aria_label=rx.Var.create("Test ") + provider.name),
        button("Change", on_click=State.open_change(provider.id), aria_label=rx.Var.create("Change ") + provider.name),
        rx.cond(
            provider.is_enabled,
            button("Switch off", on_click=State.switch(provider.id, False)),
            button("Switch on", on_click=State.switch(provider.id, True)),
        ),
        rx.el.button(
            rx.icon("trash-2", size=16, aria_hidden="true"),
            class_name="button button-quiet icon-button",
            type="button",
            aria_label=rx.Var.create("Remove ") + provider.name,
            on_click=State.ask_delete(provider.id),
        ),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _form_drawer() -> rx.Component:
    return drawer(
        rx.cond(State.form.id == "", "Add an identity provider", rx.Var.create("Change ") + State.form.name),
        [
            rx.el.form(
                rx.el.div(
                    _about_it(),
                    _redirect_uri(),
                    _client(),
                    _groups(),
                    rx.cond(
                        State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")
                    ),
                    rx.el.div(
                        button("Save provider", kind="primary", type="submit"),
                        class_name="row",
                        style={"justifyContent": "flex-end"},
                    ),
                    class_name="stack-md",
                ),
                on_submit=State.save,
            )
        ],
        is_open=State.is_editing,
        on_close=State.close_form,
    )


def _about_it() -> rx.Component:
    key = rx.el.input(
        id="key",
        name="key",
        class_name="input",
        required=True,
        max_length=40,
        placeholder="entra",
        auto_complete="off",
        on_change=State.type_key,
    )
    return rx.fragment(
        _text("name", "Name", State.form.name, "Microsoft Entra ID", "What the button on the log-in page says."),
        rx.cond(
            State.form.id == "",
            field(
                "Key",
                key,
                hint="Small letters, digits and hyphens. It is a part of the redirect URI and stays.",
                for_id="key",
            ),
        ),
        _text(
            "issuer",
            "Issuer",
            State.form.issuer,
            "https://login.example.com",
            "Exactly as the provider's /.well-known/openid-configuration names it.",
        ),
    )


def _redirect_uri() -> rx.Component:
    shown = rx.el.input(id="redirect-uri", value=State.form.redirect_uri, read_only=True, class_name="input mono grow")
    return field(
        "Redirect URI",
        rx.el.div(
            shown,
            button("Copy", icon="copy", on_click=State.copy_redirect_uri),
            class_name="row",
            style={"flexWrap": "nowrap"},
        ),
        hint="Enter it at the provider, as redirect or callback URI.",
        for_id="redirect-uri",
    )


def _client() -> rx.Component:
    secret = rx.el.input(
        id="client_secret",
        name="client_secret",
        type="password",
        class_name="input",
        max_length=1000,
        auto_complete="new-password",
        placeholder=rx.cond(State.form.has_secret, "Set; type to replace it", ""),
    )
    return rx.fragment(
        rx.el.div(
            _text("client_id", "Client ID", State.form.client_id, "", ""),
            field("Client secret", secret, hint="Stored encrypted and never shown again.", for_id="client_secret"),
            class_name="grid-2",
        ),
        rx.cond(
            State.form.has_secret,
            rx.el.label(
                rx.el.input(type="checkbox", name="forget_secret", id="forget_secret"),
                "Remove the stored secret (the provider knows PurSight as a public client)",
                class_name="row small",
                style={"flexWrap": "nowrap"},
                html_for="forget_secret",
            ),
        ),
        rx.el.div(
            _text("scopes", "Scopes", State.form.scopes, "", "With openid; some providers want groups as well."),
            _text(
                "group_claim", "Group claim", State.form.group_claim, "groups", "Where the provider puts the groups."
            ),
            class_name="grid-2",
        ),
    )


def _text(name: str, label: str, value: rx.Var[str], placeholder: str, hint: str) -> rx.Component:
    control = rx.el.input(
        id=name,
        name=name,
        default_value=value,
        class_name="input",
        required=True,
        max_length=500,
        placeholder=placeholder,
        auto_complete="off",
    )
    return field(label, control, hint=hint, for_id=name)


def _groups() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("What groups may do", class_name="strong"),
        rx.el.p(
            "Whoever has the group gets the role at each log-in, and loses it with the group. For one workspace the "
            "first row that fits counts.",
            class_name="muted small",
        ),
        rx.foreach(State.mappings, _mapping),
        rx.el.div(button("Add group", icon="plus", on_click=State.add_mapping), class_name="row"),
        class_name="stack-md",
        style={"border": "0", "padding": "0", "margin": "0", "minWidth": "0"},
    )


def _mapping(row: rx.Var[MappingView]) -> rx.Component:
    group = rx.Var.create("group-") + row.id
    typed = rx.el.input(
        id=group,
        name=group,
        default_value=row.group,
        class_name="input",
        required=True,
        max_length=200,
        auto_complete="off",
    )
    return rx.el.div(
        _labelled("Group", group, typed),
        _leads_to(row),
        rx.el.div(
            button("Move up", icon="arrow-up", kind="quiet", on_click=State.raise_mapping(row.id)),
            button("Remove row", icon="trash-2", kind="quiet", on_click=State.remove_mapping(row.id)),
            class_name="row",
            style={"justifyContent": "flex-end"},
        ),
        class_name="card stack",
        key=row.id,
    )


def _leads_to(row: rx.Var[MappingView]) -> rx.Component:
    workspace, role = rx.Var.create("workspace-") + row.id, rx.Var.create("role-") + row.id
    workspaces = rx.el.select(
        rx.foreach(State.workspaces, _workspace_option),
        id=workspace,
        value=row.workspace_id,
        on_change=lambda value: State.choose_workspace(row.id, value),
        class_name="select",
    )
    roles = rx.el.select(
        rx.foreach(row.roles, _role_option),
        id=role,
        name=role,
        default_value=row.role,
        key=row.workspace_id,
        class_name="select",
    )
    return rx.el.div(_labelled("Workspace", workspace, workspaces), _labelled("Role", role, roles), class_name="grid-2")


def _labelled(label: str, for_id: rx.Var[str], control: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.label(label, html_for=for_id), control, class_name="field")


def _workspace_option(workspace: rx.Var[WorkspaceView]) -> rx.Component:
    return rx.el.option(workspace.name, value=workspace.id)


def _role_option(role: rx.Var[RoleView]) -> rx.Component:
    return rx.el.option(role.name, value=role.key)


def _test_drawer() -> rx.Component:
    result = rx.fragment(
        rx.cond(
            State.test_ok,
            callout("ok", "circle-check", State.test_text),
            callout("error", "circle-alert", State.test_text),
        ),
        rx.el.dl(rx.foreach(State.test_facts, _fact), class_name="facts"),
    )
    return drawer(
        rx.Var.create("Test of ") + State.testing_name,
        [
            rx.el.div(
                rx.cond(State.is_testing, skeleton(4), result), role="status", id="test-result", class_name="stack-md"
            )
        ],
        is_open=State.testing_name != "",
        on_close=State.close_test,
    )


def _fact(fact: rx.Var[FactView]) -> rx.Component:
    return rx.fragment(rx.el.dt(fact.name), rx.el.dd(fact.text))


def _delete_drawer() -> rx.Component:
    return drawer(
        "Remove this identity provider?",
        [
            callout(
                "error",
                "triangle-alert",
                "Nobody can log in through ",
                State.deleting_name,
                " any more. ",
                State.deleting_people,
                " This cannot be undone. To stop log-ins for a while, switch it off instead.",
            ),
            rx.el.form(
                field(
                    "Type its name to confirm",
                    rx.el.input(id="confirm", name="name", class_name="input", auto_complete="off"),
                    for_id="confirm",
                ),
                rx.el.div(
                    button("Remove provider", kind="danger", type="submit"),
                    class_name="row",
                    style={"justifyContent": "flex-end", "marginTop": "16px"},
                ),
                on_submit=State.delete,
            ),
        ],
        is_open=State.deleting_id != "",
        on_close=State.cancel_delete,
    )
