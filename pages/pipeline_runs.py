"""The runs of a pipeline, and those that took place elsewhere."""

import reflex as rx

from pursight_app.ui.components import badge, button, callout, cell, empty, field, link, table
from pursight_app.ui.html import NativeForm
from pursight_app.ui.theme import RUN_STATUS
from state.pipeline import PipelineState as State
from state.pipeline_views import RunView
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("pipeline.manage")
_ONE = State.pipeline


def run_row(one: rx.Var[RunView]) -> rx.Component:
    """One run in a list."""
    return rx.el.tr(
        cell(
            link(one.when, one.href, style="row-link"),
            rx.cond(one.error != "", rx.el.div(one.error, class_name="muted small truncate")),
            main=True,
        ),
        cell(badge(one.status, RUN_STATUS), label="State"),
        cell(one.took, label="Took", right=True),
        cell(one.version, label="Version", right=True),
        cell(one.reason, label="Started"),
    )


def runs() -> rx.Component:
    """The history, and what brings in runs that took place elsewhere."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                State.runs.length() > 0,
                rx.fragment(
                    table(["When", "State", "Took", "Version", "Started"], State.runs, run_row, label="Runs"),
                    rx.el.div(
                        rx.el.span(State.runs.length(), " of ", State.run_total, " runs", class_name="muted small"),
                        rx.cond(
                            State.has_older_runs,
                            button("Show older runs", icon="chevron-down", on_click=State.show_older_runs),
                        ),
                        class_name="row card-foot",
                    ),
                ),
                empty("play", "No run yet", "Start one; what Spark does is shown live and kept afterwards."),
            ),
            class_name="card-flush",
        ),
        rx.cond(
            State.problem_of_log != "", rx.el.div(callout("error", "circle-alert", State.problem_of_log), role="alert")
        ),
        rx.cond(_MAY_MANAGE, rx.fragment(_elsewhere(), _upload())),
        class_name="stack-md",
    )


def _elsewhere() -> rx.Component:
    return rx.el.form(
        rx.el.h2("Runs that took place elsewhere"),
        rx.el.p(
            "PurSight reads event logs of Spark 2.4 and newer, plain or compressed. Each application becomes a run, once.",
            class_name="muted",
        ),
        rx.el.div(
            field(
                "Folder of event logs",
                rx.el.input(id="log-folder", name="folder", class_name="input", required=True, max_length=2_000),
                hint="On the server, or in a store: s3://bucket/logs",
                for_id="log-folder",
            ),
            field(
                "Application name",
                rx.el.input(id="log-app", name="app_name", class_name="input", max_length=500),
                hint="Only these; empty: all",
                for_id="log-app",
            ),
            class_name="grid-2",
        ),
        rx.cond(
            State.found_logs != "",
            rx.el.div(State.found_logs, rx.el.ul(rx.foreach(State.log_problems, rx.el.li)), role="status"),
        ),
        rx.el.div(button("Read folder", icon="folder-input", type="submit"), class_name="row"),
        on_submit=State.read_folder,
        class_name="card stack-md",
    )


def _upload() -> rx.Component:
    return NativeForm.create(
        rx.el.h2("One event log from this computer"),
        field(
            "Event log",
            rx.el.input(
                id="event-log",
                name="file",
                type="file",
                class_name="input",
                required=True,
                custom_attrs={"data-most-mb": "1024"},
            ),
            hint="Plain, .gz, .zst, .lz4 or .snappy, at most 1 GB.",
            for_id="event-log",
        ),
        rx.el.div(button("Upload", icon="upload", type="submit"), class_name="row"),
        action=rx.Var.create("/auth/browser-event-log?pipeline_id=") + _ONE.id,
        method="post",
        enc_type="multipart/form-data",
        class_name="card stack-md",
        id="event-log-form",
    )
