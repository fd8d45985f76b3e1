"""How a list of API tokens asks before one of them dies. Shared by one's own and the administrators' page."""

import reflex as rx

from pursight_app.services import api_tokens
from state.base import as_id, event, run
from state.session import notify
from state.token_views import TokenView


class TokenRevocation(rx.State, mixin=True):
    """The tokens of a list, and the one that is about to be revoked."""

    tokens: list[TokenView] = []
    revoking_id: str = ""
    revoking_name: str = ""

    async def _fill(self) -> None:
        raise NotImplementedError

    @event()
    async def ask_revoke(self, token_id: str) -> None:
        """Asks before a token dies."""
        row = next((row for row in self.tokens if row.id == token_id), None)
        if row is not None:
            self.revoking_id, self.revoking_name = row.id, row.name

    @event()
    async def cancel_revoke(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Keeps it."""
        if not is_open:
            self.revoking_id = ""

    @event()
    async def revoke(self) -> None:
        """Ends the token."""
        token_id = as_id(self.revoking_id)
        await run(lambda session, actor: api_tokens.revoke_token(session, actor, token_id))
        self.revoking_id = ""
        await self._fill()
        await notify(self, f"{self.revoking_name} is revoked. Whatever still uses it is refused now.")
