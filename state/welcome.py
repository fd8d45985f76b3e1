"""The page of an invitation: what it is to, and accepting it. The token stays in the browser's form, never in a var."""

from typing import Any

import reflex as rx

from pursight_app.core.errors import NotFoundError, PurSightError
from pursight_app.services import invitations
from pursight_app.services.access import ACTING
from pursight_app.services.account_links import throttle_links
from state.base import event, run, run_for_anybody


class WelcomeState(rx.State):
    """`stage` is loading, open, dead or done."""

    opened: int = 0
    stage: str = "loading"
    email: str = ""
    place: str = ""
    role: str = ""
    invited_by: str = ""
    own_email: str = ""
    problem: str = ""
    password_problem: str = ""

    @event("public")
    async def load(self) -> None:
        """Shows the form's hidden field, which the browser then fills with the token of the link."""
        actor = ACTING.get()
        self.own_email = actor.email if actor else ""
        self.problem = self.password_problem = ""
        self.stage, self.opened = "loading", self.opened + 1

    @event("public")
    async def look(self, token: str) -> None:
        """Says what the link invites to."""
        try:
            throttle_links()
            found = await run_for_anybody(lambda session: invitations.look_at_invitation(session, token))
        except PurSightError as error:
            self.stage, self.problem = "dead", error.message
            return
        self.email, self.place, self.role = found.email, found.workspace_name, found.role
        self.invited_by, self.stage = found.invited_by, "open"

    @event("public")
    async def accept(self, form: dict[str, Any]) -> None:
        """Sets name and password; from then on the person logs in."""
        token, name, password = (str(form.get(key, "")) for key in ("token", "name", "password"))
        self.problem = self.password_problem = ""
        if password != str(form.get("again", "")):
            self.password_problem = "The two passwords differ. Type the same one twice."  # noqa: S105  a sentence
            return
        try:
            throttle_links()
            await run_for_anybody(
                lambda session: invitations.accept_invitation(session, token, name=name, password=password)
            )
        except NotFoundError as error:
            self.stage, self.problem = "dead", error.message
        except PurSightError as error:
            self._show(error)
        else:
            self.stage = "done"

    def _show(self, error: PurSightError) -> None:
        if error.code in {"weak_password", "invalid_input"}:
            self.password_problem = error.message
        else:
            self.problem = error.message

    @event()
    async def join(self, form: dict[str, Any]) -> Any:
        """Accepts with the account that one is logged in with."""
        token = str(form.get("token", ""))
        try:
            await run(lambda session, actor: invitations.accept_as_member(session, actor, token))
        except PurSightError as error:
            self.problem = error.message
            return None
        return rx.redirect("/")
