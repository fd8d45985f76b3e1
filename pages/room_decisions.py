"""Beside the talk of a room: what is proposed and decided, and who does what."""

import reflex as rx

from pursight_app.ui.components import badge, button, callout, drawer, field
from pursight_app.ui.person_choice import person_choice
from pursight_app.ui.theme import DECISION_STATUS
from state.room import RoomState
from state.room_decisions import MOST_APPROVALS, DecisionView, TaskView
from state.room_decisions import RoomDecisionsState as State


def decisions() -> rx.Component:
    """Open proposals with their buttons, then what was decided."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Decisions"),
            rx.cond(RoomState.is_ended, rx.fragment(), button("Propose", icon="vote", on_click=State.open_proposal)),
            class_name="row-between",
        ),
        rx.cond(
            State.decisions.length() > 0,
            rx.el.ul(rx.foreach(State.decisions, _decision), class_name="shared", aria_label="Decisions"),
            rx.el.p("Nothing proposed yet.", class_name="muted small"),
        ),
        class_name="card stack",
    )


def _decision(each: rx.Var[DecisionView]) -> rx.Component:
    may_vote = each.is_open & ~RoomState.is_ended
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(each.title, class_name="strong"), badge(each.status, DECISION_STATUS), class_name="row"
            ),
            rx.cond(each.does != "", _effects(each)),
            rx.el.div(each.words, class_name="muted small"),
            rx.cond(
                may_vote,
                rx.cond(
                    each.is_own,
                    rx.el.div(button("Take back", on_click=State.withdraw(each.id)), class_name="row"),
                    rx.el.div(
                        rx.cond(
                            each.has_voted,
                            rx.el.span("You approved", class_name="muted small"),
                            button("Approve", icon="check", kind="primary", on_click=State.vote(each.id, "approve")),
                        ),
                        button("Reject", icon="x", on_click=State.vote(each.id, "reject")),
                        class_name="row",
                    ),
                ),
            ),
            class_name="grow stack",
        )
    )


def _effects(each: rx.Var[DecisionView]) -> rx.Component:
    """What an approval does, thing by thing."""
    return rx.el.div(
        rx.el.div(each.does, rx.cond(each.effects.length() > 0, ":", ""), class_name="small"),
        rx.el.ul(
            rx.foreach(each.effects, lambda said: rx.el.li(said)),
            rx.cond(each.more != "", rx.el.li(each.more)),
            class_name="small effects",
        ),
    )


def tasks() -> rx.Component:
    """Who does what until when."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Tasks"),
            rx.cond(RoomState.is_ended, rx.fragment(), button("Add", icon="plus", on_click=State.open_task)),
            class_name="row-between",
        ),
        rx.cond(
            State.tasks.length() > 0,
            rx.el.ul(rx.foreach(State.tasks, _task), class_name="shared", aria_label="Tasks"),
            rx.el.p("No tasks yet.", class_name="muted small"),
        ),
        class_name="card stack",
    )


def _task(task: rx.Var[TaskView]) -> rx.Component:
    return rx.el.li(
        rx.el.input(
            type="checkbox",
            class_name="tick",
            checked=task.is_done,
            on_change=lambda _: State.set_done(task.id, rx.cond(task.is_done, "open", "done")),
            aria_label=rx.Var.create("Done: ") + task.title,
        ),
        rx.el.div(
            rx.el.span(task.title, class_name=rx.cond(task.is_done, "muted done", "")),
            rx.el.div(task.words, class_name="muted small"),
            class_name="grow",
        ),
        class_name="row",
    )


def proposal_drawer() -> rx.Component:
    """What is to be decided, and what then happens by itself."""
    return drawer(
        "Propose a decision",
        [
            rx.el.form(
                field(
                    "What is to be decided?",
                    rx.el.input(id="proposal-title", name="title", class_name="input", required=True, max_length=300),
                    for_id="proposal-title",
                ),
                field(
                    "When it is approved",
                    _actions(),
                    hint="One cannot approve one's own proposal.",
                    for_id="proposal-action",
                ),
                rx.match(
                    State.action,
                    ("assign_owner", person_choice("Who should own it?", for_id="new-owner")),
                    ("waive", _waiver()),
                    rx.fragment(),
                ),
                field(
                    "Approvals it takes",
                    rx.el.input(
                        id="proposal-needs",
                        name="needs",
                        type="number",
                        class_name="input",
                        default_value="1",
                        min="1",
                        max=str(MOST_APPROVALS),
                        required=True,
                    ),
                    hint="It is done once so many people have approved, with the rights of the last of them. One who rejects ends it.",
                    for_id="proposal-needs",
                ),
                _problem(),
                rx.el.div(button("Propose", kind="primary", type="submit"), class_name="row"),
                on_submit=State.propose,
                class_name="stack-md",
            )
        ],
        is_open=State.is_proposing,
        on_close=State.close_proposal,
    )


def _actions() -> rx.Component:
    return rx.el.select(
        rx.el.option("It is written down", value="none"),
        rx.cond(
            State.subject_kind == "asset",
            rx.el.option("Somebody becomes the owner of the table", value="assign_owner"),
        ),
        rx.cond(
            (State.subject_kind == "asset") & (State.suggested > 0),
            rx.el.option(
                "The ",
                State.suggested.to_string(),
                " suggested data classes of the table are confirmed",
                value="review",
            ),
        ),
        rx.cond(
            State.subject_kind == "finding",
            rx.el.option("The finding is waived until a day", value="waive"),
        ),
        id="proposal-action",
        value=State.action,
        on_change=State.choose_action,
        class_name="select",
    )


def _waiver() -> rx.Component:
    return rx.el.div(
        field(
            "Why is the risk acceptable?",
            rx.el.textarea(id="waive-reason", name="reason", class_name="textarea", required=True, max_length=2000),
            hint="At least 10 characters; auditors read it.",
            for_id="waive-reason",
        ),
        field(
            "Until",
            rx.el.input(id="waive-until", name="until", type="date", class_name="input", required=True),
            for_id="waive-until",
        ),
        class_name="stack-md",
    )


def _problem() -> rx.Component:
    return rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert"))


def task_drawer() -> rx.Component:
    """What, who, until when."""
    return drawer(
        "Add a task",
        [
            rx.el.form(
                field(
                    "What is to be done?",
                    rx.el.input(id="task-title", name="title", class_name="input", required=True, max_length=300),
                    for_id="task-title",
                ),
                field(
                    "Who does it?",
                    rx.el.select(
                        rx.foreach(
                            RoomState.people,
                            lambda person: rx.cond(
                                person.is_invited, rx.fragment(), rx.el.option(person.name, value=person.id)
                            ),
                        ),
                        id="task-owner",
                        name="owner",
                        class_name="select",
                    ),
                    for_id="task-owner",
                ),
                field(
                    "Due on",
                    rx.el.input(id="task-due", name="due_on", type="date", class_name="input"),
                    hint="Leave it empty if it does not matter.",
                    for_id="task-due",
                ),
                _problem(),
                rx.el.div(button("Add task", kind="primary", type="submit"), class_name="row"),
                on_submit=State.add_task,
                class_name="stack-md",
            )
        ],
        is_open=State.is_adding,
        on_close=State.close_task,
    )
