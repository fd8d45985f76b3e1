"""The accounts of the installation: the list with search and filters, and one person in a drawer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import LoginSession
from pursight_app.services import auth, invitations, password_resets, user_changes, users
from pursight_app.services.account_links import IssuedLink, deliver
from pursight_app.services.invitations import PendingInvitation
from pursight_app.services.users import UserFilter, UserRow
from state import format as fmt
from state.base import acting, as_id, event, run
from state.session import notify

PAGE_ROWS = 25
# What one click does after its consequence was read; the words are in pages/admin_users_drawer.py.
_ACTS: dict[str, Callable[..., Any]] = {
    "suspend": user_changes.suspend_user,
    "reactivate": user_changes.reactivate_user,
    "end_sessions": user_changes.end_user_sessions,
    "second_factor": user_changes.reset_second_factor,
    "make_administrator": partial(user_changes.set_administrator, is_administrator=True),
    "unmake_administrator": partial(user_changes.set_administrator, is_administrator=False),
}
# These cannot be undone, so the address must be typed.
_TYPED = frozenset({"second_factor"})


@dataclass
class PersonView:
    """One account, as the list and the drawer show it."""

    id: str = ""
    name: str = ""
    email: str = ""
    state: str = ""
    is_administrator: bool = False
    has_second_factor: bool = False
    last_login: str = ""
    last_login_exact: str = ""
    workspaces: str = ""
    is_me: bool = False


@dataclass
class MembershipView:
    """A workspace that the person is in."""

    workspace: str
    role: str


@dataclass
class LoginView:
    """Where the person is logged in."""

    id: str
    device: str
    address: str
    last_seen: str
    is_this: bool


@dataclass
class InvitationView:
    """An open invitation of the person."""

    id: str
    place: str
    ends: str
    is_expired: bool


class AdminUsersState(rx.State):
    """List and drawer; the URL holds search, filter, page and the open person."""

    is_loading: bool = True
    rows: list[PersonView] = []
    total: int = 0
    offset: int = 0
    query: str = ""
    only: str = ""
    person: PersonView = PersonView()
    memberships: list[MembershipView] = []
    logins: list[LoginView] = []
    invitations: list[InvitationView] = []
    asking: str = ""
    problem: str = ""
    link: str = ""
    link_words: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL, then the list and the open person."""
        given = self.router.url.query_parameters
        self.query, self.only = str(given.get("q", ""))[:200], str(given.get("only", ""))
        if self.only not in set(UserFilter):
            self.only = ""
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        await self._fill()
        wanted = str(given.get("person", ""))
        if wanted != self.person.id:
            self._forget_person()
        if wanted:
            await self._open(wanted)
        self.is_loading = False

    async def _fill(self) -> None:
        query, only, offset = self.query, UserFilter(self.only), self.offset
        rows, self.total = await run(
            lambda session, actor: users.list_users(
                session, actor, query=query, only=only, limit=PAGE_ROWS, offset=offset
            )
        )
        self.rows = [_person(row) for row in rows]

    async def _open(self, user_id: str) -> None:
        wanted = as_id(user_id)
        row, live, open_ones = await run(
            lambda session, actor: (
                users.get_user(session, actor, wanted),
                auth.list_sessions(session, actor, wanted),
                invitations.list_invitations(session, actor, workspace_id=None, user_id=wanted, limit=20, offset=0)[0],
            )
        )
        self.person = _person(row)
        self.memberships = [MembershipView(each.workspace_name, each.role) for each in row.memberships]
        self.logins = [_login(each) for each in live]
        self.invitations = [_invitation(each) for each in open_ones]

    def _forget_person(self) -> None:
        self.person, self.asking, self.problem = PersonView(), "", ""
        self.link = self.link_words = ""

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.rows)

    def _href(self, **changed: str) -> str:
        values = {"q": self.query, "only": self.only, "from": str(self.offset or ""), **changed}
        return f"/admin/users?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows the list to names and addresses with this text."""
        return rx.redirect(self._href(q=str(form.get("q", ""))[:200], **{"from": ""}))

    @event()
    async def choose_filter(self, only: str) -> rx.event.EventSpec:
        """Narrows the list to one kind of account; the same again shows everybody."""
        return rx.redirect(self._href(only="" if only == self.only else only[:40], **{"from": ""}))

    @event()
    async def clear(self) -> rx.event.EventSpec:
        """Everybody again."""
        return rx.redirect("/admin/users")

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """One page back."""
        return rx.redirect(self._href(**{"from": str(max(0, self.offset - PAGE_ROWS) or "")}))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """One page on."""
        return rx.redirect(self._href(**{"from": str(self.offset + PAGE_ROWS)}))

    @event()
    async def open_person(self, user_id: str) -> rx.event.EventSpec:
        """Opens the drawer; the URL says whose."""
        return rx.redirect(self._href(person=user_id[:40]), replace=True)

    @event()
    async def close_person(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; a link that was shown in it is gone."""
        if is_open:
            return None
        self._forget_person()
        return rx.redirect(self._href(), replace=True)

    @event()
    async def ask(self, act: str) -> None:
        """Shows what would happen, before it does; "" takes the question back."""
        self.asking, self.problem = act[:40], ""

    @event()
    async def rename(self, form: dict[str, Any]) -> None:
        """Gives the account another name."""
        wanted, name = as_id(self.person.id), str(form.get("name", ""))
        try:
            await run(lambda session, actor: user_changes.rename_user(session, actor, wanted, name=name))
        except InvalidInputError as error:
            self.problem = error.message
            return
        await self._changed("The name is changed.")

    @event()
    async def act(self, form: dict[str, Any]) -> None:
        """Does what was asked about."""
        wanted, work, email = as_id(self.person.id), _ACTS[self.asking], self.person.email
        if self.asking in _TYPED and str(form.get("email", "")).strip().lower() != email:
            self.problem = f"Type {email} to confirm."
            return
        try:
            await run(lambda session, actor: work(session, actor, wanted))
        except ConflictError as error:
            self.problem = error.message
            return
        await self._changed("Done. It is in force now.")

    async def _changed(self, words: str) -> None:
        self.asking = self.problem = ""
        await self._open(self.person.id)
        await self._fill()
        await notify(self, words)

    @event()
    async def end_login(self, session_id: str) -> None:
        """Ends one session of the person."""
        wanted = as_id(session_id)
        await run(lambda session, actor: auth.end_one_session(session, actor, wanted))
        await self._changed("That session has ended.")

    @event()
    async def make_reset_link(self) -> None:
        """Mails a link for a new password, or shows it where that cannot be done."""
        wanted = as_id(self.person.id)
        try:
            link = await run(lambda session, actor: password_resets.create_reset_link(session, actor, wanted))
        except ConflictError as error:
            self.problem = error.message
            return
        await self._hand_over(link, always_show=False)

    @event()
    async def resend(self, invitation_id: str) -> None:
        """A new link for an open invitation; the old one is dead."""
        wanted = as_id(invitation_id)
        link = await run(lambda session, actor: invitations.resend_invitation(session, actor, wanted))
        await self._hand_over(link, always_show=True)
        await self._open(self.person.id)

    @event()
    async def withdraw(self, invitation_id: str) -> None:
        """Makes the link of an invitation dead."""
        wanted = as_id(invitation_id)
        await run(lambda session, actor: invitations.withdraw_invitation(session, actor, wanted))
        await self._changed("The invitation is withdrawn; its link does not work any more.")

    async def _hand_over(self, link: IssuedLink, *, always_show: bool) -> None:
        self.problem = ""
        self.link, self.link_words = await hand_over(link, always_show=always_show)


async def hand_over(link: IssuedLink, *, always_show: bool) -> tuple[str, str]:
    """Mails the link; what to show of it ("" when the mail is enough), and how it went, in words."""
    sent = await asyncio.to_thread(deliver, link)
    if sent.is_mailed:
        return (link.url if always_show else ""), f"The link is on its way to {link.mail.to}."
    reason = sent.problem or "This installation sends no mail."
    return link.url, f"{reason} Hand this link over yourself; it is shown only now."


def _person(row: UserRow) -> PersonView:
    return PersonView(
        id=str(row.user.id),
        name=row.user.name,
        email=row.user.email,
        state=row.state,
        is_administrator=row.user.is_administrator,
        has_second_factor=row.has_second_factor,
        last_login=fmt.ago(row.user.last_login_at, otherwise="never"),
        last_login_exact=fmt.exact(row.user.last_login_at),
        workspaces=", ".join(each.workspace_name for each in row.memberships[:3])
        + (f" and {len(row.memberships) - 3} more" if len(row.memberships) > 3 else ""),
        is_me=row.user.id == acting().user_id,
    )


def _login(row: LoginSession) -> LoginView:
    device = row.user_agent or "an unknown program"
    return LoginView(str(row.id), device[:120], row.address, fmt.ago(row.last_seen_at), row.key == acting().session_id)


def _invitation(row: PendingInvitation) -> InvitationView:
    place = f"{row.workspace_name}, as {row.role}" if row.workspace_name else "PurSight"
    return InvitationView(str(row.id), place, f"{row.expires_at:%-d %b %Y}", row.is_expired)
