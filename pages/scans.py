"""What was scanned when, and how did it end?"""

import reflex as rx

from pursight_app.ui.components import badge, cell, empty, link, link_button, loaded, page_head, pager, table
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SCAN_STATUS
from state.scans import ScansState as State
from state.scans import ScanView


@page("/scans", "Scans", on_load=[State.load], nav=(3, "radar"), permission="scan.read")
def scans() -> rx.Component:
    """All runs, newest first."""
    return rx.fragment(
        page_head("Scans", lead="Every run, and where each of its tables ended."),
        rx.el.div(
            loaded(
                State.is_loading,
                State.scans.length(),
                rx.fragment(
                    table(
                        ["Source", "State", "Tables", "Failed", "Sensitive columns", "Findings", "Started", "Took"],
                        State.scans,
                        _row,
                        label="Scans",
                    ),
                    rx.cond(
                        State.total > State.scans.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                empty(
                    "radar",
                    "No scan yet",
                    "A scan reads a source table by table and says what data lie where.",
                    link_button("Go to data sources", "/data-sources"),
                ),
            ),
            class_name="card-flush",
        ),
    )


def _row(scan: rx.Var[ScanView]) -> rx.Component:
    return rx.el.tr(
        cell(link(scan.source, rx.Var.create("/scans/") + scan.id, style="row-link"), main=True),
        cell(badge(scan.status, SCAN_STATUS), label="State"),
        cell(scan.done, " / ", scan.total, label="Tables", right=True),
        cell(scan.failed, label="Failed", right=True),
        cell(scan.sensitive, label="Sensitive columns", right=True),
        cell(scan.findings, label="Findings", right=True),
        cell(rx.el.span(scan.started, title=scan.started_exact), label="Started"),
        cell(scan.took, label="Took", right=True),
    )
