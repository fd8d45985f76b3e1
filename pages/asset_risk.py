"""The tab of an asset that says which few columns together single people out."""

import reflex as rx

from pursight_app.ui.components import button, callout, empty, meter, skeleton
from state.asset_risk import AssetRiskState as State
from state.asset_risk import NamedView, SetView, VariantView


def combination_risk() -> rx.Component:
    """One sentence first, then the sets with what would help, then what was not looked at and why."""
    return rx.el.section(
        rx.cond(
            State.is_loading,
            rx.el.div(skeleton(4), class_name="card-flush"),
            rx.cond(
                State.problem != "",
                callout("error", "circle-alert", State.problem, " ", button("Try again", on_click=State.load)),
                _content(),
            ),
        ),
        on_mount=State.load,
        id="risk",
        class_name="stack-md",
        aria_label="Combination risk",
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.is_outdated,
            callout(
                "amber", "clock", "Verdicts have changed since, and no sample is kept. The next scan measures anew."
            ),
        ),
        rx.cond(
            State.headline != "",
            rx.cond(
                State.is_high,
                callout("amber", "fingerprint", rx.el.strong(State.headline)),
                callout("ok", "fingerprint", rx.el.strong(State.headline)),
            ),
        ),
        rx.cond(
            State.why_not != "",
            rx.el.div(empty("user-check", "Nobody to single out here", State.why_not), class_name="card-flush"),
        ),
        rx.cond(
            State.sets.length() > 0,
            rx.el.section(
                rx.el.div(rx.el.h2("Columns that single people out"), class_name="card-head"),
                rx.foreach(State.sets, _set),
                class_name="card-flush",
            ),
        ),
        rx.el.div(
            _named("These name people or records by themselves", State.direct),
            _named("Left out, and why", State.left_out),
            class_name="grid-2 top",
        ),
        rx.cond(State.about != "", rx.el.p(State.about, class_name="muted small")),
    )


def _set(each: rx.Var[SetView]) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.span(each.columns, class_name="mono strong"), meter(each.share, each.figure), class_name="row-between"
        ),
        rx.el.p(each.whole, " · ", each.smallest, " · ", each.small, class_name="muted small"),
        rx.cond(
            each.variants.length() > 0,
            rx.el.div(
                rx.el.div("What would help", class_name="section-title"),
                rx.el.ul(rx.foreach(each.variants, _variant), class_name="choices-plain"),
            ),
        ),
        class_name="result",
    )


def _variant(variant: rx.Var[VariantView]) -> rx.Component:
    return rx.el.li(
        rx.el.span(variant.words, class_name="small"), meter(variant.share, variant.figure), class_name="row-between"
    )


def _named(title: str, rows: rx.Var[list[NamedView]]) -> rx.Component:
    return rx.cond(
        rows.length() > 0,
        rx.el.section(
            rx.el.h2(title),
            rx.el.dl(
                rx.foreach(
                    rows,
                    lambda row: rx.fragment(rx.el.dt(rx.el.span(row.column, class_name="mono")), rx.el.dd(row.words)),
                ),
                class_name="facts",
                style={"margin": "0"},
            ),
            class_name="card stack",
        ),
    )
