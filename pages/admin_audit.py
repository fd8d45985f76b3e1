"""Who did what here, and is the record whole?"""

import reflex as rx

from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    loaded,
    page_head,
    pager,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import AUDIT_RESULT
from state.admin_audit import AdminAuditState as State
from state.admin_audit import EventView
from state.session import SessionState

_MAY_EXPORT = SessionState.permissions.contains("audit.export")
_D = State.detail


@page(
    "/admin/audit",
    "Audit log",
    on_load=[State.load],
    nav=(28, "scroll-text"),
    permission="audit.read",
    section="administration",
)
def admin_audit() -> rx.Component:
    """Newest first; a drawer tells all that is known of one event."""
    return rx.fragment(
        page_head("Audit log", *_actions(), lead="Who did what, and what was refused. PurSight only ever adds to it."),
        rx.cond(State.check_text != "", _check_result()),
        _filters(),
        rx.cond(State.failure != "", _failure(), rx.el.div(_list(), class_name="card-flush")),
        _drawer(),
    )


def _actions() -> list[rx.Component]:
    return [
        rx.cond(SessionState.is_administrator, button("Check the log", icon="shield-check", on_click=State.check)),
        rx.cond(
            _MAY_EXPORT,
            rx.fragment(
                button("Export as CSV", icon="download", on_click=State.export("csv")),
                button("Export as JSON", icon="download", on_click=State.export("jsonl")),
            ),
        ),
    ]


def _check_result() -> rx.Component:
    good = callout(
        "ok",
        "shield-check",
        rx.el.div("The log is whole: ", State.check_text, class_name="strong"),
        rx.el.div(
            "Keep this elsewhere to prove it later: ", rx.el.span(State.anchor, class_name="mono"), class_name="small"
        ),
    )
    bad = callout(
        "error",
        "shield-alert",
        rx.el.div("The log is not whole. ", State.check_text, class_name="strong"),
        rx.el.div(
            "Somebody with access to the database has changed it. Keep a copy of the database before anything else.",
            class_name="small",
        ),
    )
    return rx.el.div(rx.cond(State.check_kind == "ok", good, bad), role="status")


def _filters() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            _box("Who", "who", State.who, "Name or e-mail"),
            _box("Anywhere in the event", "text", State.text, "Table, source, address"),
            field(
                "Action",
                rx.el.select(
                    rx.el.option("All actions", value=""),
                    rx.foreach(State.actions, lambda action: rx.el.option(action, value=action)),
                    id="audit-action",
                    name="action",
                    default_value=State.action,
                    key="action-" + State.action,
                    class_name="select",
                ),
                for_id="audit-action",
            ),
            _box("From day", "since", State.since, "", kind="date"),
            _box("To day", "until", State.until, "", kind="date"),
            style={"display": "grid", "gridTemplateColumns": "repeat(auto-fit, minmax(150px, 1fr))", "gap": "16px"},
        ),
        rx.el.div(
            *(_result_chip(result) for result in AUDIT_RESULT),
            rx.cond(SessionState.is_administrator, _everywhere_chip()),
            rx.el.span(class_name="grow"),
            rx.cond(State.is_filtered, button("Clear filters", kind="quiet", icon="x", on_click=State.clear)),
            button("Show events", icon="search", kind="primary", type="submit"),
            class_name="row",
        ),
        rx.el.input(type="hidden", name="result", value=State.result),
        on_submit=State.search,
        class_name="card stack-md",
        aria_label="Filter events",
    )


def _box(label: str, name: str, value: rx.Var[str], hint: str, *, kind: str = "text") -> rx.Component:
    return field(
        label,
        rx.el.input(
            id=f"audit-{name}",
            name=name,
            type=kind,
            default_value=value,
            # The browser keeps what was typed; another key makes the box follow the address of the page.
            key=f"{name}-" + value,
            placeholder=hint,
            max_length=200,
            auto_complete="off",
            class_name="input",
        ),
        for_id=f"audit-{name}",
    )


def _result_chip(result: str) -> rx.Component:
    return rx.el.button(
        badge(result, AUDIT_RESULT),
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(State.result == result, "true", "false")},
        on_click=State.filter_result(result),
    )


def _everywhere_chip() -> rx.Component:
    return rx.el.button(
        rx.icon("globe", size=13, aria_hidden="true"),
        "Whole installation",
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(State.everywhere, "true", "false")},
        on_click=State.toggle_everywhere,
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
        State.rows.length(),
        rx.fragment(
            table(["What happened", "Result", "From", "When"], State.rows, _row, label="Events"),
            rx.cond(
                State.total > State.rows.length(),
                pager(State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page),
            ),
        ),
        empty(
            "scroll-text",
            "No events",
            rx.cond(
                State.is_filtered,
                "Nothing happened that fits these filters.",
                "Nothing has happened in this workspace yet.",
            ),
        ),
    )


def _row(row: rx.Var[EventView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(row.sentence, class_name="row-link"),
                class_name="cell-button",
                type="button",
                on_click=State.open_event(row.id),
            ),
            main=True,
        ),
        cell(badge(row.result, AUDIT_RESULT), label="Result"),
        cell(rx.cond(row.address != "", row.address, rx.el.span("inside", class_name="muted")), label="From"),
        cell(rx.el.span(row.age, title=row.exact, class_name="nowrap"), label="When"),
    )


def _drawer() -> rx.Component:
    return drawer(
        _D.sentence,
        [
            rx.el.div(badge(_D.result, AUDIT_RESULT), class_name="row"),
            _facts("What is known", _D.facts),
            rx.cond(_D.changes.length() > 0, _changes()),
            rx.cond(_D.more.length() > 0, _facts("More about it", _D.more)),
        ],
        is_open=State.is_open,
        on_close=State.close_event,
    )


def _facts(title: str, facts: rx.Var[list[list[str]]]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title),
        rx.el.dl(
            rx.foreach(facts, lambda fact: rx.fragment(rx.el.dt(fact[0]), rx.el.dd(fact[1]))),
            class_name="facts",
            style={"margin": "0"},
        ),
        class_name="stack",
    )


def _changes() -> rx.Component:
    return rx.el.section(
        rx.el.h2("What changed"),
        table(["What", "Before", "After"], _D.changes, _change, label="What changed"),
        class_name="stack",
    )


def _change(change: rx.Var[list[str]]) -> rx.Component:
    return rx.el.tr(cell(change[0], main=True), cell(change[1], label="Before"), cell(change[2], label="After"))
