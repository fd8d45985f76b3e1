"""Who may do what, and why?"""

import reflex as rx

from pages.admin_access_grants import grants_tab
from pages.admin_access_requests import requests_tab
from pursight_app.ui.components import cell, empty, field, loaded, page_head, pager, table
from pursight_app.ui.frame import page
from pursight_app.ui.person_choice import person_choice
from state.admin_access import AccessState as State
from state.admin_access import ActionView, HolderView, RightView, ThingView

_TABS = (
    ("person", "By person"),
    ("thing", "By thing"),
    ("grants", "Grants"),
    ("requests", "Requests"),
)


@page(
    "/admin/access",
    "Who may do what",
    on_load=[State.load],
    nav=(24, "key-round"),
    permission="role.manage",
    section="administration",
)
def admin_access() -> rx.Component:
    """Two questions with their answers, and the grants and requests behind them."""
    return rx.fragment(
        page_head(
            "Who may do what",
            lead="Each answer comes with its reason: the role, group, grant or ownership that decides.",
        ),
        _tabs(),
        rx.match(
            State.tab,
            ("thing", _thing()),
            ("grants", grants_tab()),
            ("requests", requests_tab()),
            _person(),
        ),
    )


def _tabs() -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                text,
                class_name="tab",
                type="button",
                role="tab",
                custom_attrs={"aria-selected": rx.cond(State.tab == name, "true", "false")},
                on_click=State.choose_tab(name),
            )
            for name, text in _TABS
        ),
        class_name="tabs",
        role="tablist",
        aria_label="Questions about access",
    )


def _person() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            person_choice("Person", for_id="access-person", on_choose=State.ask_person),
            class_name="card",
        ),
        rx.cond(
            State.rights.length() > 0,
            rx.el.section(
                rx.el.div(rx.el.h2("What ", State.person, " may do here"), class_name="card-head"),
                table(["Right", "Where", "Why"], State.rights, _right, label="Rights"),
                class_name="card-flush",
            ),
            rx.el.div(
                empty(
                    "user-search",
                    "Choose a person",
                    "You see everything they may and may not do in this workspace, and what decides each.",
                ),
                class_name="card-flush",
            ),
        ),
    )


def _right(right: rx.Var[RightView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.span(right.words, class_name="strong"),
            rx.el.div(right.key, class_name="mono muted"),
            main=True,
        ),
        cell(
            rx.match(
                right.extent,
                ("whole", _extent("check", "Whole workspace", "green")),
                ("part", _extent("circle-dashed", "In part", "amber")),
                ("but", _extent("circle-minus", "With exceptions", "amber")),
                _extent("minus", "No", "grey"),
            ),
            label="Where",
        ),
        cell(
            rx.el.div(
                rx.cond(right.why.length() > 0, _path(right.why)),
                rx.foreach(right.rules, lambda rule: rx.el.div(rule, class_name="path")),
                class_name="stack",
                style={"gap": "4px"},
            ),
            label="Why",
        ),
    )


def _extent(icon: str, words: str, tone: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden="true"), words, class_name=f"badge tone-{tone}")


def _path(steps: rx.Var[list[str]]) -> rx.Component:
    return rx.el.ol(rx.foreach(steps, rx.el.li), class_name="path")


def _thing() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.div(
                field(
                    "Who may",
                    rx.el.select(
                        rx.foreach(State.actions, _action),
                        id="access-action",
                        value=State.action,
                        on_change=State.ask_action,
                        class_name="select",
                    ),
                    for_id="access-action",
                ),
                _thing_choice(),
                class_name="grid-2",
            ),
            class_name="card",
        ),
        rx.el.section(
            rx.el.div(
                rx.el.h2(State.total, rx.cond(State.total == 1, " person may, in ", " people may, in "), State.thing),
                class_name="card-head",
            ),
            loaded(
                State.is_loading,
                State.holders.length(),
                rx.fragment(
                    table(["Person", "Because"], State.holders, _holder, label="People who may"),
                    rx.cond(
                        State.total > State.holders.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                empty("user-x", "Nobody may", "No role, group or grant allows it there."),
            ),
            class_name="card-flush",
        ),
    )


def _action(action: rx.Var[ActionView]) -> rx.Component:
    return rx.el.option(action.words, value=action.key)


def _thing_choice() -> rx.Component:
    return rx.el.div(
        field(
            "With what",
            rx.el.input(
                id="access-thing",
                type="search",
                class_name="input",
                placeholder="Part of the name of a data source or table",
                auto_complete="off",
                on_change=State.find_thing.debounce(250),
                on_focus=State.find_thing(""),
                max_length=200,
            ),
            hint=rx.fragment("Now: ", State.thing),
            for_id="access-thing",
        ),
        rx.cond(
            State.things.length() > 0,
            rx.el.ul(rx.foreach(State.things, _found), class_name="choices", aria_label="Things found"),
            rx.cond(State.thing_query != "", rx.el.p("Nothing here is called that.", class_name="muted small")),
        ),
        class_name="stack",
    )


def _found(thing: rx.Var[ThingView]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(thing.name, class_name="strong"),
            " ",
            rx.el.span(thing.kind, class_name="muted small"),
            class_name="choice",
            type="button",
            on_click=State.ask_thing(thing.resource),
        )
    )


def _holder(holder: rx.Var[HolderView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(holder.name, class_name="row-link"),
                class_name="cell-button",
                type="button",
                on_click=State.ask_person(holder.user_id),
            ),
            rx.el.div(holder.email, class_name="muted small person"),
            main=True,
        ),
        cell(_path(holder.path), label="Because"),
    )
