"""What may each role do, and whom does a change of one touch?"""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, drawer, field, page_head, skeleton, table
from pursight_app.ui.frame import page
from state.admin_roles import CellView, PermissionView, PersonChangeView, RoleView
from state.admin_roles import RolesState as State


@page(
    "/admin/roles",
    "Roles",
    on_load=[State.load],
    nav=(22, "user-cog"),
    permission="role.manage",
    section="administration",
)
def admin_roles() -> rx.Component:
    """One role in words, all of them in the matrix."""
    return rx.fragment(
        page_head(
            "Roles",
            button("New role", icon="plus", kind="primary", on_click=State.open_making),
            lead="What people may do in this workspace. The five built-in roles do not change; your own ones do.",
        ),
        rx.cond(State.is_loading, skeleton(10, 28), rx.fragment(_one_role(), _pending(), _matrix())),
        _making(),
        _review(),
    )


def _one_role() -> rx.Component:
    role = State.role
    return rx.el.section(
        rx.el.div(rx.foreach(State.roles, _choice), class_name="row", role="group", aria_label="Roles"),
        rx.el.div(
            rx.el.h2(role.name),
            rx.el.p(rx.cond(role.description != "", role.description, "No description."), class_name="muted"),
            rx.el.p(role.summary),
            rx.el.p(
                "People with it as their role: ",
                rx.el.span(role.people, class_name="num strong"),
                " · Grants of it: ",
                rx.el.span(role.grants, class_name="num strong"),
                class_name="muted small",
            ),
            rx.cond(role.is_own, _own_role()),
            class_name="stack",
        ),
        class_name="card stack-md",
    )


def _choice(role: rx.Var[RoleView]) -> rx.Component:
    return rx.el.button(
        role.name,
        rx.cond(role.is_changed, rx.el.span("changed", class_name="badge tone-amber")),
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(role.is_shown, "true", "false")},
        on_click=State.show(role.key),
    )


def _own_role() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Rename or remove", class_name="link", style={"cursor": "pointer"}),
        rx.el.form(
            rx.el.div(
                field(
                    "Name",
                    rx.el.input(
                        id="role-name",
                        name="name",
                        class_name="input",
                        required=True,
                        max_length=200,
                        default_value=State.role.name,
                        key=State.role.key,
                    ),
                    for_id="role-name",
                ),
                field(
                    "Description",
                    rx.el.input(
                        id="role-description",
                        name="description",
                        class_name="input",
                        max_length=1000,
                        default_value=State.role.description,
                        key=State.role.key,
                    ),
                    for_id="role-description",
                ),
                class_name="grid-2",
            ),
            rx.el.div(
                button("Save name", type="submit"),
                button("Remove role", kind="danger", on_click=State.delete),
                rx.el.span("Only a role that nobody has can be removed.", class_name="muted small"),
                class_name="row",
            ),
            on_submit=State.rename,
            class_name="stack-md",
            style={"marginTop": "12px"},
        ),
    )


def _pending() -> rx.Component:
    return rx.cond(
        State.draft_of != "",
        rx.el.div(
            callout(
                "amber",
                "pencil",
                rx.el.div(
                    rx.el.span("The change of this role is not saved yet.", class_name="grow"),
                    button("Discard change", on_click=State.discard),
                    button("Review change", kind="primary", on_click=State.review),
                    class_name="row",
                ),
            ),
            role="status",
        ),
    )


def _matrix() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(rx.el.th("May", scope="col"), rx.foreach(State.roles, _column)),
            ),
            rx.el.tbody(rx.foreach(State.lines, _line)),
            class_name="matrix",
            aria_label="Permissions by role",
        ),
        class_name="card-flush matrix-frame",
        tab_index=0,
        role="region",
        aria_label="Permissions by role, scrolls sideways when there are many roles",
    )


def _column(role: rx.Var[RoleView]) -> rx.Component:
    return rx.el.th(
        role.name,
        scope="col",
        class_name=rx.cond(role.is_shown, "matrix-role matrix-shown", "matrix-role"),
    )


def _line(line: rx.Var[PermissionView]) -> rx.Component:
    return rx.fragment(
        rx.cond(
            line.noun != "",
            rx.el.tr(
                rx.el.th(line.noun, scope="rowgroup", col_span=State.roles.length() + 1, class_name="matrix-noun")
            ),
        ),
        rx.el.tr(
            rx.el.th(line.words, scope="row", title=line.key),
            rx.foreach(line.cells, lambda each: _cell(line, each)),
        ),
    )


