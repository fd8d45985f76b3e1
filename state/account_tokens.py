"""One's own API tokens."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.services import api_tokens, workspaces
from pursight_app.services.access import Actor, Permission
from pursight_app.services.security_policy import get_security_policy
from state.base import acting, as_id, event, run
from state.token_revocation import TokenRevocation
from state.token_views import (
    LifeView,
    ScopeGroup,
    days_of,
    example,
    lives,
    scope_groups,
    scopes_of,
    token_view,
)


@dataclass
class HomeView:
    """A workspace to choose."""

    id: str
    name: str


class AccountTokensState(TokenRevocation, rx.State):
    """The list, the form of a new token, and that token until it is put away."""

    is_loading: bool = True
    failure: str = ""
    example: str = ""
    is_adding: bool = False
    homes: list[HomeView] = []
    lives: list[LifeView] = []
    groups: list[ScopeGroup] = []
    problem: str = ""
    new_token: str = ""
    new_name: str = ""

    @event()
    async def load(self) -> None:
        """Loads the list; a token that was just shown is put away."""
        self.new_token, self.example = "", example()
        try:
            await self._fill()
            self.failure = ""
        except PurSightError as error:
            self.failure = error.message
        self.is_loading = False

    async def _fill(self) -> None:
        rows = await run(api_tokens.list_own_tokens)
        self.tokens = [token_view(row, everywhere="All of mine") for row in rows]

    @event()
    async def open_form(self) -> None:
        """Opens the drawer for a new token."""
        found, longest = await run(_choices)
        self.homes = [HomeView(str(row.workspace.id), row.workspace.name) for row in found]
        self.lives = lives(longest)
        self._offer("")
        self.problem, self.is_adding = "", True

    @event()
    async def choose_home(self, workspace_id: str) -> None:
        """Offers the rights that one has in the chosen workspace."""
        self._offer(workspace_id)

    def _offer(self, workspace_id: str) -> None:
        actor = acting()
        homes = [as_id(workspace_id)] if workspace_id else [as_id(home.id) for home in self.homes]
        self.groups = scope_groups(
            right for right in api_tokens.TOKEN_SCOPES if any(actor.may_somewhere(right, home) for home in homes)
        )

    @event()
    async def close_form(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if not is_open:
            self.is_adding = False

    @event()
    async def create(self, form: dict[str, Any]) -> None:
        """Makes the token and shows it."""
        home = str(form.get("workspace", ""))
        name = str(form.get("name", ""))
        try:
            _, self.new_token = await run(
                lambda session, actor: api_tokens.create_token(
                    session,
                    actor,
                    name=name,
                    scopes=scopes_of(form),
                    workspace_id=as_id(home) if home else None,
                    expires_in_days=days_of(form),
                )
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.new_name, self.is_adding = name.strip(), False
        await self._fill()

    @event()
    async def put_away(self) -> None:
        """Forgets the token that was shown."""
        self.new_token = ""


def _choices(session: Session, actor: Actor) -> tuple[list[workspaces.WorkspaceRow], int]:
    homes = [
        row
        for row in workspaces.list_workspaces(session, actor)
        if actor.may_somewhere(Permission.WORKSPACE_READ, row.workspace.id)
    ]
    return homes, get_security_policy(session).api_token_max_days
