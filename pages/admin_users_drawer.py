"""The drawers of the page People: one person with what can be done, an invitation, joining two accounts."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.ui.account_card import invitation_drawer, shown_link
from pursight_app.ui.components import badge, button, callout, drawer, field
from pursight_app.ui.theme import ACCOUNT_STATE, ROLE_WORDS
from state.admin_invite import AdminInviteState as Invite
from state.admin_merge import AdminMergeState as Merge
from state.admin_users import AdminUsersState as State
from state.admin_users import InvitationView, LoginView, MembershipView


@dataclass(frozen=True, slots=True)
class Act:
    """What a button says, what follows from it, and what the second button says."""

    label: str
    icon: str
    consequence: str
    confirm: str
    is_danger: bool = True
    is_typed: bool = False


_ACTS = {
    "end_sessions": Act(
        "End all sessions",
        "log-out",
        "Every browser tab and program of this person is logged out within a second. They can log in again.",
        "End all sessions",
    ),
    "second_factor": Act(
        "Reset second factor",
        "smartphone",
        "Authenticator app, passkeys and recovery codes are removed and all sessions end. The password alone lets this "
        "person in until they set up a new one. Make sure that you talk to the right person. This cannot be undone.",
        "Reset second factor",
        is_typed=True,
    ),
    "make_administrator": Act(
        "Make administrator",
        "shield",
        "This person may then do everything in every workspace, and manage all accounts, yours included.",
        "Make administrator",
        is_danger=False,
    ),
    "unmake_administrator": Act(
        "Take administrator rights away",
        "shield-off",
        "This person keeps their roles in workspaces and loses everything else, at once.",
        "Take rights away",
    ),
    "suspend": Act(
        "Suspend",
        "user-x",
        "This person is logged out at once and cannot log in; their API tokens stop working. Roles, ownership and history "
        "stay, and you can reactivate the account at any time.",
        "Suspend account",
    ),
    "reactivate": Act(
        "Reactivate",
        "user-check",
        "This person can log in again, with the roles they had.",
        "Reactivate account",
        is_danger=False,
    ),
}


def person_drawer() -> rx.Component:
    """Looks at one person; each act says what follows before it is done."""
    return drawer(
        State.person.name,
        [
            _facts(),
            rx.cond(State.link_words != "", shown_link(State.link, State.link_words)),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            rx.cond(State.asking != "", _question(), _actions()),
            rx.cond(State.invitations.length() > 0, _invitations()),
            _logins(),
            _memberships(),
        ],
        is_open=(State.person.id != "") & ~Merge.is_open,
        on_close=State.close_person,
    )


def _facts() -> rx.Component:
    return rx.fragment(
        rx.el.dl(
            rx.el.dt("E-mail"),
            rx.el.dd(State.person.email),
            rx.el.dt("State"),
            rx.el.dd(badge(State.person.state, ACCOUNT_STATE)),
            rx.el.dt("Administrator"),
            rx.el.dd(rx.cond(State.person.is_administrator, "Yes, of this installation", "No")),
            rx.el.dt("Second factor"),
            rx.el.dd(rx.cond(State.person.has_second_factor, "Yes", "No")),
            rx.el.dt("Last log-in"),
            rx.el.dd(rx.el.span(State.person.last_login, title=State.person.last_login_exact)),
            class_name="facts",
        ),
        rx.el.form(
            field(
                "Name",
                rx.el.div(
                    rx.el.input(
                        id="person-name",
                        name="name",
                        default_value=State.person.name,
                        key=State.person.name,
                        class_name="input grow",
                        required=True,
                        max_length=200,
                        auto_complete="off",
                    ),
                    button("Rename", type="submit"),
                    class_name="row",
                ),
                for_id="person-name",
            ),
            on_submit=State.rename,
        ),
    )


def _actions() -> rx.Component:
    is_in = (State.person.state == "active") | (State.person.state == "invited")
    others = ~State.person.is_me
    return rx.el.section(
        rx.el.h2("What you can do"),
        rx.el.div(
            rx.cond(
                State.person.state == "active",
                button("Send password link", icon="key-round", on_click=State.make_reset_link),
            ),
            rx.cond(State.logins.length() > 0, _act_button("end_sessions")),
            rx.cond(State.person.has_second_factor, _act_button("second_factor")),
            rx.cond(
                (State.person.state == "active") & ~State.person.is_administrator, _act_button("make_administrator")
            ),
            rx.cond(State.person.is_administrator & others, _act_button("unmake_administrator")),
            rx.cond(is_in & others, _act_button("suspend")),
            rx.cond(State.person.state == "suspended", _act_button("reactivate")),
            rx.cond(
                (State.person.state != "merged") & others,
                button(
                    "Merge into another account",
                    icon="merge",
                    on_click=Merge.open_drawer(State.person.id, State.person.email),
                ),
            ),
            class_name="row",
        ),
        class_name="stack",
    )


def _act_button(key: str) -> rx.Component:
    act = _ACTS[key]
    return button(act.label, icon=act.icon, on_click=State.ask(key))


def _question() -> rx.Component:
    return rx.match(State.asking, *((key, _confirm(act)) for key, act in _ACTS.items()), rx.fragment())


def _confirm(act: Act) -> rx.Component:
    return rx.el.form(
        callout("amber", "triangle-alert", act.consequence),
        _typed_address(State.person.email) if act.is_typed else rx.fragment(),
        rx.el.div(
            button("Cancel", on_click=State.ask("")),
            button(act.confirm, kind="danger" if act.is_danger else "primary", type="submit"),
            class_name="row",
            style={"justifyContent": "flex-end"},
        ),
        on_submit=State.act,
        class_name="stack-md",
        aria_label=act.label,
    )


def _typed_address(email: rx.Var[str]) -> rx.Component:
    return field(
        "Type the e-mail address to confirm",
        rx.el.input(id="confirm-email", name="email", class_name="input", auto_complete="off", required=True),
        hint=rx.el.span(email),
        for_id="confirm-email",
    )


def _invitations() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Open invitations"), rx.foreach(State.invitations, _invitation_row), class_name="stack"
    )


def _invitation_row(row: rx.Var[InvitationView]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(row.place),
            rx.el.div(
                rx.cond(row.is_expired, "The link is too old since ", "The link works until "),
                row.ends,
                class_name="muted small",
            ),
        ),
        rx.el.div(
            button("Send again", on_click=State.resend(row.id)),
            button("Withdraw", kind="danger", on_click=State.withdraw(row.id)),
            class_name="row",
        ),
        class_name="row-between",
    )


def _logins() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Logged in now"),
        rx.cond(
            State.logins.length() > 0,
            rx.el.div(rx.foreach(State.logins, _login_row), class_name="stack"),
            rx.el.p("Nowhere.", class_name="muted"),
        ),
        class_name="stack",
    )


def _login_row(row: rx.Var[LoginView]) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(row.device, class_name="small"),
            rx.el.div(row.address, ", seen ", row.last_seen, class_name="muted small"),
            class_name="grow",
        ),
        rx.cond(
            row.is_this,
            rx.el.span("this tab", class_name="badge"),
            button("End", on_click=State.end_login(row.id), aria_label=rx.Var.create("End session: ") + row.device),
        ),
        class_name="row-between",
        style={"flexWrap": "nowrap"},
    )


def _memberships() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Workspaces"),
        rx.cond(
            State.memberships.length() > 0,
            rx.el.div(rx.foreach(State.memberships, _membership_row), class_name="stack"),
            rx.el.p("In none.", class_name="muted"),
        ),
        class_name="stack",
    )


def _membership_row(row: rx.Var[MembershipView]) -> rx.Component:
    return rx.el.div(rx.el.span(row.workspace), rx.el.span(row.role, class_name="badge"), class_name="row-between")


def invite_drawer() -> rx.Component:
    """Makes an account; the link is shown in the same place."""
    return invitation_drawer("Invite a person", _invite_form(), Invite)


def _invite_form() -> rx.Component:
    return rx.el.form(
        rx.el.p("They get a link with which they choose their own password.", class_name="muted"),
        rx.cond(Invite.problem != "", rx.el.div(callout("error", "circle-alert", Invite.problem), role="alert")),
        _text("invite-email", "email", "E-mail", kind="email"),
        _text("invite-name", "name", "Name"),
        field(
            "Workspace",
            rx.el.select(
                rx.el.option("None yet", value=""),
                rx.foreach(Invite.places, lambda place: rx.el.option(place.name, value=place.id)),
                id="invite-workspace",
                name="workspace_id",
                class_name="select",
            ),
            hint="Without one they can log in and see nothing until somebody adds them.",
            for_id="invite-workspace",
        ),
        field(
            "Role there",
            rx.el.select(
                *(rx.el.option(word, value=role) for role, word in ROLE_WORDS.items()),
                id="invite-role",
                name="role",
                default_value="viewer",
                class_name="select",
            ),
            for_id="invite-role",
        ),
        rx.el.div(
            button("Invite", icon="send", kind="primary", type="submit"),
            class_name="row",
            style={"justifyContent": "flex-end"},
        ),
        on_submit=Invite.invite,
        class_name="stack-md",
    )


def _text(identifier: str, name: str, label: str, **props: Any) -> rx.Component:
    kind = props.pop("kind", "text")
    control = rx.el.input(
        id=identifier, name=name, type=kind, class_name="input", required=True, max_length=200, auto_complete="off"
    )
    return field(label, control, for_id=identifier, **props)


def merge_drawer() -> rx.Component:
    """Chooses the account that stays, shows what moves, and wants the other's address typed."""
    plan = rx.el.form(
        rx.el.h2("What happens"),
        rx.el.ul(rx.foreach(Merge.lines, rx.el.li), class_name="reasons"),
        callout(
            "error",
            "triangle-alert",
            rx.el.strong(Merge.closed_email),
            " is closed for good; nobody can log in with it again. This cannot be undone.",
        ),
        _typed_address(Merge.closed_email),
        rx.el.div(
            button("Merge accounts", kind="danger", type="submit"),
            class_name="row",
            style={"justifyContent": "flex-end"},
        ),
        on_submit=Merge.merge,
        class_name="stack-md",
    )
    return drawer(
        "Merge two accounts of one person",
        [
            rx.el.p("What ", rx.el.strong(Merge.closed_email), " has moves to the account that stays."),
            rx.el.form(
                _text("merge-kept", "kept", "E-mail of the account that stays", kind="email"),
                rx.el.div(button("Show what moves", type="submit"), class_name="row"),
                on_submit=Merge.preview,
                class_name="stack",
            ),
            rx.cond(Merge.problem != "", rx.el.div(callout("error", "circle-alert", Merge.problem), role="alert")),
            rx.cond(Merge.lines.length() > 0, plan),
        ],
        is_open=Merge.is_open,
        on_close=Merge.close_drawer,
    )
