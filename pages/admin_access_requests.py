"""The tab “Requests”: what people asked for, and the decision."""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, drawer, empty, field, loaded, pager, table
from state.admin_requests import RequestsState as State
from state.admin_requests import RequestView


def requests_tab() -> rx.Component:
    """The list, with a drawer to decide one."""
    return rx.fragment(
        rx.el.div(
            *(
                rx.el.button(
                    words,
                    class_name="chip",
                    type="button",
                    custom_attrs={"aria-pressed": rx.cond(State.status == status, "true", "false")},
                    on_click=State.filter_status(status),
                )
                for status, words in (("pending", "Waiting"), ("", "All"))
            ),
            class_name="row",
            role="group",
            aria_label="Which requests",
        ),
        rx.el.section(
            loaded(
                State.is_loading,
                State.requests.length(),
                rx.fragment(
                    table(["Who", "Would like to", "Asked", ""], State.requests, _row, label="Requests for access"),
                    rx.cond(
                        State.total > State.requests.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                empty(
                    "inbox",
                    "Nothing waits for you",
                    "Whoever opens a page that they may not see can ask for it there; it arrives here.",
                ),
            ),
            class_name="card-flush",
        ),
        _drawer(),
    )


def _row(request: rx.Var[RequestView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.span(request.who, class_name="strong"),
            rx.el.div(request.email, class_name="muted small"),
            main=True,
        ),
        cell(
            rx.el.div(
                rx.el.span(request.wants, ", ", request.where),
                rx.el.span("“", request.reason, "”", class_name="muted small"),
                class_name="stack path-like",
                style={"gap": "2px"},
            ),
            label="Would like to",
        ),
        cell(rx.el.span(request.asked, title=request.asked_exact, class_name="nowrap"), label="Asked"),
        cell(
            rx.cond(
                request.status == "pending",
                rx.cond(
                    request.is_own,
                    rx.el.span("your own; somebody else decides", class_name="muted small"),
                    button(
                        "Decide",
                        aria_label=rx.Var.create("Decide the request of ") + request.who,
                        on_click=State.open_request(request.id),
                    ),
                ),
                rx.el.span(request.decided, class_name="muted small"),
            ),
            right=True,
        ),
    )


def _drawer() -> rx.Component:
    request = State.request
    return drawer(
        rx.fragment("Request of ", request.who),
        [
            rx.el.dl(
                rx.el.dt("Would like to"),
                rx.el.dd(request.wants, ", ", request.where),
                rx.el.dt("Reason"),
                rx.el.dd(request.reason),
                rx.el.dt("Asked"),
                rx.el.dd(request.asked),
                class_name="facts",
                style={"margin": "0"},
            ),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.el.form(
                rx.el.h2("Approve"),
                field(
                    "Until",
                    rx.el.input(id="request-until", name="until", type="date", class_name="input"),
                    hint="Counts to the end of that day. Empty: until somebody revokes it.",
                    for_id="request-until",
                ),
                rx.el.div(button("Approve request", kind="primary", type="submit"), class_name="row"),
                on_submit=State.approve,
                class_name="stack",
            ),
            rx.el.form(
                rx.el.h2("Refuse"),
                field(
                    "Why not?",
                    rx.el.textarea(
                        id="request-note", name="note", class_name="textarea", required=True, max_length=1000
                    ),
                    hint="The person who asked reads it.",
                    for_id="request-note",
                ),
                rx.el.div(button("Refuse request", kind="danger", type="submit"), class_name="row"),
                on_submit=State.refuse,
                class_name="stack",
            ),
        ],
        is_open=State.is_open,
        on_close=State.close_request,
    )
