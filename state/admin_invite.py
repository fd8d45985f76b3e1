"""The drawer that invites somebody to the installation."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.services import invitations, workspaces
from state.admin_users import AdminUsersState, hand_over
from state.base import as_id, event, run


@dataclass
class PlaceView:
    """A workspace that somebody can be invited to."""

    id: str
    name: str


class AdminInviteState(rx.State):
    """One invitation; its link is here until the drawer closes."""

    is_open: bool = False
    places: list[PlaceView] = []
    email: str = ""
    problem: str = ""
    link: str = ""
    link_words: str = ""

    @event()
    async def open_drawer(self) -> None:
        """Shows the empty form."""
        rows = await run(workspaces.list_workspaces)
        self.places = [PlaceView(str(row.workspace.id), row.workspace.name) for row in rows]
        self.email = self.problem = self.link = self.link_words = ""
        self.is_open = True

    @event()
    async def close_drawer(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; a link that was shown is gone."""
        if not is_open:
            self.is_open, self.link, self.link_words = False, "", ""

    @event()
    async def invite(self, form: dict[str, Any]) -> Any:
        """Makes the account and its link."""
        email, name, place = (str(form.get(key, "")) for key in ("email", "name", "workspace_id"))
        role = str(form.get("role", ""))
        try:
            link = await run(
                lambda session, actor: invitations.invite_user(
                    session, actor, email=email, name=name, workspace_id=as_id(place) if place else None, role=role
                )
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return None
        self.email, self.problem = link.mail.to, ""
        self.link, self.link_words = await hand_over(link, always_show=True)
        return AdminUsersState.load
