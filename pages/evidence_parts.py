"""Why a verdict was given, as parts that the column's drawer and the trial share. `e` is an `EvidenceView` of a state."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import callout
from state.asset_views import ContributionView

_BLOCKS = {
    "values": "form of the values",
    "words": "word lists",
    "detectors": "checks",
    "header": "header",
    "table": "table",
    "neighbours": "neighbours",
    "workspace": "learned here",
}


def why(e: Any) -> rx.Component:
    """What matched, what spoke for and against, the runner-up, and which versions said so."""
    return rx.el.section(
        rx.el.h2("Why this verdict"),
        rx.cond(e.matched != "", callout("", "list-checks", e.matched)),
        _sentences("Speaks for it", e.reasons_for),
        _sentences("Speaks against it", e.reasons_against),
        _contributions(e),
        rx.cond(e.runner_up != "", rx.el.p("Runner-up: ", e.runner_up, class_name="small")),
        rx.el.p("Decided by ", e.versions, class_name="muted small"),
        class_name="stack",
        id="evidence",
    )


def _sentences(title: str, reasons: rx.Var[list[str]]) -> rx.Component:
    return rx.cond(
        reasons.length() > 0,
        rx.el.div(
            rx.el.div(title, class_name="section-title"),
            rx.el.ul(rx.foreach(reasons, lambda reason: rx.el.li(reason)), class_name="reasons"),
        ),
    )


def _contributions(e: Any) -> rx.Component:
    return rx.cond(
        e.contributions.length() > 0,
        rx.el.div(
            rx.el.div("What weighed most: ", e.compared, class_name="section-title"),
            rx.el.ul(rx.foreach(e.contributions, _contribution), class_name="contributions"),
            rx.el.p(
                "In log-odds: to the right it speaks for the first class, to the left for the other.",
                class_name="muted small",
            ),
            id="contributions",
        ),
    )


def _contribution(each: rx.Var[ContributionView]) -> rx.Component:
    """A line with a bar from the middle, to the right for the class and to the left against it."""
    width = {"width": each.share.to_string() + "%"}
    return rx.el.li(
        rx.el.span(each.what, class_name="contribution-what", title=rx.match(each.block, *_BLOCKS.items(), "")),
        rx.el.span(
            rx.el.span(rx.cond(each.is_for, rx.fragment(), rx.el.span(class_name="against", style=width))),
            rx.el.span(rx.cond(each.is_for, rx.el.span(class_name="for", style=width), rx.fragment())),
            class_name="contribution-bar",
            aria_hidden="true",
        ),
        rx.el.span(each.weight, class_name="num"),
    )
