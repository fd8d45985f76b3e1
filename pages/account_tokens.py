"""Which programs act in my name?"""

import reflex as rx

from pursight_app.ui.components import button, callout, empty, field, loaded, page_head
from pursight_app.ui.frame import page
from pursight_app.ui.tokens import form_drawer, new_token_panel, revoke_drawer, token_fields, token_table
from state.account_tokens import AccountTokensState as State


@page("/account/tokens", "API tokens", on_load=[State.load])
def account_tokens() -> rx.Component:
    """The list; drawers make and revoke a token."""
    return rx.fragment(
        page_head(
            "API tokens",
            button("New token", icon="plus", kind="primary", on_click=State.open_form),
            lead="A token lets a program do in your name what you choose here, and never more than you may yourself.",
        ),
        new_token_panel(State.new_token, State.new_name, State.put_away),
        rx.cond(State.failure != "", _failure(), rx.el.div(_list(), class_name="card-flush")),
        _usage(),
        _form(),
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


def _list() -> rx.Component:
    return loaded(
        State.is_loading,
        State.tokens.length(),
        token_table(State.tokens, State.ask_revoke, with_owner=False),
        empty(
            "key-round",
            "No token yet",
            "Make one for a script, a notebook or a pipeline that reads PurSight over REST, so that your password stays "
            "with you.",
            button("New token", icon="plus", on_click=State.open_form),
        ),
    )


def _usage() -> rx.Component:
    return rx.el.section(
        rx.el.h2("How a program uses it"),
        rx.el.p(
            "It sends the token with every request. Keep it in an environment variable or a secret store, not in code.",
            class_name="muted",
        ),
        rx.el.pre(
            rx.el.code(State.example),
            class_name="mono",
            style={"whiteSpace": "pre-wrap", "overflowWrap": "anywhere", "margin": "0"},
        ),
        rx.el.p(
            "What can be asked is described under ",
            rx.el.a("the REST reference", href="/docs", class_name="link"),
            ".",
            class_name="muted",
        ),
        class_name="card stack",
    )


def _form() -> rx.Component:
    home = field(
        "Where it works",
        rx.el.select(
            rx.el.option("In all my workspaces", value=""),
            rx.foreach(State.homes, lambda one: rx.el.option(one.name, value=one.id)),
            id="token-workspace",
            name="workspace",
            class_name="select",
            on_change=State.choose_home,
        ),
        for_id="token-workspace",
    )
    name, life, scopes = token_fields(State.lives, State.groups, prefix="token")
    return form_drawer(
        "New API token",
        [name, life, home, scopes],
        is_open=State.is_adding,
        problem=State.problem,
        verb="Make token",
        on_submit=State.create,
        on_close=State.close_form,
    )
