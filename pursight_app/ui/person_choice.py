"""The field with which one person of the workspace is chosen."""

import reflex as rx

from pursight_app.ui.components import button, field
from state.person_choice import PersonChoiceState as State
from state.person_choice import PersonOption


def person_choice(label: str, *, for_id: str, on_choose: rx.EventHandler | None = None) -> rx.Component:
    """Type, then pick. The form gets the person as `user_id`; `on_choose` hears of the pick with the person's id."""
    return rx.cond(State.chosen_id != "", _chosen(label), _search(label, for_id, on_choose))


def _chosen(label: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(label, class_name="strong small"),
        rx.el.div(
            rx.el.span(rx.icon("user-round", size=14, aria_hidden="true"), State.chosen_name, class_name="badge"),
            button("Choose another person", on_click=State.clear),
            class_name="row",
        ),
        rx.el.input(type="hidden", name="user_id", value=State.chosen_id),
        class_name="field",
    )


def _search(label: str, for_id: str, on_choose: rx.EventHandler | None) -> rx.Component:
    is_found = State.options.length() > 0
    return rx.el.div(
        field(
            label,
            rx.el.input(
                id=for_id,
                type="search",
                class_name="input",
                placeholder="Part of a name or e-mail address",
                auto_complete="off",
                on_change=State.find.debounce(250),
                on_focus=State.find(""),
                max_length=200,
            ),
            for_id=for_id,
        ),
        rx.cond(
            is_found,
            rx.el.ul(
                rx.foreach(State.options, lambda person: _option(person, on_choose)),
                class_name="choices",
                aria_label="People found",
            ),
            rx.cond(State.query != "", rx.el.p("Nobody in this workspace is called that.", class_name="muted small")),
        ),
        rx.cond(
            is_found & (State.total > State.options.length()),
            rx.el.p(State.total, " people; type more to narrow.", class_name="muted small"),
        ),
        class_name="stack",
    )


def _option(person: rx.Var[PersonOption], on_choose: rx.EventHandler | None) -> rx.Component:
    then = [State.choose(person.id, person.name)]
    return rx.el.li(
        rx.el.button(
            rx.el.span(person.name, class_name="strong"),
            " ",
            rx.el.span(person.email, class_name="muted small"),
            class_name="choice",
            type="button",
            on_click=[*then, on_choose(person.id)] if on_choose else then,
        )
    )
