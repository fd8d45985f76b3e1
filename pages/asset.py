"""What is this asset, may I trust and use it?"""

import reflex as rx

from pages.asset_column import column_drawer
from pages.asset_propagation import column_lineage
from pages.asset_risk import combination_risk
from pursight_app.ui.components import (
    badge,
    button,
    callout,
    cell,
    data_class,
    empty,
    field,
    link,
    link_button,
    meter,
    page_head,
    pager,
    skeleton,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import ASSET_KIND, FINDING_STATUS, SENSITIVITY, SEVERITY, VERDICT_STATUS
from state.asset import AssetState as State
from state.asset_views import AssetFinding, ColumnView, HistoryView, NodeView, PersonView
from state.session import SessionState

_MAY_EDIT = SessionState.permissions.contains("catalog.edit")


@page("/catalog/[asset_id]", "Asset", on_load=[State.load])
def asset() -> rx.Component:
    """Head, tabs, and a drawer with the evidence of one column."""
    return rx.cond(
        State.is_loading,
        skeleton(8, 32),
        rx.cond(State.is_missing | (State.asset == None), _missing(), _content()),  # noqa: E711  a Var has no identity
    )


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such asset",
        "It may have been removed, or it belongs to a workspace that you are not in.",
        link_button("Go to the catalogue", "/catalog"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            rx.el.span(State.asset.name),
            badge(State.asset.kind, ASSET_KIND),
            badge(State.asset.sensitivity, SENSITIVITY, otherwise="no sensitive verdict"),
            rx.cond(
                SessionState.permissions.contains("room.create"),
                link_button("Discuss", rx.Var.create("/rooms?about=asset:") + State.asset.id, icon="messages-square"),
            ),
            lead=rx.el.span(State.asset.qualified_name, class_name="mono"),
        ),
        rx.cond(
            State.asset.missing != "",
            callout(
                "amber",
                "file-question",
                "Missing at the source since ",
                State.asset.missing,
                ". Nothing was deleted here.",
            ),
        ),
        _about(),
        _tabs(),
        rx.match(
            State.tab,
            ("lineage", rx.el.div(_lineage(), column_lineage(), class_name="stack-md")),
            ("findings", _findings()),
            ("risk", combination_risk()),
            ("history", _history()),
            _columns(),
        ),
        column_drawer(),
    )


def _about() -> rx.Component:
    facts = [
        ("Source", link(State.asset.source, rx.Var.create("/catalog?data_source=") + State.asset.data_source_id)),
        ("Rows", rx.el.span(State.asset.rows, class_name="num")),
        ("Size", rx.cond(State.asset.size != "", rx.el.span(State.asset.size, class_name="num"), "not stored")),
        ("Scanned", rx.el.span(State.asset.scanned, title=State.asset.scanned_exact)),
        ("Owner", rx.cond(State.asset.owner != "", State.asset.owner, rx.el.span("nobody yet", class_name="muted"))),
    ]
    rows = [part for name, value in facts for part in (rx.el.dt(name), rx.el.dd(value))]
    text = rx.cond(
        State.asset.description != "",
        State.asset.description,
        rx.cond(State.asset.comment != "", State.asset.comment, "No description yet."),
    )
    return rx.el.div(
        rx.el.dl(*rows, class_name="facts card", style={"margin": "0"}),
        rx.el.section(
            rx.el.p(text, style={"whiteSpace": "pre-wrap", "overflowWrap": "anywhere"}),
            rx.cond(State.asset.sampled != "", rx.el.p(State.asset.sampled, class_name="muted small")),
            rx.cond(_MAY_EDIT, _edit()),
            class_name="card stack-md",
        ),
        class_name="grid-2",
    )


def _edit() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Edit description and owner", class_name="link", style={"cursor": "pointer"}),
        rx.el.form(
            field(
                "Description",
                rx.el.textarea(
                    id="description",
                    name="description",
                    default_value=State.asset.description,
                    class_name="textarea",
                    max_length=10_000,
                    key=State.asset.description,
                ),
                for_id="description",
            ),
            field(
                "Owner",
                rx.el.select(
                    rx.el.option("nobody", value=""),
                    rx.foreach(State.people, lambda person: _person(person)),
                    id="owner",
                    name="owner",
                    default_value=State.asset.owner_id,
                    class_name="select",
                    key=State.asset.owner_id,
                ),
                for_id="owner",
            ),
            rx.el.div(button("Save", kind="primary", type="submit"), class_name="row"),
            on_submit=State.save_about,
            class_name="stack-md",
            style={"marginTop": "12px"},
        ),
    )


def _person(person: rx.Var[PersonView]) -> rx.Component:
    return rx.el.option(person.name, value=person.id)


def _tabs() -> rx.Component:
    tabs = [
        ("columns", "Columns", State.column_total),
        ("lineage", "Lineage", State.upstream.length() + State.downstream.length()),
        ("findings", "Findings", State.findings.length()),
        ("risk", "Combination risk", None),
        ("history", "History", State.history.length()),
    ]
    return rx.el.div(
        *(
            rx.el.button(
                text,
                *([] if number is None else [" ", rx.el.span(number, class_name="muted num")]),
                class_name="tab",
                type="button",
                role="tab",
                custom_attrs={"aria-selected": rx.cond(State.tab == name, "true", "false")},
                on_click=State.choose_tab(name),
            )
            for name, text, number in tabs
        ),
        class_name="tabs",
        role="tablist",
        aria_label="About this asset",
    )


