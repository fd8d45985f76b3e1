"""Which kinds of data are there, and which did we add?"""

import reflex as rx

from pages.data_class_form import form_drawer
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    empty,
    find_form,
    link,
    link_button,
    loaded,
    page_head,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SENSITIVITY
from state.data_class_form import DataClassFormState as Form
from state.data_classes import ClassView, GroupView
from state.data_classes import DataClassesState as State
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("data_class.manage")


@page("/data-classes", "Data classes", on_load=[State.load, Form.load], nav=(8, "shapes"), permission="catalog.read")
def data_classes() -> rx.Component:
    """Own classes on top, then PurSight's by group; a drawer makes and changes own ones."""
    return rx.fragment(
        page_head(
            "Data classes",
            link_button("Try the classifier", "/try", icon="flask-conical"),
            rx.cond(_MAY_MANAGE, button("New data class", icon="plus", kind="primary", on_click=Form.open_new)),
            lead="The kinds of data that a column can hold, and how many columns hold each.",
        ),
        rx.cond(State.put_away != "", _undo()),
        find_form("Find data classes", "Find by name, meaning or law", State.query, State.find),
        loaded(
            State.is_loading,
            State.groups.length() + State.own.length() + State.own_total,
            rx.el.div(_own(), rx.foreach(State.groups, _group), class_name="stack-lg"),
            empty("search-x", "No data class of that kind", "Clear the search to see all of them."),
        ),
        form_drawer(),
    )


def _undo() -> rx.Component:
    return rx.el.div(
        callout(
            "ok",
            "circle-check",
            rx.el.div(
                rx.el.span(
                    State.put_away,
                    " is out of use. Its columns are being asked anew; confirmed ones keep it.",
                    class_name="grow",
                ),
                button("Undo", on_click=State.undo),
                button("Dismiss", kind="quiet", on_click=State.dismiss),
                class_name="row",
            ),
        ),
        role="status",
    )


def _own() -> rx.Component:
    nothing = empty(
        "shapes",
        "No data classes of your own yet",
        "Teach PurSight what only your company has: badge numbers, contract numbers, names of sites. Five examples are enough.",
        rx.cond(_MAY_MANAGE, button("New data class", icon="plus", on_click=Form.open_new)),
    )
    return rx.cond(
        (State.own_total > 0) | (State.query == ""),
        rx.el.section(
            rx.el.div(rx.el.h2("Your own"), class_name="card-head"),
            rx.cond(
                State.own_total == 0,
                nothing,
                rx.cond(
                    State.own.length() == 0,
                    rx.el.p("None of your own fits the search.", class_name="muted", style={"padding": "16px"}),
                    table(
                        ["Name", "Recognised by", "Sensitivity", "Laws", "Columns", ""],
                        State.own,
                        _own_row,
                        label="Your own data classes",
                    ),
                ),
            ),
            class_name="card-flush",
        ),
    )


def _own_row(row: rx.Var[ClassView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.div(
                _name(row),
                rx.el.span(row.definition, class_name="muted small"),
                rx.cond(~row.is_active, _sign("circle-pause", "Out of use", "grey")),
                rx.cond(row.is_waiting, _sign("loader", "Columns are being asked anew", "accent")),
                class_name="stack",
                style={"gap": "4px", "alignItems": "flex-start"},
            ),
            main=True,
        ),
        cell(
            rx.el.div(
                rx.el.div(row.recognised),
                rx.el.div(row.form, class_name="muted small"),
                rx.cond(
                    row.header_words != "", rx.el.div("Header words: ", row.header_words, class_name="muted small")
                ),
            ),
            label="Recognised by",
        ),
        cell(badge(row.sensitivity, SENSITIVITY), label="Sensitivity"),
        cell(row.regulations, label="Laws"),
        cell(_count(row), label="Columns", right=True),
        cell(rx.cond(_MAY_MANAGE, _actions(row))),
    )


def _actions(row: rx.Var[ClassView]) -> rx.Component:
    switch = rx.cond(
        row.is_active,
        button("Take out of use", aria_label="Take out of use: " + row.name, on_click=State.deactivate(row.id)),
        button("Use again", aria_label="Use again: " + row.name, on_click=State.reactivate(row.id)),
    )
    return rx.el.div(
        button("Change", aria_label="Change " + row.name, on_click=Form.open_change(row.id)),
        switch,
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _group(group: rx.Var[GroupView]) -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(group.name), class_name="card-head"),
        table(["Name", "What it is", "Sensitivity", "Laws", "Columns"], group.classes, _row, label=group.name),
        class_name="card-flush",
    )


def _row(row: rx.Var[ClassView]) -> rx.Component:
    return rx.el.tr(
        cell(_name(row), main=True),
        cell(row.definition, label="What it is"),
        cell(badge(row.sensitivity, SENSITIVITY), label="Sensitivity"),
        cell(row.regulations, label="Laws"),
        cell(_count(row), label="Columns", right=True),
    )


def _name(row: rx.Var[ClassView]) -> rx.Component:
    return rx.el.span(row.name, class_name="badge tone-accent mono")


def _count(row: rx.Var[ClassView]) -> rx.Component:
    return rx.cond(row.count != "", link(row.count, row.href), rx.el.span("none here", class_name="muted"))


def _sign(icon: str, word: str, tone: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden="true"), word, class_name=f"badge tone-{tone}")
