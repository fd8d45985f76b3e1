"""What is connected and healthy?"""

import reflex as rx

from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    drawer,
    empty,
    field,
    link,
    loaded,
    page_head,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SCAN_STATUS
from state.data_sources import DataSourcesState as State
from state.data_sources import FieldView, KindView, SourceView
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("data_source.manage")
_MAY_SCAN = SessionState.permissions.contains("scan.run")


@page("/data-sources", "Data sources", on_load=[State.load], nav=(2, "database"), permission="data_source.read")
def data_sources() -> rx.Component:
    """The list; a drawer adds a source."""
    return rx.fragment(
        page_head(
            "Data sources",
            rx.cond(_MAY_MANAGE, button("Add data source", icon="plus", kind="primary", on_click=State.open_form)),
            lead="Systems that PurSight reads. It never writes to them.",
        ),
        rx.el.div(
            loaded(
                State.is_loading,
                State.sources.length(),
                table(
                    ["Name", "Kind", "Tables", "Sensitive columns", "Last scan", "State", ""],
                    State.sources,
                    _row,
                    label="Data sources",
                ),
                empty(
                    "database",
                    "Nothing is connected yet",
                    "Add a PostgreSQL, MySQL or MariaDB database, an SQLite or DuckDB file, or a folder of CSV, Parquet "
                    "or JSON lines files.",
                    rx.cond(_MAY_MANAGE, button("Add data source", icon="plus", on_click=State.open_form)),
                ),
            ),
            class_name="card-flush",
        ),
        _form_drawer(),
        _delete_dialog(),
    )


def _row(source: rx.Var[SourceView]) -> rx.Component:
    run = rx.Var.create("/scans/") + source.last_run_id
    return rx.el.tr(
        cell(
            rx.el.div(
                link(source.name, rx.Var.create("/catalog?data_source=") + source.id, style="row-link"),
                rx.el.div(source.place, class_name="mono muted"),
            ),
            main=True,
        ),
        cell(source.kind_label, label="Kind"),
        cell(source.tables, label="Tables", right=True),
        cell(source.sensitive, label="Sensitive columns", right=True),
        cell(rx.el.span(source.last_scan, title=source.last_scan_exact), label="Last scan"),
        cell(
            rx.cond(
                source.last_run_id != "",
                link(badge(source.status, SCAN_STATUS), run),
                rx.el.span("not scanned yet", class_name="muted"),
            ),
            label="State",
        ),
        cell(_actions(source)),
    )


def _actions(source: rx.Var[SourceView]) -> rx.Component:
    return rx.el.div(
        rx.cond(
            _MAY_SCAN,
            button("Scan", icon="radar", on_click=State.scan(source.id), disabled=source.is_busy),
        ),
        rx.cond(_MAY_MANAGE, button("Test", on_click=State.test(source.id))),
        rx.cond(
            _MAY_MANAGE,
            rx.el.button(
                rx.icon("trash-2", size=16, aria_hidden="true"),
                class_name="button button-quiet icon-button",
                type="button",
                aria_label=rx.Var.create("Remove ") + source.name,
                on_click=State.ask_delete(source.id, source.name),
            ),
        ),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _form_drawer() -> rx.Component:
    return drawer(
        "Add a data source",
        [rx.cond(State.kind == "", _kinds(), _form())],
        is_open=State.is_adding,
        on_close=State.close_form,
    )


def _kinds() -> rx.Component:
    return rx.fragment(
        rx.el.p("What kind of system is it?", class_name="muted"),
        rx.el.div(rx.foreach(State.kinds, _kind), class_name="stack"),
    )


def _kind(kind: rx.Var[KindView]) -> rx.Component:
    return rx.el.button(
        rx.el.span(kind.label, class_name="strong"),
        rx.el.span(kind.description, class_name="muted small"),
        class_name="kind",
        type="button",
        on_click=State.choose_kind(kind.key),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.div(
                rx.el.span(State.kind_label, class_name="badge tone-accent"),
                button("Choose another kind", kind="quiet", on_click=State.open_form),
                class_name="row-between",
            ),
            field(
                "Name",
                rx.el.input(id="name", name="name", class_name="input", max_length=200, placeholder="Shop database"),
                hint="How people here will know it.",
                for_id="name",
            ),
            rx.foreach(State.fields, _field),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.cond(
                State.test_text != "",
                rx.el.div(
                    rx.cond(
                        State.test_ok,
                        callout("ok", "circle-check", State.test_text),
                        callout("error", "circle-alert", State.test_text),
                    ),
                    role="status",
                    id="test-result",
                ),
            ),
            _form_buttons(),
            class_name="stack-md",
        ),
        on_submit=State.submit,
    )


def _form_buttons() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.cond(State.is_testing, "Testing…", "Test connection"),
            type="submit",
            class_name="button",
            on_click=State.want_test,
            disabled=State.is_testing | State.is_saving,
        ),
        rx.el.button(
            rx.cond(State.is_saving, "Saving…", "Save and scan"),
            type="submit",
            class_name="button button-primary",
            disabled=State.is_testing | State.is_saving,
        ),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _field(each: rx.Var[FieldView]) -> rx.Component:
    common = {"id": each.name, "name": each.name, "required": each.is_required}
    text = {**common, "class_name": "input", "placeholder": each.placeholder, "auto_complete": "off"}
    control = rx.match(
        each.kind,
        (
            "choice",
            rx.el.select(
                rx.foreach(each.choices, lambda choice: rx.el.option(choice, value=choice)),
                default_value=each.value,
                class_name="select",
                **common,
            ),
        ),
        ("password", rx.el.input(type="password", **{**text, "auto_complete": "new-password"})),
        ("number", rx.el.input(type="number", default_value=each.value, **text)),
        rx.el.input(type="text", default_value=each.value, **text),
    )
    return rx.el.div(
        rx.el.label(each.label, html_for=each.name),
        control,
        rx.el.span(each.hint, class_name="hint"),
        class_name="field",
        key=each.name,
    )


def _delete_dialog() -> rx.Component:
    return drawer(
        "Remove this data source?",
        [
            callout(
                "error",
                "triangle-alert",
                State.deleting_name,
                " goes with all its assets, verdicts, findings and scans. The source itself is not touched. "
                "This cannot be undone.",
            ),
            rx.el.form(
                field(
                    "Type its name to confirm",
                    rx.el.input(id="confirm", name="name", class_name="input", auto_complete="off"),
                    for_id="confirm",
                ),
                rx.el.div(
                    button("Remove data source", kind="danger", type="submit"),
                    class_name="row",
                    style={"justifyContent": "flex-end", "marginTop": "16px"},
                ),
                on_submit=State.delete,
            ),
        ],
        is_open=State.deleting_id != "",
        on_close=State.cancel_delete,
    )
