"""Labels that follow lineage: a part of the column's drawer, and the column lineage below the lineage tab."""

import reflex as rx

from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    data_class,
    drawer,
    empty,
    field,
    link,
    skeleton,
    table,
)
from pursight_app.ui.theme import SENSITIVITY, TRANSFORMATION
from state.propagation import ColumnLineageState, PropagationState
from state.propagation_views import EndView, LinkView, ReceivedView, TargetView
from state.session import SessionState

_P, _L = PropagationState, ColumnLineageState
_MAY_REVIEW = SessionState.permissions.contains("classification.review")


def propagation_section(classification_id: rx.Var[str]) -> rx.Component:
    """Where the verdict's label came from and where it could go; loads itself when the drawer opens."""
    return rx.cond(
        classification_id != "",
        rx.el.section(
            rx.cond(
                _P.is_loading,
                skeleton(3),
                rx.cond(
                    _P.problem != "",
                    callout("error", "circle-alert", _P.problem, " ", button("Try again", on_click=_P.try_again)),
                    rx.el.div(
                        rx.cond(_P.received.length() > 0, _received()),
                        rx.cond(_P.may_review, _onward()),
                        class_name="stack",
                    ),
                ),
            ),
            on_mount=_P.open_verdict(classification_id),
            id="propagation",
        ),
    )


def _received() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Came along lineage"),
        rx.foreach(_P.received, _received_label),
        class_name="stack",
    )


def _received_label(label: rx.Var[ReceivedView]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("git-branch", size=14, aria_hidden="true"),
            data_class(label.data_class),
            badge(label.sensitivity, SENSITIVITY),
            rx.el.span(label.confidence, " %", class_name="num muted small"),
            class_name="row",
        ),
        rx.el.span(label.way, class_name="small"),
        class_name="stack",
    )


def _onward() -> rx.Component:
    return rx.el.div(
        rx.el.h2("Let this label follow its lineage"),
        rx.cond(
            _P.refusal != "",
            rx.el.p(_P.refusal, class_name="muted"),
            rx.cond(_P.target_count == 0, _nowhere(), _preview()),
        ),
        rx.cond(
            _P.active_id != "",
            callout("", "git-branch", "The label of this column follows its lineage. New columns get it with their scan."),
        ),
        rx.el.div(
            rx.cond(
                (_P.active_id == "") & (_P.refusal == "") & (_P.target_count > 0),
                button(
                    "Propagate to ", _P.change_count, rx.cond(_P.change_count == 1, " column", " columns"),
                    icon="git-branch", kind="primary", on_click=_P.propagate,
                ),
            ),
            rx.cond(_P.active_id != "", button("Withdraw the label everywhere", icon="undo-2", on_click=_P.withdraw)),
            class_name="row",
        ),
        class_name="stack",
    )  # fmt: skip


def _nowhere() -> rx.Component:
    return rx.el.p("No other column takes its values from this one, as far as the lineage knows.", class_name="muted")


def _preview() -> rx.Component:
    return rx.fragment(
        rx.el.ul(rx.foreach(_P.targets, _target), class_name="steps", aria_label="Columns that the label reaches"),
        rx.cond(
            _P.target_count > _P.targets.length(),
            rx.el.p(
                "The nearest ", _P.targets.length(), " of ", _P.target_count, " columns.", class_name="muted small"
            ),
        ),
        rx.cond(_P.hidden != "", rx.el.p(_P.hidden, class_name="muted small")),
        rx.cond(
            _P.is_cut,
            rx.el.p("Not all ways were followed: at most 20 steps and 2,000 columns.", class_name="muted small"),
        ),
        rx.cond(
            _P.ends.length() > 0,
            rx.el.div(
                rx.el.div("Where ways end", class_name="section-title"),
                rx.el.ul(rx.foreach(_P.ends, _end), class_name="reasons"),
            ),
        ),
    )


def _target(target: rx.Var[TargetView]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(rx.el.span(target.table, ".", target.column, class_name="mono"), target.href),
            rx.cond(
                target.stays == "",
                rx.el.span(badge(target.sensitivity, SENSITIVITY), class_name="row"),
                rx.el.span(rx.icon("hand", size=13, aria_hidden="true"), "Stays", class_name="badge tone-grey"),
            ),
            class_name="row-between",
        ),
        rx.el.div(target.way, class_name="muted small"),
        rx.cond(
            target.stays == "",
            rx.el.div(
                "now ", target.now, ", then ", target.data_class, " at ", target.confidence, " %", class_name="small"
            ),
            rx.el.div(target.stays, class_name="small"),
        ),
    )