def _cell(line: rx.Var[PermissionView], each: rx.Var[CellView]) -> rx.Component:
    box = rx.el.input(
        type="checkbox",
        checked=each.is_held,
        on_change=lambda _: State.toggle(each.role, line.key),
        aria_label=each.role_name + ": " + line.words,
        class_name="tick",
    )
    fixed = rx.cond(
        each.is_held,
        rx.fragment(rx.icon("check", size=16, aria_hidden="true"), rx.el.span("yes", class_name="visually-hidden")),
        rx.fragment(rx.el.span("–", aria_hidden="true"), rx.el.span("no", class_name="visually-hidden")),
    )
    style = rx.cond(each.is_held, "matrix-role matrix-yes", "matrix-role matrix-no")
    return rx.el.td(
        rx.cond(each.is_own, box, fixed),
        class_name=style
        + rx.cond(each.is_shown, " matrix-shown", "")
        + rx.cond(each.is_changed, " matrix-changed", ""),
    )


def _making() -> rx.Component:
    return drawer(
        "New role",
        [
            rx.el.form(
                field(
                    "Name",
                    rx.el.input(id="new-role", name="name", class_name="input", required=True, max_length=200),
                    hint="What people in your company call it, such as Data protection officer.",
                    for_id="new-role",
                ),
                field(
                    "Description",
                    rx.el.input(id="new-role-description", name="description", class_name="input", max_length=1000),
                    for_id="new-role-description",
                ),
                field(
                    "Starts as a copy of",
                    rx.el.select(
                        rx.foreach(State.roles, lambda role: rx.el.option(role.name, value=role.key)),
                        id="new-role-pattern",
                        name="pattern",
                        default_value="viewer",
                        class_name="select",
                    ),
                    hint="You tick and untick in its column afterwards. Nobody has the role until you give it.",
                    for_id="new-role-pattern",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Create role", kind="primary", type="submit"), class_name="row"),
                on_submit=State.make,
                class_name="stack-md",
            )
        ],
        is_open=State.is_making,
        on_close=State.close_making,
    )


def _review() -> rx.Component:
    return drawer(
        rx.fragment("Change of ", State.role.name),
        [
            _diff("The role gains", State.added, "plus", "tone-green"),
            _diff("The role loses", State.removed, "minus", "tone-red"),
            rx.el.section(
                rx.el.h2("People"),
                rx.cond(
                    State.people.length() > 0,
                    table(["Person", "Gains", "Loses"], State.people, _person, label="People whose rights change"),
                    rx.el.p("Nobody's rights change: nobody has this role, or all have the same from elsewhere."),
                ),
                rx.cond(
                    State.more_people > 0,
                    rx.el.p(State.more_people, " more people have this role and are not listed.", class_name="muted"),
                ),
                class_name="stack",
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
        ],
        is_open=State.is_reviewing,
        on_close=State.close_review,
        foot=[
            button("Back to the matrix", on_click=State.close_review(False)),
            button("Save role", kind="primary", on_click=State.save),
        ],
    )


def _diff(title: str, words: rx.Var[list[str]], icon: str, tone: str) -> rx.Component:
    return rx.cond(
        words.length() > 0,
        rx.el.section(
            rx.el.h2(title),
            rx.el.ul(
                rx.foreach(
                    words,
                    lambda each: rx.el.li(
                        rx.el.span(rx.icon(icon, size=13, aria_hidden="true"), each, class_name=f"badge wrap {tone}")
                    ),
                ),
                class_name="choices-plain",
            ),
            class_name="stack",
        ),
    )


def _person(person: rx.Var[PersonChangeView]) -> rx.Component:
    nothing = rx.el.span("nothing", class_name="muted")
    return rx.el.tr(
        cell(
            rx.el.span(person.name, class_name="strong"),
            rx.el.div(person.email, class_name="muted small"),
            rx.el.div("has it ", person.through, class_name="muted small"),
            main=True,
        ),
        cell(rx.cond(person.gains != "", person.gains, nothing), label="Gains"),
        cell(rx.cond(person.loses != "", person.loses, nothing), label="Loses"),
    )
