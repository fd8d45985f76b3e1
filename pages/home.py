"""What needs me today?"""

import reflex as rx

from pursight_app.ui.components import badge, bar, callout, empty, link, link_button, page_head, skeleton
from pursight_app.ui.frame import page
from pursight_app.ui.theme import SCAN_STATUS, SENSITIVITY, SEVERITY
from state.home import AttentionItem, FindingLine, HomeState, ScanLine, TaskLine


@page("/", "Home", on_load=[HomeState.load], nav=(1, "house"))
def home() -> rx.Component:
    """Attention first, then two honest bars, then what changed."""
    return rx.fragment(
        page_head("What needs you today", lead="Open work in this workspace, and how much of its data is known."),
        rx.cond(
            HomeState.is_loading,
            skeleton(5, 60),
            rx.cond(
                HomeState.has_workspace, rx.cond(HomeState.may_read, _content(), _nothing_shared()), _no_workspace()
            ),
        ),
    )


def _tasks() -> rx.Component:
    return rx.cond(
        HomeState.tasks.length() > 0,
        rx.el.section(
            rx.el.h2("Your tasks"),
            rx.el.ul(rx.foreach(HomeState.tasks, _task), class_name="shared", aria_label="Your tasks"),
            class_name="card stack",
        ),
    )


def _task(task: rx.Var[TaskLine]) -> rx.Component:
    return rx.el.li(
        rx.icon("square-check", size=16, aria_hidden="true"),
        rx.el.div(
            link(task.title, task.href, style="row-link"),
            rx.el.div(task.room, class_name="muted small"),
            class_name="grow",
        ),
        rx.el.span(task.due, class_name="muted small nowrap"),
        class_name="row",
    )


def _nothing_shared() -> rx.Component:
    return empty(
        "door-open",
        "You are a guest here",
        "Nothing of this workspace is shared with you yet. What somebody shares appears here by itself.",
    )


def _no_workspace() -> rx.Component:
    return empty(
        "layers",
        "You are in no workspace yet",
        "A workspace holds data sources and the people who look after them. Ask an administrator to add you to one.",
    )


def _content() -> rx.Component:
    return rx.cond(
        HomeState.column_total == 0,
        rx.el.div(
            empty(
                "database",
                "Nothing is connected yet",
                "Connect a database or a folder of files; a scan then shows which personal and regulated data lie where.",
                link_button("Add a data source", "/data-sources?add=1", icon="plus", kind="primary"),
            ),
            class_name="card",
        ),
        rx.el.div(
            _attention(),
            _tasks(),
            rx.el.div(_coverage(), _sensitivity(), class_name="grid-2"),
            rx.el.div(_findings(), _scans(), class_name="grid-2"),
            class_name="stack-md",
        ),
    )


def _attention() -> rx.Component:
    return rx.cond(
        HomeState.attention.length() == 0,
        callout("ok", "circle-check", "Nothing is waiting: no severe finding, no doubtful verdict, no failed scan."),
        rx.el.div(rx.foreach(HomeState.attention, _attention_card), class_name="grid-4"),
    )


def _attention_card(item: rx.Var[AttentionItem]) -> rx.Component:
    icons = [
        (name, rx.icon(name, size=18, aria_hidden="true")) for name in ("octagon-alert", "list-checks", "file-question")
    ]
    return rx.link(
        rx.el.span(
            rx.match(item.icon, *icons, rx.icon("circle-alert", size=18, aria_hidden="true")),
            class_name=rx.Var.create("badge tone-") + item.tone,
        ),
        rx.el.div(
            rx.el.div(item.count, class_name="stat-value"),
            rx.el.div(item.text, class_name="muted small"),
            style={"marginTop": "8px"},
        ),
        href=item.href,
        underline="none",
        class_name="card",
    )


def _coverage() -> rx.Component:
    parts = [(HomeState.coverage[0], "accent"), (HomeState.coverage[1], "grey"), (HomeState.coverage[2], "none")]
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Coverage"),
            rx.el.span(HomeState.table_count, " tables · ", HomeState.column_count, " columns", class_name="muted num"),
            class_name="row-between",
        ),
        bar(parts, label=HomeState.coverage_text),
        rx.el.p(HomeState.coverage_text, class_name="muted small"),
        class_name="card stack-md",
    )


def _sensitivity() -> rx.Component:
    tones = ["grey", "blue", "amber", "red"]
    parts = [(HomeState.levels[place], tone) for place, tone in enumerate(tones)]
    legend = [
        rx.el.span(
            badge(level, SENSITIVITY), rx.el.span(HomeState.level_counts[place], class_name="num"), class_name="row"
        )
        for place, level in enumerate(SENSITIVITY)
    ]
    return rx.el.section(
        rx.el.h2("Sensitivity"),
        bar(parts, label=HomeState.levels_text),
        rx.el.div(*legend, class_name="legend"),
        rx.el.p(HomeState.levels_text, class_name="muted small"),
        class_name="card stack-md",
    )


def _findings() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Worst open findings"), link("All findings", "/findings"), class_name="card-head"),
        rx.cond(
            HomeState.findings.length() == 0,
            empty("shield-check", "No open finding", "Rules run after every scan; what fails appears here."),
            rx.el.div(rx.foreach(HomeState.findings, _finding)),
        ),
        class_name="card-flush",
    )


def _finding(line: rx.Var[FindingLine]) -> rx.Component:
    return rx.el.div(
        rx.el.div(badge(line.severity, SEVERITY), link(line.title, line.href, style="row-link grow"), class_name="row"),
        rx.el.div(
            rx.el.span(line.where, class_name="mono muted grow"),
            rx.el.span(line.when, class_name="muted small nowrap"),
            class_name="row",
        ),
        class_name="result",
    )


def _scans() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2("Latest scans"), link("All scans", "/scans"), class_name="card-head"),
        rx.cond(
            HomeState.scans.length() == 0,
            empty("radar", "No scan yet", "Start one from a data source."),
            rx.el.div(rx.foreach(HomeState.scans, _scan)),
        ),
        class_name="card-flush",
    )


def _scan(line: rx.Var[ScanLine]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            badge(line.status, SCAN_STATUS),
            link(line.source, rx.Var.create("/scans/") + line.id, style="row-link grow"),
            rx.el.span(line.when, class_name="muted small nowrap"),
            class_name="row",
        ),
        rx.el.span(line.text, class_name="muted small num"),
        class_name="result",
    )
