"""How safe is it to get in here?"""

from typing import Any

import reflex as rx

from pursight_app.ui.components import button, callout, field, link, page_head, skeleton
from pursight_app.ui.frame import page
from state.admin_security import AdminSecurityState as State


@page(
    "/admin/security",
    "Security",
    on_load=[State.load],
    nav=(29, "shield-check"),
    permission="installation.manage",
    section="administration",
)
def admin_security() -> rx.Component:
    """One form for all settings."""
    return rx.fragment(
        page_head(
            "Security",
            lead="How people and programs get into this installation. It holds for all workspaces.",
        ),
        rx.cond(
            State.failure != "",
            _failure(),
            rx.cond(State.is_loading, skeleton(8, 28), _form()),
        ),
    )


def _failure() -> rx.Component:
    return rx.el.div(
        callout("error", "circle-alert", State.failure),
        rx.el.div(button("Try again", icon="rotate-cw", on_click=State.load), class_name="row"),
        class_name="stack-md",
        role="alert",
    )


def _form() -> rx.Component:
    return rx.el.form(
        _section("Log-in", _second_factor(), _password_login(), _password_length()),
        _section("Sessions", _idle(), _absolute()),
        _section("Tokens and invitations", _tokens(), _invitations()),
        rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
        rx.el.div(
            rx.cond(State.is_changed, rx.el.span("Not saved yet", class_name="muted"), rx.fragment()),
            button("Save security settings", kind="primary", type="submit", disabled=~State.is_changed),
            class_name="row",
            style={"justifyContent": "flex-end"},
        ),
        on_submit=State.save,
        class_name="stack-md",
        style={"maxWidth": "760px"},
    )


def _section(title: str, *fields: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *fields, class_name="card stack-md", aria_label=title)


def _choice(name: str, label: str, value: rx.Var[str], choices: list[tuple[str, str]], hint: Any) -> rx.Component:
    return field(
        label,
        rx.el.select(
            *(rx.el.option(words, value=key) for key, words in choices),
            id=name,
            name=name,
            default_value=value,
            class_name="select",
            on_change=State.note_change,
        ),
        hint=hint,
        for_id=name,
    )


def _times(name: str, label: str, value: rx.Var[str], choices: rx.Var[list[Any]], hint: str) -> rx.Component:
    return field(
        label,
        rx.el.select(
            rx.foreach(choices, lambda choice: rx.el.option(choice.words, value=choice.value)),
            id=name,
            name=name,
            default_value=value,
            class_name="select",
            on_change=State.note_change,
        ),
        hint=hint,
        for_id=name,
    )


def _number(name: str, label: str, value: rx.Var[int], bounds: tuple[int, int], hint: str) -> rx.Component:
    return field(
        label,
        rx.el.input(
            id=name,
            name=name,
            type="number",
            default_value=value.to_string(),
            min=bounds[0],
            max=bounds[1],
            required=True,
            class_name="input num",
            on_change=State.note_change,
            style={"maxWidth": "140px"},
        ),
        hint=hint,
        for_id=name,
    )


def _second_factor() -> rx.Component:
    facts = rx.el.ul(
        rx.el.li(State.administrators_words, "."), rx.el.li("In all: ", State.people_words, "."), class_name="reasons"
    )
    return rx.fragment(
        _choice(
            "require_second_factor",
            "Who needs a second factor",
            State.policy.require_second_factor,
            [
                ("nobody", "Nobody has to; everybody can"),
                ("administrators", "Administrators, of workspaces too"),
                ("everybody", "Everybody"),
            ],
            "An authenticator app or a passkey beside the password. Whoever needs one and has none gets to their account "
            "page only, at once, until it is set up. Log-ins through single sign-on count as safe enough.",
        ),
        facts,
    )


def _password_login() -> rx.Component:
    return rx.fragment(
        _choice(
            "password_login",
            "Who can log in with a password",
            State.policy.password_login,
            [("everybody", "Everybody"), ("administrators", "Only administrators of the installation")],
            "With single sign-on only, administrators keep their passwords: somebody must get in on the day the sign-on "
            "provider is down.",
        ),
        rx.cond(
            State.has_provider,
            rx.fragment(),
            rx.el.p(
                "No sign-on provider is set up yet, so passwords must stay open. ",
                link("Set one up", "/admin/sso"),
                class_name="muted small",
            ),
        ),
    )


def _password_length() -> rx.Component:
    return _number(
        "password_min_length",
        "Shortest password, in characters",
        State.policy.password_min_length,
        (8, 64),
        "Counts when somebody sets a new password; passwords that people have stay good. Common passwords are refused "
        "whatever their length.",
    )


def _idle() -> rx.Component:
    return _times(
        "session_idle_s",
        "Log out whoever does nothing for",
        State.policy.session_idle_s,
        State.policy.idle_choices,
        "Counts for log-ins from now on.",
    )


def _absolute() -> rx.Component:
    return _times(
        "session_absolute_s",
        "Ask for a new log-in after",
        State.policy.session_absolute_s,
        State.policy.absolute_choices,
        "Also for people who are busy all the time. Counts for log-ins from now on.",
    )


def _tokens() -> rx.Component:
    return _number(
        "api_token_max_days",
        "Longest life of an API token, in days",
        State.policy.api_token_max_days,
        (1, 365),
        "A shorter life counts for tokens that are there, too: those that are older end at once.",
    )


def _invitations() -> rx.Component:
    return _number(
        "invitation_days",
        "An invitation is good for, in days",
        State.policy.invitation_days,
        (1, 30),
        "Counts for invitations from now on.",
    )
