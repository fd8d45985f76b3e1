"""What would the classifier say of these values?"""

import reflex as rx

from pages.evidence_parts import why
from pursight_app.ui.components import badge, button, callout, data_class, empty, field, meter, page_head
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SENSITIVITY
from state.trial import TrialState as State

_E = State.evidence


@page("/try", "Try the classifier", on_load=[State.load], nav=(9, "flask-conical"), permission="catalog.read")
def trial() -> rx.Component:
    """Values in, verdict and evidence out; nothing is kept."""
    return rx.fragment(
        page_head(
            "Try the classifier",
            lead="Paste values and see the verdict with its reasons. Nothing of it is kept or logged.",
        ),
        rx.el.div(_form(), rx.el.section(_answer(), aria_live="polite", aria_label="Answer"), class_name="grid-2 top"),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            field(
                "Values, one a line",
                rx.el.textarea(
                    id="try-values",
                    name="values",
                    class_name="textarea mono tall",
                    spell_check=False,
                    auto_complete="off",
                    placeholder="DE89 3704 0044 0532 0130 00",
                    required=True,
                ),
                hint="Up to 1,000. An empty line is an empty cell.",
                for_id="try-values",
            ),
            field("Header", _input("column", State.column, "iban"), for_id="try-column"),
            field("Table", _input("table", State.table, "customers"), for_id="try-table"),
            field(
                "Other headers of the table",
                rx.el.textarea(
                    id="try-others",
                    name="others",
                    class_name="textarea mono",
                    default_value=State.others,
                    key=State.is_loading.to_string(),
                    spell_check=False,
                    auto_complete="off",
                    max_length=20_000,
                    placeholder="full_name",
                ),
                hint="One a line. Neighbours help to tell what a column is.",
                for_id="try-others",
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.div(
                button("Ask the classifier", icon="flask-conical", kind="primary", type="submit"), class_name="row"
            ),
            class_name="stack-md",
        ),
        on_submit=State.ask,
        class_name="card",
    )


def _input(name: str, value: rx.Var[str], placeholder: str) -> rx.Component:
    return rx.el.input(
        id=f"try-{name}",
        name=name,
        class_name="input mono",
        default_value=value,
        # A new field once the headers are there, for a field keeps what it began with.
        key=State.is_loading.to_string(),
        placeholder=placeholder,
        max_length=300,
        auto_complete="off",
    )


def _answer() -> rx.Component:
    return rx.cond(
        State.has_answer,
        rx.el.div(
            rx.el.div(
                data_class(_E.data_class),
                badge(_E.sensitivity, SENSITIVITY),
                meter(_E.confidence, _E.confidence.to_string() + " %"),
                class_name="row",
            ),
            rx.cond(_E.definition != "", rx.el.p(_E.definition)),
            rx.cond(
                _E.regulations.length() > 0,
                rx.el.div(
                    rx.foreach(_E.regulations, lambda name: rx.el.span(name, class_name="badge")), class_name="row"
                ),
            ),
            why(_E),
            class_name="card stack-md",
            id="trial-answer",
        ),
        rx.el.div(
            empty(
                "flask-conical",
                "No question asked yet",
                "Change the header or leave it out, mix values, add neighbours: the reasons show what each of them does.",
            ),
            class_name="card-flush",
        ),
    )
