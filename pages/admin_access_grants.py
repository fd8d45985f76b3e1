"""The tab “Grants”: what people and groups were granted and denied beyond their roles."""

import reflex as rx

from pursight_app.ui.components import button, callout, cell, drawer, empty, field, find_form, loaded, pager, table
from pursight_app.ui.person_choice import person_choice
from state.admin_grants import GrantsState as State
from state.admin_grants import GrantView, Option


def grants_tab() -> rx.Component:
    """The list, with a drawer to make one."""
    return rx.fragment(
        rx.cond(State.can_undo, _undo()),
        rx.el.section(
            rx.el.div(
                find_form("Find grants", "Find by person or group", State.query, State.find),
                button("New grant", icon="plus", kind="primary", on_click=State.open_making),
                class_name="card-head",
            ),
            loaded(
                State.is_loading,
                State.grants.length(),
                rx.fragment(
                    table(["Grant", "Made", ""], State.grants, _row, label="Grants"),
                    rx.cond(
                        State.total > State.grants.length(),
                        pager(
                            State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page
                        ),
                    ),
                ),
                rx.cond(
                    State.query != "",
                    empty("search-x", "No grant to anybody of that name", "Clear the search to see all grants."),
                    empty(
                        "key-round",
                        "No grants yet",
                        "Roles say what people may do. A grant adds to that, or takes away, for one data source, one "
                        "kind of data, or until a day.",
                    ),
                ),
            ),
            class_name="card-flush",
        ),
        _making(),
    )


def _undo() -> rx.Component:
    return rx.el.div(
        callout(
            "ok",
            "circle-check",
            rx.el.div(
                rx.el.span("The grant is revoked; it counts no more.", class_name="grow"),
                button("Undo", on_click=State.undo),
                button("Dismiss", kind="quiet", on_click=State.forget),
                class_name="row",
            ),
        ),
        role="status",
    )


def _row(grant: rx.Var[GrantView]) -> rx.Component:
    return rx.el.tr(
        cell(
            rx.el.div(
                rx.el.span(grant.sentence, class_name="strong"),
                rx.cond(grant.reason != "", rx.el.span("Reason: ", grant.reason, class_name="muted small")),
                rx.el.div(
                    rx.cond(grant.is_denial, _sign("ban", "Denial", "red")),
                    rx.cond(grant.is_group, _sign("users-round", "Group", "grey")),
                    rx.cond(grant.has_run_out, _sign("calendar-x", "Has run out", "grey")),
                    class_name="row",
                ),
                class_name="stack",
                style={"gap": "4px"},
            ),
            main=True,
        ),
        cell(
            rx.el.span(
                rx.el.span(grant.made, title=grant.made_exact),
                rx.cond(grant.created_by != "", rx.el.span(" by ", grant.created_by)),
            ),
            label="Made",
        ),
        cell(
            button(
                "Revoke",
                kind="danger",
                aria_label=rx.Var.create("Revoke: ") + grant.sentence,
                on_click=State.revoke(grant.id),
            ),
            right=True,
        ),
    )


def _sign(icon: str, word: str, tone: str) -> rx.Component:
    return rx.el.span(rx.icon(icon, size=13, aria_hidden="true"), word, class_name=f"badge tone-{tone}")


def _making() -> rx.Component:
    return drawer(
        "New grant",
        [
            rx.el.form(
                _choice("Effect", State.effect, State.choose_effect, (("allow", "Allow"), ("deny", "Deny"))),
                _receiver(),
                _select("What", "grant-content", State.contents, State.content, State.choose_content),
                _select("Where", "grant-scope", State.scopes, State.scope, State.choose_scope),
                _scope_fields(),
                field(
                    "Reason",
                    rx.el.textarea(id="grant-reason", name="reason", class_name="textarea", max_length=1000),
                    hint="Needed for a denial and for unmasked values; auditors read it.",
                    for_id="grant-reason",
                ),
                field(
                    "Until",
                    rx.el.input(id="grant-until", name="until", type="date", class_name="input"),
                    hint="Counts to the end of that day. Empty: until somebody revokes it.",
                    for_id="grant-until",
                ),
                rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
                rx.el.div(
                    button(rx.cond(State.effect == "deny", "Deny this", "Grant this"), kind="primary", type="submit"),
                    class_name="row",
                ),
                on_submit=State.make,
                class_name="stack-md",
            )
        ],
        is_open=State.is_making,
        on_close=State.close_making,
    )


def _choice(
    label: str, value: rx.Var[str], handler: rx.EventHandler, options: tuple[tuple[str, str], ...]
) -> rx.Component:
    return rx.el.div(
        *(
            rx.el.button(
                words,
                class_name="chip",
                type="button",
                custom_attrs={"aria-pressed": rx.cond(value == key, "true", "false")},
                on_click=handler(key),
            )
            for key, words in options
        ),
        class_name="row",
        role="group",
        aria_label=label,
    )


def _receiver() -> rx.Component:
    kind = rx.cond(State.is_to_group, "group", "person")
    return rx.el.div(
        rx.cond(
            State.group_options.length() > 0,
            _choice("To whom", kind, State.choose_receiver, (("person", "To a person"), ("group", "To a group"))),
        ),
        rx.cond(
            State.is_to_group,
            _select("Group", "grant-group", State.group_options, None, None, name="group_id"),
            person_choice("Person", for_id="grant-person"),
        ),
        class_name="stack",
    )


def _select(
    label: str,
    key: str,
    options: rx.Var[list[Option]],
    value: rx.Var[str] | None,
    handler: rx.EventHandler | None,
    *,
    name: str = "",
) -> rx.Component:
    chosen = {"value": value, "on_change": handler} if handler is not None else {"name": name}
    return field(
        label,
        rx.el.select(
            rx.foreach(options, lambda each: rx.el.option(each.words, value=each.key)),
            id=key,
            class_name="select",
            **chosen,
        ),
        for_id=key,
    )


def _scope_fields() -> rx.Component:
    levels = ("public", "internal", "confidential", "restricted")
    source = _select("Data source", "grant-source", State.sources, None, None, name="data_source_id")
    path = field(
        "Path",
        rx.el.input(id="grant-path", name="path", class_name="input mono", max_length=500, required=True),
        hint="A schema or table as the catalogue names it, such as shop.public or shop.public.orders.",
        for_id="grant-path",
    )
    data_class = field(
        "Data class",
        rx.el.select(
            rx.foreach(State.data_classes, lambda each: rx.el.option(each, value=each)),
            id="grant-class",
            name="data_class",
            class_name="select",
        ),
        for_id="grant-class",
    )
    sensitivity = field(
        "Sensitivity",
        rx.el.select(
            *(rx.el.option(level.capitalize(), value=level) for level in levels),
            id="grant-sensitivity",
            name="sensitivity",
            default_value="restricted",
            class_name="select",
        ),
        for_id="grant-sensitivity",
    )
    return rx.match(
        State.scope,
        ("data_source", source),
        ("subtree", rx.el.div(source, path, class_name="stack-md")),
        ("data_class", data_class),
        ("sensitivity", sensitivity),
        rx.fragment(),
    )
