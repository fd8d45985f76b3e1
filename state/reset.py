"""A forgotten password: asking for a link, and using one. The token stays in the browser's form, never in a var."""

from typing import Any

import reflex as rx

from pursight_app.core.errors import NotFoundError, PurSightError
from pursight_app.core.mail import can_send_mail
from pursight_app.services import password_resets
from pursight_app.services.account_links import throttle_links
from state.base import event, run_for_anybody


class ResetState(rx.State):
    """`stage` is loading, ask, sent, set or done."""

    opened: int = 0
    stage: str = "loading"
    has_mail: bool = False
    problem: str = ""
    password_problem: str = ""

    @event("public")
    async def load(self) -> None:
        """Shows the form's hidden field, which the browser then fills with the token of a link, or "-" without one."""
        self.problem = self.password_problem = ""
        self.has_mail = can_send_mail()
        self.stage, self.opened = "loading", self.opened + 1

    @event("public")
    async def look(self, token: str) -> None:
        """Says whether the link works; without one, asks for the address."""
        if token == "-":  # noqa: S105  the sign for none
            self.stage = "ask"
            return
        try:
            throttle_links()
            await run_for_anybody(lambda session: password_resets.check_reset_link(session, token))
        except PurSightError as error:
            self.stage, self.problem = "ask", error.message
            return
        self.stage = "set"

    @event("public")
    async def submit(self, form: dict[str, Any]) -> None:
        """Asks for a link, or sets the new password."""
        self.problem = self.password_problem = ""
        try:
            if self.stage == "set":
                await self._set_password(form)
            else:
                password_resets.request_reset(str(form.get("email", "")))
                self.stage = "sent"
        except NotFoundError as error:
            self.stage, self.problem = "ask", error.message
        except PurSightError as error:
            if self.stage == "set":
                self.password_problem = error.message
            else:
                self.problem = error.message

    async def _set_password(self, form: dict[str, Any]) -> None:
        token, password = str(form.get("token", "")), str(form.get("password", ""))
        if password != str(form.get("again", "")):
            self.password_problem = "The two passwords differ. Type the same one twice."  # noqa: S105  a sentence
            return
        throttle_links()
        await run_for_anybody(lambda session: password_resets.set_new_password(session, token, password))
        self.stage = "done"