def _columns() -> rx.Component:
    return rx.el.section(
        rx.el.form(
            rx.el.input(
                name="find",
                type="search",
                class_name="input",
                placeholder="Find a column by name or data class",
                aria_label="Find a column",
                default_value=State.column_query,
                key=State.column_query,
                style={"maxWidth": "320px"},
            ),
            on_submit=State.find,
            class_name="card-head",
        ),
        rx.cond(
            State.columns.length() == 0,
            empty("columns-3", "No column here", "No column matches, or this asset has not been read yet."),
            table(
                ["Column", "Data class", "Sensitivity", "Confidence", "Status", "Shapes", "Empty", "Distinct"],
                State.columns,
                _column,
                label="Columns",
            ),
        ),
        rx.cond(
            State.column_total > State.columns.length(),
            pager(State.first, State.last, State.column_total, on_previous=State.previous, on_next=State.next_page),
        ),
        class_name="card-flush",
    )


def _column(column: rx.Var[ColumnView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(
                    rx.el.span(column.name, class_name="mono row-link"),
                    rx.cond(column.is_key, rx.icon("key-round", size=13, aria_label="primary key")),
                    class_name="row",
                ),
                rx.el.div(column.data_type, class_name="muted small"),
                class_name="cell-button",
                type="button",
                aria_label=rx.Var.create("Why: ") + column.name,
                on_click=State.open_column(column.name),
            ),
            main=True,
        ),
        cell(data_class(column.data_class), label="Data class"),
        cell(badge(column.sensitivity, SENSITIVITY, otherwise="–"), label="Sensitivity"),
        cell(
            rx.cond(
                column.data_class != "", meter(column.confidence, column.confidence.to_string() + " %"), rx.fragment()
            ),
            label="Confidence",
        ),
        cell(badge(column.status, VERDICT_STATUS, otherwise="not scanned yet"), label="Status"),
        cell(
            rx.el.span(
                rx.foreach(column.strip, lambda height: rx.el.span(style={"height": height.to_string() + "%"})),
                class_name="strip",
                role="img",
                aria_label=column.strip_text,
                title=column.strip_text,
            ),
            label="Shapes",
        ),
        cell(column.nulls, label="Empty", right=True),
        cell(column.distinct, label="Distinct", right=True),
    )


def _lineage() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            _side("Upstream", State.upstream, "Nothing that it is made from is known."),
            rx.el.div(rx.icon("arrow-right", size=20, aria_hidden="true"), class_name="arrow"),
            rx.el.div(
                rx.el.span(State.asset.name, class_name="strong"),
                rx.el.span("this asset", class_name="muted small"),
                class_name="node node-here",
            ),
            rx.el.div(rx.icon("arrow-right", size=20, aria_hidden="true"), class_name="arrow"),
            _side("Downstream", State.downstream, "Nothing that depends on it is known."),
            class_name="lineage",
        ),
        rx.cond(State.is_cut, rx.el.p("More neighbours exist than are shown.", class_name="muted small")),
        class_name="card stack-md",
    )


def _side(title: str, nodes: rx.Var[list[NodeView]], nothing: str) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title),
        rx.cond(nodes.length() == 0, rx.el.p(nothing, class_name="muted"), rx.fragment()),
        rx.foreach(nodes, _node),
        class_name="lineage-side",
    )


def _node(node: rx.Var[NodeView]) -> rx.Component:
    return rx.link(
        rx.el.div(
            rx.el.span(node.name, class_name="strong"), badge(node.sensitivity, SENSITIVITY), class_name="row-between"
        ),
        rx.el.span(node.qualified_name, class_name="mono muted"),
        rx.el.span(node.how, class_name="muted small"),
        rx.foreach(node.columns, lambda pair: rx.el.span(pair, class_name="mono small")),
        href=rx.Var.create("/catalog/") + node.id + "?tab=lineage",
        underline="none",
        class_name="node",
    )


def _findings() -> rx.Component:
    return rx.el.section(
        rx.cond(
            State.findings.length() == 0,
            empty("shield-check", "No finding", "No rule has failed on this asset so far."),
            table(["Finding", "Severity", "Column", "Status"], State.findings, _finding, label="Findings"),
        ),
        class_name="card-flush",
    )


def _finding(finding: rx.Var[AssetFinding]) -> rx.Component:
    return rx.el.tr(
        cell(link(finding.title, rx.Var.create("/findings?finding=") + finding.id, style="row-link"), main=True),
        cell(badge(finding.severity, SEVERITY), label="Severity"),
        cell(rx.el.span(finding.column, class_name="mono"), label="Column"),
        cell(badge(finding.status, FINDING_STATUS), label="Status"),
    )


def _history() -> rx.Component:
    return rx.el.section(
        rx.cond(
            State.history.length() == 0,
            empty("history", "Nothing yet", "Scans and changes by people appear here."),
            table(["What", "Who", "When"], State.history, _event, label="History"),
        ),
        class_name="card-flush",
    )


def _event(entry: rx.Var[HistoryView]) -> rx.Component:
    return rx.el.tr(
        cell(rx.cond(entry.href != "", link(entry.what, entry.href), entry.what), main=True),
        cell(entry.who, label="Who"),
        cell(rx.el.span(entry.when, title=entry.exact), label="When"),
    )
