"""Asking for a right that one lacks, from the page that says so."""

from typing import Any

import reflex as rx

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.services import access_requests
from state.base import as_id, event, run
from state.session import current_workspace, notify


class AccessRequestState(rx.State):
    """The form on the denied page."""

    problem: str = ""
    asked_for: str = ""

    @event()
    async def ask(self, form: dict[str, Any]) -> None:
        """Asks for the `permission` of the form with its `reason`."""
        home = as_id(await current_workspace(self))
        permission, reason = str(form.get("permission", "")), str(form.get("reason", ""))
        try:
            await run(
                lambda session, actor: access_requests.request_access(
                    session, actor, home, permission=permission, reason=reason
                )
            )
        except (ConflictError, InvalidInputError) as error:
            self.problem = error.message
            return
        self.problem, self.asked_for = "", permission
        await notify(self, "Sent. Somebody who manages roles decides; this page opens by itself then.")
