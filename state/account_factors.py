"""One's own authenticator app and recovery codes."""

import base64
from typing import Any

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.services import second_factors
from state.account import AccountState
from state.base import event, run
from state.session import notify


class FactorState(rx.State):
    """The secret is here only while an app is being set up, the codes until the person says that they are kept."""

    has_totp: bool = False
    has_any: bool = False
    codes_left: int = 0
    secret: str = ""
    qr_image: str = ""
    code_problem: str = ""
    new_codes: list[str] = []
    is_removing: bool = False

    @event()
    async def load(self) -> None:
        """Which factors there are. Keeps what is being set up: the page also loads when rights change."""
        status = await run(second_factors.get_status)
        self.has_totp, self.has_any, self.codes_left = status.has_totp, status.is_any, status.recovery_codes_left
        if status.has_totp:
            self.secret = self.qr_image = ""

    async def _reload(self) -> None:
        await FactorState.load.fn(self)
        self.is_removing, self.code_problem = False, ""

    @event()
    async def begin(self) -> None:
        """Shows the QR code of a new secret."""
        enrolment = await run(second_factors.begin_totp)
        grouped = (enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
        self.secret, self.code_problem = " ".join(grouped), ""
        self.qr_image = f"data:image/svg+xml;base64,{base64.b64encode(enrolment.qr_svg.encode()).decode()}"

    @event()
    async def cancel(self) -> None:
        """Forgets the secret that was shown."""
        self.secret = self.qr_image = self.code_problem = ""

    @event()
    async def confirm(self, form: dict[str, Any]) -> None:
        """Turns the app on and shows the recovery codes."""
        code = str(form.get("code", ""))
        try:
            self.new_codes = await run(lambda session, actor: second_factors.confirm_totp(session, actor, code))
        except UserError as error:
            self.code_problem = error.message
            return
        await self._reload()
        account = await self.get_state(AccountState)
        account.must_enrol = False
        await notify(self, "Your authenticator app is set up.")

    @event()
    async def ask_remove(self) -> None:
        """Asks once more."""
        self.is_removing = True

    @event()
    async def keep(self) -> None:
        """Changes nothing."""
        self.is_removing = False

    @event()
    async def remove(self) -> None:
        """Removes the app."""
        await run(second_factors.disable_totp)
        await self._reload()
        self.new_codes = []
        await notify(self, "Your authenticator app is removed.")

    @event()
    async def make_codes(self) -> None:
        """Shows ten new recovery codes; the old ones are dead."""
        self.new_codes = await run(second_factors.create_recovery_codes)
        await self._reload()

    @event()
    async def forget_codes(self) -> None:
        """The person has kept them; nobody can see them again."""
        self.new_codes = []
