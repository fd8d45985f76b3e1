"""Which groups are there, who is in them, and what were they granted?"""

import reflex as rx

from pursight_app.ui.components import (
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    find_form,
    link_button,
    loaded,
    page_head,
    pager,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.person_choice import person_choice
from state.admin_groups import GroupMemberView, GroupView
from state.admin_groups import GroupsState as State
from state.person_choice import PersonChoiceState
from state.session import SessionState


@page(
    "/admin/groups",
    "Groups",
    on_load=[State.load],
    nav=(23, "users-round"),
    permission="member.manage",
    section="administration",
)
def admin_groups() -> rx.Component:
    """The list; a drawer shows one group."""
    return rx.fragment(
        page_head(
            "Groups",
            button("New group", icon="plus", kind="primary", on_click=State.open_making),
            lead="People who are granted things together. A grant to a group counts for everybody in it.",
        ),
        rx.el.div(
            find_form("Find groups", "Find a group by name", State.query, State.find, class_name="row list-search"),
            loaded(
                State.is_loading,
                State.groups.length(),
                rx.fragment(
                    table(["Group", "People", "Grants"], State.groups, _row, label="Groups"),
                    rx.cond(
                        State.total > State.groups.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                rx.cond(
                    State.query != "",
                    empty("search-x", "No group is called that", "Clear the search to see all groups."),
                    empty(
                        "users-round",
                        "No groups yet",
                        "Make one for people who need the same, such as auditors or the finance team.",
                        button("New group", icon="plus", on_click=State.open_making),
                    ),
                ),
            ),
            class_name="card-flush",
        ),
        _making(),
        _drawer(),
    )


def _row(group: rx.Var[GroupView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(group.name, class_name="row-link"),
                class_name="cell-button",
                type="button",
                on_click=State.open_group(group.id),
            ),
            rx.cond(group.description != "", rx.el.div(group.description, class_name="muted small")),
            main=True,
        ),
        cell(group.people, label="People", right=True),
        cell(group.grants, label="Grants", right=True),
    )


def _making() -> rx.Component:
    return drawer(
        "New group",
        [
            rx.el.form(
                *_name_fields("new-group"),
                _problem(),
                rx.el.div(button("Create group", kind="primary", type="submit"), class_name="row"),
                on_submit=State.make,
                class_name="stack-md",
            )
        ],
        is_open=State.is_making,
        on_close=State.close_making,
    )


def _name_fields(key: str, name: rx.Var[str] | str = "", description: rx.Var[str] | str = "") -> list[rx.Component]:
    return [
        field(
            "Name",
            rx.el.input(
                id=f"{key}-name", name="name", class_name="input", required=True, max_length=200, default_value=name
            ),
            for_id=f"{key}-name",
        ),
        field(
            "Description",
            rx.el.input(
                id=f"{key}-description",
                name="description",
                class_name="input",
                max_length=1000,
                default_value=description,
            ),
            for_id=f"{key}-description",
        ),
    ]


def _problem() -> rx.Component:
    return rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert"))


def _drawer() -> rx.Component:
    return drawer(
        State.group.name,
        [
            rx.cond(State.group.description != "", rx.el.p(State.group.description, class_name="muted")),
            _problem(),
            _granted(),
            _people(),
            _changes(),
        ],
        is_open=State.is_open,
        on_close=State.close_group,
    )


def _granted() -> rx.Component:
    return rx.el.section(
        rx.el.h2("What it was granted"),
        rx.cond(
            State.sentences.length() > 0,
            rx.el.ul(rx.foreach(State.sentences, rx.el.li), class_name="reasons"),
            rx.el.p("Nothing yet, so being in it changes nothing.", class_name="muted"),
        ),
        rx.cond(
            SessionState.permissions.contains("role.manage"),
            rx.el.div(link_button("Go to grants", "/admin/access?tab=grants", icon="key-round"), class_name="row"),
        ),
        class_name="stack",
    )


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.h2("People"),
        rx.el.form(
            person_choice("Add a member of this workspace", for_id="group-person"),
            rx.cond(
                PersonChoiceState.chosen_id != "",
                rx.el.div(button("Add to group", kind="primary", type="submit"), class_name="row"),
            ),
            on_submit=State.add_person,
            class_name="stack",
        ),
        rx.cond(
            State.people.length() > 0,
            table(["Name", ""], State.people, _person, label="People in the group"),
            rx.el.p("Nobody is in it yet.", class_name="muted"),
        ),
        rx.cond(
            State.people_total > State.people.length(),
            pager(
                State.people_first,
                State.people_last,
                State.people_total,
                on_previous=State.people_previous,
                on_next=State.people_next,
            ),
        ),
        class_name="stack-md",
    )


def _person(person: rx.Var[GroupMemberView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.span(person.name, class_name="strong"),
            rx.el.div(person.email, class_name="muted small"),
            main=True,
        ),
        cell(
            button(
                "Remove from group",
                aria_label=rx.Var.create("Remove from group: ") + person.name,
                on_click=State.remove_person(person.id),
            ),
            right=True,
        ),
    )


def _changes() -> rx.Component:
    return rx.el.section(
        rx.el.details(
            rx.el.summary("Rename", class_name="link", style={"cursor": "pointer"}),
            rx.el.form(
                *_name_fields("group", State.group.name, State.group.description),
                rx.el.div(button("Save name", type="submit"), class_name="row"),
                on_submit=State.rename,
                key=State.group.id,
                class_name="stack-md",
                style={"marginTop": "12px"},
            ),
        ),
        rx.el.details(
            rx.el.summary("Remove this group", class_name="link", style={"cursor": "pointer"}),
            rx.el.form(
                callout(
                    "error",
                    "triangle-alert",
                    State.group.people,
                    " people lose what this group was granted, at once. They stay in the workspace. "
                    "This cannot be undone.",
                ),
                field(
                    "Type its name to confirm",
                    rx.el.input(id="confirm-group", name="name", class_name="input", auto_complete="off"),
                    for_id="confirm-group",
                ),
                rx.el.div(button("Remove group", kind="danger", type="submit"), class_name="row"),
                on_submit=State.delete,
                class_name="stack-md",
                style={"marginTop": "12px"},
            ),
        ),
        class_name="stack",
    )