def _end(end: rx.Var[EndView]) -> rx.Component:
    return rx.el.li(rx.el.span(end.place, class_name="mono"), ": ", end.reason)


def column_lineage() -> rx.Component:
    """The edges between columns, each with what becomes of the values and a way to stop labels there."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Columns"),
            rx.el.form(
                rx.el.input(
                    name="column", type="search", class_name="input", placeholder="Find a column or table",
                    aria_label="Find a column or table in the lineage",
                ),
                on_submit=_L.find,
            ),
            class_name="card-head",
        ),
        rx.cond(
            _L.is_loading,
            skeleton(),
            rx.cond(
                _L.problem != "",
                callout("error", "circle-alert", _L.problem, " ", button("Try again", on_click=_L.try_again)),
                rx.cond(_L.links.length() == 0, _no_links(), _links()),
            ),
        ),
        _stopping(),
        class_name="card-flush",
        on_mount=_L.load,
    )  # fmt: skip


def _no_links() -> rx.Component:
    return rx.cond(
        _L.query != "",
        empty("search-x", "No such column in the lineage", "Clear the search to see all of them."),
        empty(
            "git-branch",
            "No column lineage yet",
            "Views and foreign keys show here after a scan, column by column, with what becomes of the values.",
        ),
    )


def _links() -> rx.Component:
    return rx.fragment(
        table(["From", "What becomes of the values", "To", "Labels", ""], _L.links, _link, label="Column lineage"),
        rx.cond(
            (_L.link_count > _L.links.length()) | _L.is_cut,
            rx.el.p(
                "The first ", _L.links.length(), " are shown; search for others.", class_name="muted small card-note"
            ),
        ),
    )


def _link(edge: rx.Var[LinkView]) -> rx.Component:
    return rx.el.tr(
        cell(_place(edge.upstream_table, edge.upstream, edge.upstream_href), main=True),
        cell(
            rx.el.span(
                badge(edge.transformation, TRANSFORMATION),
                rx.el.span(edge.kind, class_name="muted small"),
                class_name="row",
            ),
            label="Values",
        ),
        cell(_place(edge.downstream_table, edge.downstream, edge.downstream_href), label="To"),
        cell(
            rx.cond(
                edge.is_broken,
                rx.el.div(
                    rx.el.span(
                        rx.icon("octagon-x", size=13, aria_hidden="true"), "Stopped", class_name="badge tone-amber"
                    ),
                    rx.el.div(edge.stopped, class_name="muted small"),
                ),
                rx.cond(edge.transformation == "aggregation", rx.el.span("end here", class_name="muted"), "may pass"),
            ),
            label="Labels",
        ),
        cell(rx.cond(_MAY_REVIEW & (edge.transformation != "aggregation"), _action(edge))),
    )


def _place(table_name: rx.Var[str], column: rx.Var[str], href: rx.Var[str]) -> rx.Component:
    return rx.el.div(
        link(rx.el.span(column, class_name="mono"), href, style="row-link"),
        rx.el.div(table_name, class_name="muted small"),
    )


def _action(edge: rx.Var[LinkView]) -> rx.Component:
    ends = (edge.upstream_id, edge.downstream_id)
    names = edge.upstream + " → " + edge.downstream
    return rx.cond(
        edge.is_broken,
        button("Let labels pass", aria_label=rx.Var.create("Let labels pass: ") + names, on_click=_L.let_pass(*ends)),
        button("Stop labels…", aria_label=rx.Var.create("Stop labels: ") + names, on_click=_L.start_stopping(*ends)),
    )


def _stopping() -> rx.Component:
    return drawer(
        "Stop labels between two columns",
        [
            rx.el.p(_L.stopping, class_name="mono"),
            rx.el.p("No label passes here until somebody lets them pass again. Labels that came this way are withdrawn."),
            rx.el.form(
                field(
                    "Why must labels not pass here?",
                    rx.el.input(
                        id="stop_reason", name="reason", class_name="input", required=True, min_length=5, max_length=500,
                        auto_complete="off", placeholder="The view shows test accounts only",
                    ),
                    hint="Your reason is shown beside the edge and kept in the history.",
                    for_id="stop_reason",
                ),
                rx.cond(
                    _L.form_problem != "",
                    rx.el.div(callout("error", "circle-alert", _L.form_problem), role="alert"),
                ),
                rx.el.div(button("Stop labels here", kind="primary", type="submit"), class_name="row"),
                on_submit=_L.stop,
                class_name="stack-md",
                key=_L.stopping,
            ),
        ],
        is_open=_L.is_stopping,
        on_close=_L.close_stopping,
    )  # fmt: skip
