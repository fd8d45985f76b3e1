"""Who has an account here, and in what state is it?"""

import reflex as rx

from pages.admin_users_drawer import invite_drawer, merge_drawer, person_drawer
from pursight_app.ui.components import badge, button, cell, empty, loaded, page_head, pager, table
from pursight_app.ui.frame import page
from pursight_app.ui.theme import ACCOUNT_STATE
from state.admin_invite import AdminInviteState
from state.admin_users import AdminUsersState as State
from state.admin_users import PersonView

_FILTERS = {
    "active": "Active",
    "invited": "Invited",
    "suspended": "Suspended",
    "administrators": "Administrators",
    "no_second_factor": "No second factor",
}


@page(
    "/admin/users",
    "People",
    on_load=[State.load],
    nav=(21, "users"),
    permission="user.manage",
    section="administration",
)
def admin_users() -> rx.Component:
    """The list; drawers invite somebody and show one person."""
    return rx.fragment(
        page_head(
            "People",
            button("Invite a person", icon="user-plus", kind="primary", on_click=AdminInviteState.open_drawer),
            lead="Everybody who has an account in this installation, whatever workspaces they are in.",
        ),
        _filters(),
        rx.el.div(
            loaded(
                State.is_loading,
                State.rows.length(),
                rx.fragment(
                    table(
                        ["Name", "State", "Second factor", "Last log-in", "Workspaces"],
                        State.rows,
                        _row,
                        label="People",
                    ),
                    pager(State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page),
                ),
                empty(
                    "users",
                    "Nobody fits",
                    "No name or address contains this, or nobody is in this state.",
                    button("Show everybody", on_click=State.clear),
                ),
            ),
            class_name="card-flush",
        ),
        person_drawer(),
        invite_drawer(),
        merge_drawer(),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                id="people-search",
                name="q",
                type="search",
                default_value=State.query,
                key=State.query,
                placeholder="Search name or e-mail",
                class_name="input",
                aria_label="Search people",
                auto_complete="off",
                max_length=200,
            ),
            on_submit=State.search,
            class_name="search",
            role="search",
            aria_label="People",
        ),
        rx.el.div(
            *(
                rx.el.button(
                    words,
                    type="button",
                    class_name="chip",
                    aria_pressed=rx.cond(State.only == key, "true", "false"),
                    on_click=State.choose_filter(key),
                )
                for key, words in _FILTERS.items()
            ),
            class_name="row",
            role="group",
            aria_label="Show only",
        ),
        class_name="row-between",
    )


def _row(person: rx.Var[PersonView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(person.name, class_name="row-link"),
                rx.cond(person.is_me, rx.el.span(" (you)", class_name="muted")),
                rx.cond(person.name != person.email, rx.el.div(person.email, class_name="muted")),
                type="button",
                class_name="cell-button",
                on_click=State.open_person(person.id),
            ),
            main=True,
        ),
        cell(
            rx.el.div(
                badge(person.state, ACCOUNT_STATE),
                rx.cond(
                    person.is_administrator,
                    rx.el.span(
                        rx.icon("shield", size=13, aria_hidden="true"), "Administrator", class_name="badge tone-accent"
                    ),
                ),
                class_name="row",
            ),
            label="State",
        ),
        cell(
            rx.cond(
                person.has_second_factor,
                rx.el.span(rx.icon("check", size=13, aria_hidden="true"), "Yes", class_name="badge tone-green"),
                rx.el.span("No", class_name="muted"),
            ),
            label="Second factor",
        ),
        cell(rx.el.span(person.last_login, title=person.last_login_exact), label="Last log-in"),
        cell(
            rx.cond(person.workspaces != "", person.workspaces, rx.el.span("none", class_name="muted")),
            label="Workspaces",
        ),
    )
