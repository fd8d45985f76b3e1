"""What is not allowed, and what do I do?"""

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
    link_button,
    loaded,
    page_head,
    pager,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import FINDING_STATUS, SEVERITY
from state.findings import FindingsState as State
from state.findings import FindingView
from state.session import SessionState

_MAY_WAIVE = SessionState.permissions.contains("finding.waive")
_D = State.detail


@page("/findings", "Findings", on_load=[State.load], nav=(6, "shield-alert"), permission="finding.read")
def findings() -> rx.Component:
    """Worst first; a drawer shows evidence beside the decision."""
    return rx.fragment(
        page_head("Findings", lead="Rules that fail on data in this workspace, worst first."),
        rx.el.div(rx.foreach(State.counts, _level), rx.el.span(class_name="grow"), *_statuses(), class_name="row"),
        rx.el.div(
            loaded(
                State.is_loading,
                State.findings.length(),
                rx.fragment(
                    table(
                        ["Finding", "Severity", "Where", "Rule", "Status", "Age"],
                        State.findings,
                        _row,
                        label="Findings",
                    ),
                    rx.cond(
                        State.total > State.findings.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                empty(
                    "shield-check",
                    "Nothing here",
                    "No rule fails with these filters. Rules run after every scan and every review.",
                ),
            ),
            class_name="card-flush",
        ),
        _drawer(),
    )


def _level(level: rx.Var[list[str]]) -> rx.Component:
    return rx.el.button(
        badge(level[0], SEVERITY),
        rx.el.span(level[2], class_name="num strong"),
        class_name="chip",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(State.severity == level[0], "true", "false")},
        on_click=State.filter_severity(level[0]),
    )


def _statuses() -> list[rx.Component]:
    names = (("", "Open"), ("waived", "Waived"), ("resolved", "Resolved"))
    return [
        rx.el.button(
            text,
            class_name="chip",
            type="button",
            custom_attrs={"aria-pressed": rx.cond(State.status == status, "true", "false")},
            on_click=State.filter_status(status),
        )
        for status, text in names
    ]


def _row(finding: rx.Var[FindingView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.button(
                rx.el.span(finding.title, class_name="row-link"),
                class_name="cell-button",
                type="button",
                on_click=State.open_finding(finding.id),
            ),
            main=True,
        ),
        cell(badge(finding.severity, SEVERITY), label="Severity"),
        cell(
            rx.el.span(
                finding.table,
                rx.cond(finding.column != "", rx.el.span(" · ", rx.el.span(finding.column, class_name="strong"))),
                class_name="mono",
            ),
            label="Where",
        ),
        cell(rx.el.span(finding.rule, class_name="nowrap"), label="Rule"),
        cell(badge(finding.status, FINDING_STATUS), label="Status"),
        cell(rx.el.span(finding.age, title=finding.age_exact, class_name="nowrap"), label="Age"),
    )


def _drawer() -> rx.Component:
    return drawer(
        _D.title,
        [_what(), _evidence(), _remedy(), _decision(), _discuss()],
        is_open=State.is_open,
        on_close=State.close_finding,
    )


def _what() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            badge(_D.severity, SEVERITY),
            badge(_D.status, FINDING_STATUS),
            rx.el.span(_D.framework, " · ", _D.rule, class_name="badge"),
            class_name="row",
        ),
        rx.el.p(_D.description),
        rx.cond(_D.waiver != "", callout("amber", "calendar-clock", _D.waiver)),
        class_name="stack-md",
    )


def _evidence() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Evidence"),
        rx.el.dl(
            rx.el.dt("Where"),
            rx.el.dd(
                link(
                    rx.el.span(_D.table, rx.cond(_D.column != "", rx.el.span(" · ", _D.column)), class_name="mono"),
                    _D.href,
                )
            ),
            rx.foreach(_D.facts, lambda fact: rx.fragment(rx.el.dt(fact[0]), rx.el.dd(fact[1]))),
            class_name="facts",
            style={"margin": "0"},
        ),
        rx.el.details(
            rx.el.summary("The rule's condition", class_name="link", style={"cursor": "pointer"}),
            rx.el.pre(_D.condition, class_name="mono", style={"whiteSpace": "pre-wrap", "margin": "8px 0 0"}),
        ),
        class_name="stack",
    )


def _remedy() -> rx.Component:
    return rx.el.section(rx.el.h2("What to do"), rx.el.p(_D.remediation), class_name="stack")


def _decision() -> rx.Component:
    is_open = (_D.status == "open") | (_D.status == "acknowledged")
    return rx.cond(
        _MAY_WAIVE,
        rx.el.section(
            rx.el.h2("Your decision"),
            rx.el.div(
                rx.cond(
                    _D.status == "open", button("Acknowledge", icon="eye", on_click=State.set_status("acknowledged"))
                ),
                rx.cond(
                    (_D.status == "acknowledged") | (_D.status == "waived"),
                    button("Open again", icon="rotate-ccw", on_click=State.set_status("open")),
                ),
                class_name="row",
            ),
            rx.cond(is_open, _waiver()),
            class_name="stack",
        ),
    )


def _discuss() -> rx.Component:
    return rx.cond(
        SessionState.permissions.contains("room.create"),
        rx.el.div(
            link_button("Discuss", rx.Var.create("/rooms?about=finding:") + _D.id, icon="messages-square"),
            class_name="row",
        ),
    )


def _waiver() -> rx.Component:
    return rx.el.details(
        rx.el.summary("Waive: accept the risk for a time", class_name="link", style={"cursor": "pointer"}),
        rx.el.form(
            field(
                "Why is the risk acceptable?",
                rx.el.textarea(id="reason", name="reason", class_name="textarea", required=True, max_length=2000),
                hint="At least 10 characters; auditors read it.",
                for_id="reason",
            ),
            field(
                "Until",
                rx.el.input(id="until", name="until", type="date", class_name="input", required=True),
                hint="At most one year. The finding opens again after that day.",
                for_id="until",
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.div(button("Waive finding", kind="primary", type="submit"), class_name="row"),
            on_submit=State.waive,
            class_name="stack-md",
            style={"marginTop": "12px"},
        ),
    )
