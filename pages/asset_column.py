"""The drawer of one column: evidence first, then method, then who decided."""

import reflex as rx

from pages.asset_propagation import propagation_section
from pages.evidence_parts import why
from pursight_app.ui.components import badge, button, callout, data_class, drawer, field, link_button, meter
from pursight_app.ui.theme import SENSITIVITY, VERDICT_STATUS
from state.asset import AssetState as State
from state.asset_views import SaidView
from state.session import SessionState

_MAY_REVIEW = SessionState.permissions.contains("classification.review")
_MAY_TEACH = SessionState.permissions.contains("data_class.manage")
_E = State.evidence


def column_drawer() -> rx.Component:
    """Opens beside the list of columns."""
    return drawer(
        rx.el.span(_E.column, class_name="mono", style={"fontSize": "16px"}),
        [
            _verdict(),
            why(_E),
            rx.el.div(link_button("Try with changes", State.try_href, icon="flask-conical"), class_name="row"),
            _otherwise(),
            _examples(),
            _profile(),
            _review(),
            _said(),
            propagation_section(_E.classification_id),
        ],
        is_open=State.is_open,
        on_close=State.close_column,
    )


def _verdict() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            data_class(_E.data_class),
            badge(_E.sensitivity, SENSITIVITY),
            badge(_E.status, VERDICT_STATUS),
            class_name="row",
        ),
        rx.cond(_E.definition != "", rx.el.p(_E.definition)),
        rx.el.dl(
            rx.el.dt("Confidence"),
            rx.el.dd(meter(_E.confidence, _E.confidence.to_string() + " %")),
            rx.el.dt("Regulations"),
            rx.el.dd(
                rx.cond(
                    _E.regulations.length() > 0,
                    rx.el.span(
                        rx.foreach(_E.regulations, lambda name: rx.el.span(name, class_name="badge")), class_name="row"
                    ),
                    "none",
                )
            ),
            rx.el.dt("Type at the source"),
            rx.el.dd(rx.el.span(_E.data_type, class_name="mono")),
            class_name="facts",
            style={"margin": "0"},
        ),
        rx.cond(_E.comment != "", rx.el.p("Comment at the source: ", _E.comment, class_name="muted small")),
        class_name="stack",
    )


def _otherwise() -> rx.Component:
    return rx.cond(
        _E.otherwise != "",
        callout(
            "",
            "sparkles",
            "Left to itself, the classifier would now say ",
            rx.el.span(_E.otherwise, class_name="mono"),
            ".",
        ),
    )


def _examples() -> rx.Component:
    return rx.cond(
        _E.shown_values.length() > 0,
        rx.el.section(
            rx.el.div(
                rx.el.h2("Values from the sample"),
                rx.cond(
                    _E.is_masked,
                    rx.el.span(
                        rx.icon("eye-off", size=13, aria_hidden="true"),
                        rx.cond(_E.may_unmask, "Masked", "Masked: your rights do not include these"),
                        class_name="badge tone-amber",
                    ),
                ),
                class_name="row-between",
            ),
            rx.cond(_E.may_unmask, _unmask()),
            rx.el.div(
                rx.foreach(_E.shown_values, lambda value: rx.el.span(value, class_name="value", title=value)),
                class_name="values",
                id="values",
            ),
            class_name="stack",
        ),
    )


def _unmask() -> rx.Component:
    return rx.el.form(
        field(
            "Why do you need to see the values?",
            rx.el.input(
                id="reason",
                name="reason",
                class_name="input",
                required=True,
                min_length=5,
                max_length=500,
                auto_complete="off",
                placeholder="Checking a finding with the shop team",
            ),
            hint="Your reason is kept in the audit log with your name.",
            for_id="reason",
        ),
        rx.el.div(button("Show values", icon="eye", type="submit"), class_name="row"),
        on_submit=State.unmask,
        class_name="stack",
        key=_E.column,
    )


def _profile() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Profile"),
        rx.el.dl(
            rx.foreach(
                _E.facts, lambda fact: rx.fragment(rx.el.dt(fact[0]), rx.el.dd(rx.el.span(fact[1], class_name="num")))
            ),
            class_name="facts",
            style={"margin": "0"},
        ),
        rx.cond(
            _E.shapes.length() > 0,
            rx.el.div(
                rx.el.div("Commonest shapes in the sample", class_name="section-title"),
                rx.el.dl(
                    rx.foreach(
                        _E.shapes,
                        lambda shape: rx.fragment(
                            rx.el.dt(rx.el.span(shape[0], class_name="mono")),
                            rx.el.dd(rx.el.span(shape[1], class_name="num")),
                        ),
                    ),
                    class_name="facts",
                    style={"margin": "4px 0 0"},
                ),
            ),
        ),
        class_name="stack",
    )


def _review() -> rx.Component:
    return rx.cond(
        _MAY_REVIEW & (_E.classification_id != ""),
        rx.el.section(
            rx.el.h2("Your word on it"),
            rx.el.div(
                rx.cond(
                    _E.data_class != "",
                    button("Confirm", icon="check", kind="primary", on_click=State.review("confirm")),
                ),
                rx.cond(_E.data_class != "", button("Reject", icon="x", on_click=State.review("reject"))),
                button("Correct…", icon="pencil", on_click=State.start_correcting),
                class_name="row",
            ),
            rx.cond(State.correcting, _correction()),
            class_name="stack",
        ),
    )


def _said() -> rx.Component:
    return rx.cond(
        State.said.length() > 0,
        rx.el.section(
            rx.el.h2("What people said"),
            rx.el.ul(rx.foreach(State.said, _said_line), class_name="choices-plain"),
            class_name="stack",
        ),
    )


def _said_line(said: rx.Var[SaidView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            said.words,
            rx.el.span(" · ", said.who, ", ", said.when, class_name="muted", title=said.when_exact),
            rx.cond(said.note != "", rx.el.span(" · ", said.note, class_name="muted")),
            class_name="grow small",
        ),
        rx.cond(
            said.can_undo & _MAY_REVIEW,
            button("Undo", icon="undo-2", on_click=State.undo(said.batch_id, said.id)),
        ),
        class_name="row",
    )


def _correction() -> rx.Component:
    return rx.el.form(
        field(
            "What is it really?",
            rx.el.select(
                rx.foreach(State.data_classes, lambda name: rx.el.option(name, value=name)),
                id="data_class",
                name="data_class",
                class_name="select",
            ),
            for_id="data_class",
        ),
        rx.el.div(
            button("Save correction", kind="primary", type="submit"),
            rx.cond(
                _MAY_TEACH, link_button("Make a class of its own from this column", State.teach_href, icon="shapes")
            ),
            class_name="row",
            style={"marginTop": "8px"},
        ),
        on_submit=State.correct,
    )
