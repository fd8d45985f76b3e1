"""Service accounts of the chosen workspace, and everybody's tokens in it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.models import Role
from pursight_app.services import access, api_tokens, roles, service_accounts
from pursight_app.services.access import Actor
from pursight_app.services.security_policy import get_security_policy
from state import format as fmt
from state.base import as_id, event, run
from state.session import current_workspace, notify
from state.token_revocation import TokenRevocation
from state.token_views import LifeView, ScopeGroup, days_of, lives, scope_groups, scopes_of, token_view


@dataclass
class ServiceAccountView:
    """One service account."""

    id: str
    name: str
    email: str
    role: str
    is_active: bool
    tokens: str
    last_used: str


@dataclass
class RoleChoice:
    """A role that a service account can have."""

    key: str
    words: str


class AdminTokensState(TokenRevocation, rx.State):
    """Both lists, the two forms, and a new token until it is put away."""

    is_loading: bool = True
    failure: str = ""
    accounts: list[ServiceAccountView] = []
    roles: list[RoleChoice] = []
    is_adding: bool = False
    token_for_id: str = ""
    token_for_name: str = ""
    lives: list[LifeView] = []
    groups: list[ScopeGroup] = []
    problem: str = ""
    new_token: str = ""
    new_name: str = ""
    removing_id: str = ""
    removing_name: str = ""

    @event()
    async def load(self) -> None:
        """Loads both lists; a token that was just shown is put away."""
        self.new_token = ""
        try:
            await self._fill()
            self.failure = ""
        except PurSightError as error:
            self.failure = error.message
        self.is_loading = False

    async def _fill(self) -> None:
        home = as_id(await current_workspace(self))
        accounts = await run(lambda session, actor: service_accounts.list_service_accounts(session, actor, home))
        rows = await run(lambda session, actor: api_tokens.list_workspace_tokens(session, actor, home))
        known = await run(lambda session, actor: roles.list_roles(session, actor, home))
        names = {role.key: role.name for role in known}
        self.accounts = [_account(row, names) for row in accounts]
        self.tokens = [token_view(row) for row in rows]
        self.roles = [
            RoleChoice(role.key, f"{role.name}: {role.description}" if role.description else role.name)
            for role in known
            if role.key != Role.ADMINISTRATOR
        ]

    @event()
    async def open_form(self) -> None:
        """Opens the drawer for a new service account."""
        self.problem, self.is_adding = "", True

    @event()
    async def close_form(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if not is_open:
            self.is_adding = False

    @event()
    async def create(self, form: dict[str, Any]) -> None:
        """Makes the account and goes on to its first token."""
        home, name = as_id(await current_workspace(self)), str(form.get("name", ""))
        try:
            made = await run(
                lambda session, actor: service_accounts.create_service_account(
                    session, actor, home, name=name, role=str(form.get("role", ""))
                )
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.is_adding = False
        await self._fill()
        await self._open_token_form(made.id, made.name)

    @event()
    async def ask_token(self, user_id: str) -> None:
        """Opens the drawer for a token of a service account."""
        row = next((row for row in self.accounts if row.id == user_id), None)
        if row is not None:
            await self._open_token_form(as_id(row.id), row.name)

    async def _open_token_form(self, user_id: UUID, name: str) -> None:
        home = as_id(await current_workspace(self))
        self.groups, self.lives = await run(lambda session, actor: _choices(session, actor, home, user_id))
        self.token_for_id, self.token_for_name, self.problem = str(user_id), name, ""

    @event()
    async def close_token_form(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if not is_open:
            self.token_for_id = ""

    @event()
    async def create_token(self, form: dict[str, Any]) -> None:
        """Makes the token and shows it."""
        home, user_id = as_id(await current_workspace(self)), as_id(self.token_for_id)
        name = str(form.get("name", ""))
        try:
            _, self.new_token = await run(
                lambda session, actor: api_tokens.create_token(
                    session,
                    actor,
                    name=name,
                    scopes=scopes_of(form),
                    workspace_id=home,
                    expires_in_days=days_of(form),
                    user_id=user_id,
                )
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.new_name, self.token_for_id = name.strip(), ""
        await self._fill()

    @event()
    async def put_away(self) -> None:
        """Forgets the token that was shown."""
        self.new_token = ""

    @event()
    async def switch(self, user_id: str, is_active: bool) -> None:  # noqa: FBT001  an event's arguments are positional
        """Suspends a service account, or lets it work again."""
        home = as_id(await current_workspace(self))
        user = await run(
            lambda session, actor: service_accounts.set_service_account_active(
                session, actor, home, as_id(user_id), is_active=is_active
            )
        )
        await self._fill()
        await notify(self, f"{user.name} {'works again' if is_active else 'is suspended: its tokens are refused'}.")

    @event()
    async def ask_remove(self, user_id: str) -> None:
        """Asks before a service account goes."""
        row = next((row for row in self.accounts if row.id == user_id), None)
        if row is not None:
            self.removing_id, self.removing_name, self.problem = row.id, row.name, ""

    @event()
    async def cancel_remove(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Keeps it."""
        if not is_open:
            self.removing_id = ""

    @event()
    async def remove(self, form: dict[str, Any]) -> None:
        """Removes a service account once its name was typed."""
        if form.get("name") != self.removing_name:
            self.problem = "The name does not match, so nothing was removed."
            return
        home, user_id = as_id(await current_workspace(self)), as_id(self.removing_id)
        await run(lambda session, actor: service_accounts.delete_service_account(session, actor, home, user_id))
        self.removing_id = ""
        await self._fill()
        await notify(self, f"{self.removing_name} and its tokens were removed.")


def _account(row: service_accounts.ServiceAccountRow, names: dict[str, str]) -> ServiceAccountView:
    return ServiceAccountView(
        id=str(row.user.id),
        name=row.user.name,
        email=row.user.email,
        role=names.get(row.role, row.role),
        is_active=row.user.is_active,
        tokens=f"{row.live_tokens} live" if row.live_tokens else "none",
        last_used=fmt.ago(row.last_used_at, otherwise="never used"),
    )


def _choices(
    session: Session, actor: Actor, workspace_id: UUID, user_id: UUID
) -> tuple[list[ScopeGroup], list[LifeView]]:
    """What a token of this account can have: what both the account and the actor hold here."""
    service = access.someone(session, service_accounts.get_service_account(session, actor, workspace_id, user_id).id)
    held = [
        right
        for right in api_tokens.TOKEN_SCOPES
        if service.may_somewhere(right, workspace_id) and actor.may_somewhere(right, workspace_id)
    ]
    return scope_groups(held), lives(get_security_policy(session).api_token_max_days)
