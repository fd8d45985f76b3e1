"""What does this pipeline do, how has it run, and what was changed about it?"""

import reflex as rx

from pages.pipeline_runs import runs
from pages.pipelines import definition_field
from pursight_app.ui.charts import diff, sparkline
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
    page_head,
    skeleton,
    stat,
    table,
)
from pursight_app.ui.frame import page
from pursight_app.ui.theme import DEPLOYMENT_STATUS, PLAN_STATUS, RUN_STATUS
from state.deployment_views import DeploymentView
from state.pipeline import MOST_MINUTES, MOST_TRIALS
from state.pipeline import PipelineState as State
from state.session import SessionState

_MAY_MANAGE = SessionState.permissions.contains("pipeline.manage")
_ONE = State.pipeline


@page("/pipelines/[pipeline_id]", "Pipeline", on_load=[State.load], permission="pipeline.read")
def pipeline() -> rx.Component:
    """Figures, then tabs: definition, runs, versions, plans."""
    return rx.cond(
        State.is_loading,
        skeleton(8, 32),
        rx.cond(State.is_missing | (State.pipeline == None), _missing(), _content()),  # noqa: E711  a Var has no identity
    )


def _missing() -> rx.Component:
    return empty(
        "search-x",
        "There is no such pipeline",
        "It may have been removed, or it belongs to a workspace that you are not in.",
        link_button("All pipelines", "/pipelines"),
        is_page=True,
    )


def _content() -> rx.Component:
    return rx.fragment(
        page_head(
            _ONE.name,
            badge(_ONE.status, RUN_STATUS, otherwise="never run"),
            rx.cond(
                _MAY_MANAGE,
                rx.fragment(
                    button("Edit", icon="pencil", on_click=State.open_form),
                    button("Run now", icon="play", on_click=State.start),
                    button("Optimise", icon="gauge", kind="primary", on_click=State.open_budget),
                ),
            ),
            lead=rx.el.span(
                "Version ",
                _ONE.version,
                ", last run ",
                rx.el.span(_ONE.when, title=_ONE.when_exact),
                ", next run ",
                _ONE.next_run,
            ),
        ),
        rx.el.div(
            rx.el.div(stat("Last run took", rx.cond(_ONE.took != "", _ONE.took, "not run yet")), class_name="card"),
            rx.el.div(stat("Runs in all", _ONE.runs), class_name="card"),
            rx.el.div(
                stat(
                    "Recent runs",
                    rx.cond(_ONE.bars.length() > 0, sparkline(_ONE.bars, _ONE.bars_words), "none yet"),
                    hint=rx.el.span(_ONE.bars_words),
                ),
                class_name="card",
            ),
            class_name="grid-3",
        ),
        _tabs(),
        rx.match(State.tab, ("runs", runs()), ("versions", _versions()), ("plans", _plans()), _definition()),
        _form(),
        _budget(),
    )


def _tabs() -> rx.Component:
    names = [("definition", "Definition"), ("runs", "Runs"), ("versions", "Versions"), ("plans", "Plans and changes")]
    return rx.el.div(
        *(
            rx.el.button(
                words,
                class_name="tab",
                role="tab",
                type="button",
                custom_attrs={"aria-selected": rx.cond(State.tab == key, "true", "false")},
                on_click=rx.redirect(rx.Var.create("/pipelines/") + _ONE.id + f"?tab={key}", replace=True),
            )
            for key, words in names
        ),
        class_name="tabs",
        role="tablist",
        aria_label="About this pipeline",
    )


def _definition() -> rx.Component:
    return rx.el.div(
        rx.el.section(
            rx.el.h2("Inputs"),
            rx.foreach(
                State.inputs,
                lambda each: rx.el.div(
                    rx.el.strong(each[0]), " ", _place(each), " ", rx.el.span(each[3], class_name="muted small")
                ),
            ),
            class_name="card stack",
        ),
        _steps(),
        rx.el.section(
            rx.el.h2("Outputs"),
            rx.foreach(
                State.outputs,
                lambda each: rx.el.div(
                    rx.el.strong(each[0]),
                    " → ",
                    _place(each),
                    rx.cond(each[3] != "", rx.el.span(" by ", each[3], class_name="muted small")),
                ),
            ),
            class_name="card stack",
        ),
        rx.cond(
            State.settings.length() > 0,
            rx.el.section(
                rx.el.h2("Settings of Spark"),
                rx.foreach(
                    State.settings, lambda each: rx.el.div(rx.el.span(each[0], " = ", each[1], class_name="mono small"))
                ),
                class_name="card stack",
            ),
        ),
        class_name="stack-md",
    )


def _place(each: rx.Var[list[str]]) -> rx.Component:
    """Where something is read or written, with a way to what is known of it: where it comes from and who reads it."""
    words = rx.el.span(each[1], class_name="mono small")
    return rx.cond(each[2] != "", link(words, each[2]), words)


