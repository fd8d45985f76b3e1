"""Joining two accounts of one person: choose which one stays, read what moves, confirm."""

from typing import Any
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.services import user_merge, users
from pursight_app.services.access import Actor
from pursight_app.services.user_merge import MergePlan
from state.admin_users import AdminUsersState
from state.base import as_id, event, run
from state.session import notify


class AdminMergeState(rx.State):
    """`kept_email` is the account that stays; the other one is the open person of the drawer."""

    is_open: bool = False
    closed_id: str = ""
    closed_email: str = ""
    kept_id: str = ""
    kept_email: str = ""
    lines: list[str] = []
    problem: str = ""

    @event()
    async def open_drawer(self, closed_id: str, closed_email: str) -> None:
        """Begins with the account that is to be closed."""
        self.is_open, self.closed_id, self.closed_email = True, closed_id, closed_email[:320]
        self.kept_id = self.kept_email = self.problem = ""
        self.lines = []

    @event()
    async def close_drawer(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Nothing was changed."""
        if not is_open:
            self.is_open = False

    @event()
    async def preview(self, form: dict[str, Any]) -> None:
        """Says what would move."""
        closed_id, email = as_id(self.closed_id), str(form.get("kept", ""))
        self.lines = []
        try:
            kept_id, kept_email, plan = await run(lambda session, actor: _plan(session, actor, closed_id, email))
        except PurSightError as error:
            self.problem = error.message
            return
        self.kept_id, self.kept_email, self.problem = kept_id, kept_email, ""
        self.lines = _lines(plan)

    @event()
    async def merge(self, form: dict[str, Any]) -> Any:
        """Does it, once the address of the account that closes is typed."""
        if str(form.get("email", "")).strip().lower() != self.closed_email:
            self.problem = f"Type {self.closed_email} to confirm."
            return None
        closed_id, kept_id = as_id(self.closed_id), as_id(self.kept_id)
        try:
            await run(
                lambda session, actor: user_merge.merge_users(session, actor, closed_id=closed_id, kept_id=kept_id)
            )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return None
        self.is_open = False
        await notify(self, f"{self.closed_email} is closed; what it had belongs to {self.kept_email} now.")
        return AdminUsersState.open_person(self.kept_id)


def _plan(session: Session, actor: Actor, closed_id: UUID, email: str) -> tuple[str, str, MergePlan]:
    kept = users.get_by_email(session, actor, email)
    return str(kept.id), kept.email, user_merge.plan_merge(session, actor, closed_id=closed_id, kept_id=kept.id)


def _lines(plan: MergePlan) -> list[str]:
    counted = [
        (plan.memberships_moved, "workspace", "moves with its role"),
        (plan.memberships_kept, "workspace", "is in both: the role of the account that stays counts there"),
        (plan.groups_moved, "group membership", "moves"),
        (plan.grants_moved, "grant or denial", "moves"),
        (plan.assets_moved, "owned table or file", "gets the other owner"),
        (plan.identities_moved, "linked identity provider", "moves"),
        (plan.passkeys_moved, "passkey", "moves"),
        (plan.tokens_revoked, "API token", "stops working"),
        (plan.sessions_ended, "session", "ends now"),
    ]
    lines = [f"{count} × {noun}: {what}" for count, noun, what in counted if count]
    if plan.loses_administrator:
        lines.append("The right to administer the installation does not move.")
    return lines or ["Nothing moves: this account has nothing but its name."]
