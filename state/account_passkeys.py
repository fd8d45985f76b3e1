"""One's own passkeys."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.models import Passkey
from pursight_app.services import passkeys
from state.account import AccountState
from state.account_factors import FactorState
from state.base import as_id, event, run
from state.confirm import passkey_answer
from state.format import ago, exact
from state.session import notify


@dataclass
class PasskeyView:
    """A passkey of the list."""

    id: str
    name: str
    place: str
    created: str
    created_exact: str
    used: str
    used_exact: str


class PasskeyState(rx.State):
    """The list, and adding, renaming and removing one."""

    rows: list[PasskeyView] = []
    reason: str = ""
    options: str = ""
    problem: str = ""
    renaming_id: str = ""
    removing_id: str = ""
    _name: str = ""

    @event()
    async def load(self) -> None:
        """Loads the list and whether this address allows passkeys at all."""
        self.reason = passkeys.why_not_at(self.router.headers.origin)
        self.rows = [_view(row) for row in await run(passkeys.list_passkeys)]

    async def _reload(self) -> Any:
        await PasskeyState.load.fn(self)
        self.renaming_id = self.removing_id = self.options = self.problem = ""
        # Recovery codes and the app's card depend on whether there is any second factor.
        return FactorState.load

    @event()
    async def begin(self, form: dict[str, Any]) -> None:
        """Makes passkeys.js ask the browser for a new one."""
        self._name = str(form.get("name", ""))[:100]
        self.problem = ""
        self.options = await run(passkeys.registration_options)

    @event()
    async def finish(self, form: dict[str, Any]) -> Any:
        """Keeps what the browser made."""
        self.options = ""
        credential, self.problem = passkey_answer(form)
        if self.problem:
            return None
        name = self._name
        try:
            made = await run(lambda session, actor: passkeys.register(session, actor, credential, name=name))
        except UserError as error:
            self.problem = error.message
            return None
        account = await self.get_state(AccountState)
        account.must_enrol = False
        await notify(self, f"The passkey {made.name} is set up.")
        return await self._reload()

    @event()
    async def ask_rename(self, passkey_id: str) -> None:
        """Shows the field for another name."""
        self.renaming_id, self.removing_id = passkey_id, ""

    @event()
    async def rename(self, form: dict[str, Any]) -> Any:
        """Keeps the other name."""
        wanted, name = as_id(self.renaming_id), str(form.get("name", ""))
        await run(lambda session, actor: passkeys.rename_passkey(session, actor, wanted, name))
        return await self._reload()

    @event()
    async def ask_remove(self, passkey_id: str) -> None:
        """Asks once more."""
        self.removing_id, self.renaming_id = passkey_id, ""

    @event()
    async def leave(self) -> None:
        """Changes nothing."""
        self.renaming_id = self.removing_id = ""

    @event()
    async def remove(self) -> Any:
        """Removes the one that was asked about."""
        wanted = as_id(self.removing_id)
        await run(lambda session, actor: passkeys.delete_passkey(session, actor, wanted))
        await notify(self, "The passkey is removed. You can delete it on your device too.")
        return await self._reload()


def _view(row: Passkey) -> PasskeyView:
    return PasskeyView(
        id=str(row.id),
        name=row.name,
        place="synced between your devices" if row.is_backed_up else "on one device only",
        created=ago(row.created_at),
        created_exact=exact(row.created_at),
        used=ago(row.last_used_at),
        used_exact=exact(row.last_used_at),
    )
