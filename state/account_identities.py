"""One's accounts elsewhere that log one in here."""

from dataclasses import dataclass

import reflex as rx

from pursight_app.services import sso
from state import format as fmt
from state.base import as_id, event, run
from state.session import notify


@dataclass
class IdentityView:
    """A linked identity."""

    id: str
    provider: str
    email: str
    linked: str
    last_login: str


@dataclass
class ProviderChoice:
    """A provider that one could link."""

    name: str
    href: str


class IdentityState(rx.State):
    """The card of single sign-on on the account page."""

    identities: list[IdentityView] = []
    providers: list[ProviderChoice] = []
    removing_id: str = ""

    @event()
    async def load(self) -> None:
        """Loads what is linked and what could be."""
        rows = await run(sso.list_identities)
        enabled = await run(lambda session, _: sso.list_enabled_providers(session))
        linked = {row.provider_name for row in rows}
        self.removing_id = ""
        self.identities = [
            IdentityView(
                str(row.id), row.provider_name, row.email, fmt.ago(row.linked_at),
                fmt.ago(row.last_login_at, otherwise="never"),
            )
            for row in rows
        ]  # fmt: skip
        self.providers = [
            ProviderChoice(name, f"/auth/sso/{key}/link/start") for key, name in enabled if name not in linked
        ]

    @event()
    async def ask_removal(self, identity_id: str) -> None:
        """Asks once more; "" takes the question back."""
        self.removing_id = identity_id

    @event()
    async def unlink(self) -> None:
        """Takes the link away."""
        identity_id = as_id(self.removing_id)
        await run(lambda session, actor: sso.unlink(session, actor, identity_id))
        await notify(self, "Unlinked. That account no longer logs you in here.")
        await IdentityState.load.fn(self)
