"""Parts that the pages about API tokens share: the list, the form, and a new token, shown once."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import button, callout, cell, drawer, field, table
from pursight_app.ui.theme import Sign
from state.token_views import LifeView, ScopeGroup, ScopeView, TokenView

_STATUS = {
    "expired": Sign("grey", "clock", "Expired"),
    "revoked": Sign("grey", "ban", "Revoked"),
}


def token_table(tokens: rx.Var[list[TokenView]], on_revoke: Any, *, with_owner: bool) -> rx.Component:
    """The list; `on_revoke` is a handler that takes the token's id."""
    owner = ["Whose"] if with_owner else []

    def row(token: rx.Var[TokenView]) -> rx.Component:
        return _row(token, on_revoke, with_owner=with_owner)

    return table(["Name", *owner, "May", "Workspace", "Expires", "Last used", ""], tokens, row, label="API tokens")


def _row(token: rx.Var[TokenView], on_revoke: Any, *, with_owner: bool) -> rx.Component:
    owner = [cell(_owner(token), label="Whose")] if with_owner else []
    return rx.el.tr(
        cell(
            rx.el.div(rx.el.div(token.name, class_name="strong"), rx.el.div(token.hint, class_name="mono muted")),
            main=True,
        ),
        *owner,
        cell(_rights(token), label="May"),
        cell(token.workspace, label="Workspace"),
        cell(_expiry(token), label="Expires"),
        cell(rx.el.span(token.last_used, title=token.last_used_exact), label="Last used"),
        cell(
            rx.cond(
                token.may_revoke,
                button(
                    "Revoke",
                    kind="danger",
                    on_click=on_revoke(token.id),
                    aria_label=rx.Var.create("Revoke ") + token.name,
                ),
            ),
            right=True,
        ),
    )


def _owner(token: rx.Var[TokenView]) -> rx.Component:
    return rx.el.span(
        rx.cond(
            token.owner_is_service,
            rx.icon("bot", size=14, aria_label="Service account"),
            rx.icon("user", size=14, aria_label="Person"),
        ),
        token.owner,
        class_name="row",
        style={"gap": "6px", "flexWrap": "nowrap"},
    )


def _rights(token: rx.Var[TokenView]) -> rx.Component:
    return rx.cond(
        token.more_scopes == "",
        rx.el.span(token.first_scope),
        rx.el.details(
            rx.el.summary(token.first_scope, " ", token.more_scopes, style={"cursor": "pointer"}),
            rx.el.ul(
                rx.foreach(token.scopes, rx.el.li),
                class_name="reasons",
                style={"marginTop": "6px"},
            ),
        ),
    )


def _expiry(token: rx.Var[TokenView]) -> rx.Component:
    return rx.match(
        token.status,
        ("expired", _sign(_STATUS["expired"], token.expires_exact)),
        ("revoked", _sign(_STATUS["revoked"], "")),
        rx.cond(
            token.is_ending,
            rx.el.span(
                rx.icon("clock-alert", size=13, aria_hidden="true"),
                token.expires,
                class_name="badge tone-amber",
                title=token.expires_exact,
            ),
            rx.el.span(token.expires, title=token.expires_exact),
        ),
    )


def _sign(sign: Sign, title: rx.Var[str] | str) -> rx.Component:
    return rx.el.span(
        rx.icon(sign.icon, size=13, aria_hidden="true"), sign.word, class_name=f"badge tone-{sign.tone}", title=title
    )


def token_fields(lives: rx.Var[list[LifeView]], groups: rx.Var[list[ScopeGroup]], *, prefix: str) -> list[rx.Component]:
    """Name, life and rights of a new token; `prefix` keeps ids of two forms apart."""
    return [
        field(
            "Name",
            rx.el.input(
                id=f"{prefix}-name",
                name="name",
                class_name="input",
                required=True,
                max_length=200,
                auto_complete="off",
                placeholder="Nightly export",
            ),
            hint="The program that will use it, so that you know later what stops when you revoke it.",
            for_id=f"{prefix}-name",
        ),
        field(
            "Expires after",
            rx.el.select(
                rx.foreach(lives, lambda life: rx.el.option(life.words, value=life.days)),
                id=f"{prefix}-days",
                name="days",
                default_value="30",
                class_name="select",
            ),
            hint="Short is safer: what nobody uses any more ends by itself.",
            for_id=f"{prefix}-days",
        ),
        rx.el.fieldset(
            rx.el.legend("What it may do", class_name="strong small"),
            rx.foreach(groups, _scope_group),
            class_name="stack-md",
            style={"border": "0", "padding": "0", "margin": "0"},
        ),
    ]


def _scope_group(group: rx.Var[ScopeGroup]) -> rx.Component:
    return rx.el.div(
        rx.el.div(group.title, class_name="section-title"),
        rx.foreach(group.scopes, _scope),
        class_name="stack",
        role="group",
        aria_label=group.title,
        key=group.title,
    )


def _scope(scope: rx.Var[ScopeView]) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=scope.name, style={"marginTop": "3px", "flex": "none"}),
        rx.el.span(scope.words, " ", rx.el.span(scope.permission, class_name="mono muted")),
        class_name="row",
        style={"alignItems": "flex-start", "flexWrap": "nowrap", "fontWeight": "400"},
        key=scope.name,
    )


def form_drawer(
    title: Any,
    fields: list[Any],
    *,
    is_open: rx.Var[bool],
    problem: rx.Var[str],
    verb: str,
    on_submit: Any,
    on_close: Any,
) -> rx.Component:
    """A drawer with a form and one button."""
    return drawer(
        title,
        [
            rx.el.form(
                *fields,
                rx.cond(problem != "", rx.el.div(callout("error", "circle-alert", problem), role="alert")),
                rx.el.div(
                    button(verb, kind="primary", type="submit"), class_name="row", style={"justifyContent": "flex-end"}
                ),
                on_submit=on_submit,
                class_name="stack-md",
            )
        ],
        is_open=is_open,
        on_close=on_close,
    )


def new_token_panel(token: rx.Var[str], name: rx.Var[str], on_put_away: Any) -> rx.Component:
    """A new token, once; it is nowhere any more when the panel is gone."""
    return rx.cond(
        token != "",
        rx.el.section(
            rx.el.h2(name, " is ready"),
            callout(
                "amber",
                "triangle-alert",
                "Copy the token now and keep it like a password. PurSight does not keep it, so nobody can show it again.",
            ),
            rx.el.div(
                rx.el.input(
                    value=token,
                    read_only=True,
                    id="new-token",
                    class_name="input mono grow",
                    aria_label="New API token",
                    auto_complete="off",
                ),
                button("Copy token", icon="copy", kind="primary", on_click=rx.set_clipboard(token)),
                button("I have kept it", on_click=on_put_away),
                class_name="row",
            ),
            class_name="card stack-md",
            aria_label="New token",
        ),
    )


def revoke_drawer(name: rx.Var[str], *, is_open: rx.Var[bool], on_close: Any, on_revoke: Any) -> rx.Component:
    """Asks before a token dies."""
    return drawer(
        "Revoke this token?",
        [
            callout(
                "error",
                "triangle-alert",
                "Every program that uses ",
                rx.el.strong(name),
                " is refused from that moment on, and what it listens to is cut. This cannot be undone; a program that "
                "still needs to work needs a new token.",
            ),
        ],
        foot=[
            rx.dialog.close(button("Keep it")),
            button("Revoke token", kind="danger", on_click=on_revoke),
        ],
        is_open=is_open,
        on_close=on_close,
    )
