"""How far is this scan, what was found, what went wrong?"""

import reflex as rx

from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    data_class,
    empty,
    link,
    link_button,
    meter,
    page_head,
    progress,
    skeleton,
    stat,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import LEDGER_STATE, SCAN_STATUS, SENSITIVITY
from state.scans import EntryView, VerdictView
from state.scans import ScanState as State
from state.session import SessionState

_MAY_SCAN = SessionState.permissions.contains("scan.run")


@page("/scans/[scan_id]", "Scan", on_load=[State.load])
def scan() -> rx.Component:
    """Progress, ledger and results of one run."""
    return rx.cond(
        State.is_loading,
        skeleton(6, 40),
        rx.cond(State.is_missing | (State.scan == None), _missing(), _content()),  # noqa: E711  a Var has no identity
    )


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such scan",
        "It may have been removed, or it belongs to a workspace that you are not in.",
        link_button("All scans", "/scans"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            rx.el.span("Scan of ", State.scan.source),
            badge(State.scan.status, SCAN_STATUS),
            rx.cond(
                SessionState.permissions.contains("room.create"),
                link_button("Discuss", rx.Var.create("/rooms?about=scan:") + State.scan.id, icon="messages-square"),
            ),
            rx.cond(
                _MAY_SCAN & State.scan.is_live,
                button("Cancel scan", icon="ban", kind="danger", on_click=State.cancel),
            ),
            rx.cond(
                _MAY_SCAN
                & (
                    (State.scan.status == "failed")
                    | (State.scan.status == "partial")
                    | (State.scan.status == "cancelled")
                ),
                button("Retry what was not read", icon="rotate-ccw", kind="primary", on_click=State.retry),
            ),
            lead=rx.el.span(
                "Started ",
                rx.el.span(State.scan.started, title=State.scan.started_exact),
                " by ",
                State.scan.who,
                rx.cond(State.scan.took != "", rx.el.span(", took ", State.scan.took), ""),
            ),
        ),
        rx.cond(State.scan.error != "", rx.el.div(callout("error", "circle-alert", State.scan.error), role="alert")),
        _progress(),
        _figures(),
        rx.el.div(_ledger(), _verdicts(), class_name="grid-2", style={"alignItems": "start"}),
    )


def _progress() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(State.scan.phase, class_name="strong", id="phase"),
            rx.el.span(
                State.scan.done, " of ", State.scan.total, " tables", class_name="muted num", id="progress-text"
            ),
            class_name="row-between",
        ),
        progress(State.scan.percent, label="Tables done"),
        class_name="card stack",
        aria_live="polite",
    )


def _figures() -> rx.Component:
    return rx.el.div(
        rx.el.div(stat("Columns read", State.scan.columns), class_name="card"),
        rx.el.div(stat("With a data class", State.scan.classified), class_name="card"),
        rx.el.div(stat("Confidential or restricted", State.scan.sensitive), class_name="card"),
        rx.el.div(stat("Findings", State.scan.findings), class_name="card"),
        class_name="grid-4",
    )


def _ledger() -> rx.Component:
    states = [
        ("", "All", State.scan.total),
        ("ok", "Read", State.scan.ok),
        ("changed", "Changed", State.scan.changed),
        ("skipped", "Skipped", State.scan.skipped),
        ("failed", "Failed", State.scan.failed),
        ("pending", "Waiting", State.scan.pending),
    ]
    chips = [
        rx.el.button(
            text,
            rx.el.span(number, class_name="num"),
            class_name="chip",
            type="button",
            custom_attrs={"aria-pressed": rx.cond(State.entry_filter == state, "true", "false")},
            on_click=State.filter_entries(state),
        )
        for state, text, number in states
    ]
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Ledger"),
            rx.el.span("Every table ends in exactly one state.", class_name="muted small"),
            class_name="card-head",
        ),
        rx.el.div(*chips, class_name="row", style={"padding": "10px 16px"}),
        rx.cond(
            State.entries.length() == 0,
            empty("list", "No table here", "Nothing is in this state, or the source is still being read."),
            table(["Table", "State", "Took"], State.entries, _entry, label="Ledger"),
        ),
        rx.cond(
            State.entry_total > State.entries.length(),
            rx.el.p(
                "The first 100 of ", State.entry_total, "; failed and skipped ones come first.", class_name="pager"
            ),
        ),
        class_name="card-flush",
        id="ledger",
    )


def _entry(entry: rx.Var[EntryView]) -> rx.Component:
    name = rx.el.span(entry.table, class_name="mono")
    return rx.el.tr(
        cell(
            rx.cond(
                entry.asset_id != "", link(name, rx.Var.create("/catalog/") + entry.asset_id, style="row-link"), name
            ),
            rx.cond(entry.reason != "", rx.el.div(entry.reason, class_name="muted small")),
            main=True,
        ),
        cell(badge(entry.state, LEDGER_STATE), label="State"),
        cell(entry.took, label="Took", right=True),
    )


def _verdicts() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Sensitive columns"),
            rx.el.span(State.verdict_total, " so far", class_name="muted small num"),
            class_name="card-head",
        ),
        rx.cond(
            State.verdicts.length() == 0,
            empty(
                "shield-check", "None so far", "Columns with confidential or restricted data appear here as they come."
            ),
            table(["Column", "Data class", "Sensitivity", "Confidence"], State.verdicts, _verdict, label="Verdicts"),
        ),
        rx.cond(
            State.verdict_total > State.verdicts.length(),
            rx.el.p(link("All in the catalogue", "/catalog"), class_name="pager"),
        ),
        class_name="card-flush",
    )


def _verdict(verdict: rx.Var[VerdictView]) -> rx.Component:
    return rx.el.tr(
        cell(
            link(rx.el.span(verdict.column, class_name="mono"), verdict.href, style="row-link"),
            rx.el.div(verdict.table, class_name="muted small"),
            main=True,
        ),
        cell(data_class(verdict.data_class), label="Data class"),
        cell(badge(verdict.sensitivity, SENSITIVITY), label="Sensitivity"),
        cell(meter(verdict.confidence, verdict.confidence.to_string() + " %"), label="Confidence"),
    )