def _steps() -> rx.Component:
    return rx.foreach(
        State.steps,
        lambda step: rx.el.section(
            rx.el.div(
                rx.el.h2(rx.Var.create("Step "), step[0]),
                rx.cond(step[2] != "", rx.el.span("kept: ", step[2], class_name="badge")),
                class_name="row-between",
            ),
            rx.el.pre(step[1], class_name="code mono", tab_index=0),
            class_name="card stack",
        ),
    )


def _versions() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.diff_words != "",
            rx.el.section(
                rx.el.h2(State.diff_words), rx.cond(State.diff.length() > 0, diff(State.diff)), class_name="card stack"
            ),
        ),
        rx.el.div(
            table(
                ["Version", "Why", "By", "When", ""],
                State.versions,
                lambda each: rx.el.tr(
                    cell(each[0], main=True),
                    cell(each[1], label="Why"),
                    cell(each[2], label="By"),
                    cell(rx.el.span(each[3], title=each[4]), label="When"),
                    cell(
                        link(
                            "What changed",
                            rx.Var.create("/pipelines/")
                            + _ONE.id
                            + "?tab=versions&before="
                            + rx.Var.create("")
                            + _before(each[0])
                            + "&after="
                            + each[0],
                        )
                    ),
                ),
                label="Versions",
            ),
            class_name="card-flush",
        ),
        class_name="stack-md",
    )


def _before(number: rx.Var[str]) -> rx.Var[str]:
    # The first version has none before it; compared with itself it says that nothing differs.
    return rx.cond(number == "1", "1", (number.to(int) - 1).to_string())


def _plans() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(rx.el.h2("Plans"), class_name="card-head"),
            rx.cond(
                State.plans.length() > 0,
                table(
                    ["When", "State", "What it found"],
                    State.plans,
                    lambda each: rx.el.tr(
                        cell(
                            link(
                                rx.el.span(each[2], title=each[3]),
                                rx.Var.create("/pipelines/plans/") + each[0],
                                style="row-link",
                            ),
                            main=True,
                        ),
                        cell(badge(each[1], PLAN_STATUS), label="State"),
                        cell(each[4], label="What it found"),
                    ),
                    label="Plans",
                ),
                empty(
                    "gauge",
                    "Not analysed yet",
                    "Optimise runs it beside its results, finds where time goes, and tries what could be better.",
                ),
            ),
            class_name="card-flush",
        ),
        rx.cond(
            State.deployments.length() > 0,
            rx.el.div(
                rx.el.div(rx.el.h2("Approved changes"), class_name="card-head"),
                table(
                    ["When", "State", "Versions", "Speed-up"], State.deployments, _deployment, label="Approved changes"
                ),
                class_name="card-flush",
            ),
        ),
        class_name="stack-md",
    )


def _deployment(one: rx.Var[DeploymentView]) -> rx.Component:
    return rx.el.tr(
        cell(link(rx.el.span(one.when, title=one.when_exact), one.href, style="row-link"), main=True),
        cell(badge(one.status, DEPLOYMENT_STATUS), label="State"),
        cell(one.versions, label="Versions"),
        cell(one.speedup, label="Speed-up", right=True),
    )


def _form() -> rx.Component:
    return drawer(
        "Edit pipeline",
        [
            rx.el.form(
                definition_field(State.definition, "edited-definition"),
                field(
                    "Why",
                    rx.el.input(id="reason", name="reason", class_name="input", max_length=300),
                    hint="Stands beside the version.",
                    for_id="reason",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Save as new version", kind="primary", type="submit"), class_name="row"),
                on_submit=State.save,
                class_name="stack-md",
            )
        ],
        is_open=State.is_editing,
        on_close=State.close_form,
    )


def _budget() -> rx.Component:
    def number(name: str, words: str, value: int, bounds: tuple[int, int], hint: str) -> rx.Component:
        control = rx.el.input(
            id=f"budget-{name}", name=name, class_name="input", type="number", required=True, default_value=value,
            min=bounds[0], max=bounds[1], step=1,
        )  # fmt: skip
        return field(words, control, hint=hint, for_id=f"budget-{name}")

    return drawer(
        "Optimise",
        [
            rx.el.p(
                "The pipeline runs as it is, PurSight finds where its time goes, and tries changes on the same Spark with the "
                "same inputs. Results go to a place of their own, are compared by checksum, and thrown away. Nothing changes "
                "until somebody approves."
            ),
            rx.el.form(
                number("trials", "Trials at most", 8, (0, MOST_TRIALS), "Each is stopped at one and a half times what the pipeline takes. 0 tries nothing: rules and experience alone."),
                number("minutes", "Minutes at most", 60, (1, MOST_MINUTES), "No trial begins after it."),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(button("Start", icon="gauge", kind="primary", type="submit"), class_name="row"),
                on_submit=State.optimize,
                class_name="stack-md",
            ),
        ],
        is_open=State.is_choosing,
        on_close=State.close_budget,
    )  # fmt: skip
