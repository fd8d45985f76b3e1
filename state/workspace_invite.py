"""The drawer that invites somebody into the workspace at hand."""

from typing import Any

import reflex as rx

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.services import invitations
from state.admin_users import hand_over
from state.base import acting, as_id, event, run
from state.session import current_workspace


class WorkspaceInviteState(rx.State):
    """One invitation; a link that may be shown is here until the drawer closes."""

    is_open: bool = False
    email: str = ""
    problem: str = ""
    link: str = ""
    link_words: str = ""

    @event()
    async def open_drawer(self) -> None:
        """Shows the empty form."""
        self.email = self.problem = self.link = self.link_words = ""
        self.is_open = True

    @event()
    async def close_drawer(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; a link that was shown is gone."""
        if not is_open:
            self.is_open, self.link, self.link_words = False, "", ""

    @event()
    async def invite(self, form: dict[str, Any]) -> None:
        """Invites somebody who has an account just like somebody who has none."""
        email, name, role = (str(form.get(key, "")) for key in ("email", "name", "role"))
        home = as_id(await current_workspace(self))
        try:
            link = await run(
                lambda session, actor: invitations.invite_member(
                    session, actor, home, email=email, name=name, role=role
                )
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.email, self.problem = link.mail.to, ""
        self.link, self.link_words = await hand_over(link, always_show=False)
        if self.link and not invitations.may_see_link(acting()):
            # With the link they could take the account; that is for those who manage accounts anyway.
            self.link, self.link_words = "", "The mail could not be sent. Ask an administrator to send it again."
