"""Proposals, votes and tasks of the open room."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import InvalidInputError, NotFoundError, StepUpRequiredError, UserError
from pursight_app.services import collaboration
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import DecisionRow, TaskRow
from state import format as fmt
from state.base import acting, as_id, event, run
from state.person_choice import chosen_person, clear_choice
from state.room import FOLLOWERS, RoomState
from state.session import notify

MOST_EFFECTS, MOST_APPROVALS = 30, collaboration.MOST_APPROVALS
_ACTION_WORDS = {
    "none": "Written down, nothing else happens",
    "review": "Confirms the suggested data classes",
    "waive": "Waives the finding",
    "assign_owner": "Makes somebody the owner",
}


@dataclass
class DecisionView:
    """One proposal."""

    id: str
    title: str
    does: str
    effects: list[str]
    more: str
    status: str
    words: str
    is_open: bool
    is_own: bool
    has_voted: bool


@dataclass
class TaskView:
    """One task."""

    id: str
    title: str
    words: str
    is_done: bool


class RoomDecisionsState(rx.State):
    """What an approval can do hangs on what the room is about: an asset gets an owner or labels, a finding a waiver."""

    decisions: list[DecisionView] = []
    tasks: list[TaskView] = []
    is_proposing: bool = False
    is_adding: bool = False
    action: str = "none"
    subject_kind: str = ""
    suggested: int = 0
    problem: str = ""
    _subject_id: str = ""

    @event()
    async def load(self) -> None:
        """Lists both."""
        self.is_proposing = self.is_adding = False
        await self._fill()

    @event()
    async def refresh(self) -> None:
        """Called when more has happened in the room than messages."""
        # Taken out meanwhile: the room itself says so.
        with suppress(NotFoundError):
            await self._fill()

    async def _room_id(self) -> UUID | None:
        room = await self.get_state(RoomState)
        return as_id(room.room_id_shown) if room.is_in else None

    async def _fill(self) -> None:
        room_id = await self._room_id()
        if room_id is None:
            self.decisions, self.tasks = [], []
            return

        def work(session: Session, actor: Actor) -> tuple[list[DecisionRow], list[TaskRow]]:
            decisions, _ = collaboration.list_decisions(session, actor, room_id)
            return decisions, collaboration.list_tasks(session, actor, room_id)

        decisions, tasks = await run(work)
        self.decisions = [_decision(row, acting().user_id) for row in decisions]
        self.tasks = [_task(row) for row in tasks]

    @event()
    async def open_proposal(self) -> None:
        """Shows the form for a proposal."""
        self.problem, self.action, self.is_proposing = "", "none", True
        await clear_choice(self)
        if (room_id := await self._room_id()) is None:
            return
        detail = await run(lambda session, actor: collaboration.get_room(session, actor, room_id))
        is_seen = detail.subject is not None
        self.subject_kind = detail.room.subject_kind if is_seen else ""
        self._subject_id = str(detail.room.subject_id) if is_seen else ""
        self.suggested = 0
        if self.subject_kind == "asset":
            asset_id = as_id(self._subject_id)
            found = await run(lambda session, actor: collaboration.suggested_of(session, actor, asset_id))
            self.suggested = len(found)

    @event()
    async def close_proposal(self) -> None:
        """Puts it away."""
        self.is_proposing = False

    @event()
    async def choose_action(self, action: str) -> None:
        """Takes what an approval is to do."""
        self.action = action if action in _ACTION_WORDS else "none"

    @event()
    async def propose(self, form: dict[str, Any]) -> None:
        """Puts it to the vote."""
        room_id, action = await self._room_id(), self.action
        if room_id is None:
            return
        try:
            params, needs = await self._params(form), _needs(form.get("needs"))
            await run(
                lambda session, actor: collaboration.propose(
                    session, actor, room_id, title=str(form.get("title", "")), action=action, params=params, needs=needs
                )
            )
        except UserError as error:
            self.problem = error.message
            return
        self.is_proposing = False
        await self._fill()

    async def _params(self, form: dict[str, Any]) -> dict[str, Any]:
        subject = self._subject_id
        if self.action == "assign_owner":
            if not (owner := await chosen_person(self, form)):
                raise InvalidInputError("Choose the person who should own it.")
            return {"asset_id": subject, "user_id": owner}
        if self.action == "waive":
            ends = datetime.combine(_day(form.get("until")), time(23, 59), UTC)
            return {"finding_id": subject, "reason": str(form.get("reason", "")), "expires_at": ends.isoformat()}
        if self.action == "review":
            asset_id = as_id(subject)
            ids = await run(lambda session, actor: collaboration.suggested_of(session, actor, asset_id))
            return {"classification_ids": [str(each) for each in ids], "decision": "confirm"}
        return {}

    async def _do(self, work: Any) -> None:
        try:
            await run(work)
        except StepUpRequiredError:
            # The page then asks who it is; a critical finding is not waived by a browser that was left open.
            raise
        except UserError as error:
            await notify(self, error.message, "error")
        await self._fill()

    @event()
    async def vote(self, decision_id: str, choice: str) -> None:
        """Approves or rejects."""
        wanted, is_approval = as_id(decision_id), choice == "approve"
        await self._do(lambda session, actor: collaboration.vote(session, actor, wanted, is_approval=is_approval))

    @event()
    async def withdraw(self, decision_id: str) -> None:
        """Takes one's own proposal back."""
        wanted = as_id(decision_id)
        await self._do(lambda session, actor: collaboration.withdraw_proposal(session, actor, wanted))

    @event()
    async def open_task(self) -> None:
        """Shows the form for a task."""
        self.problem, self.is_adding = "", True

    @event()
    async def close_task(self) -> None:
        """Puts it away."""
        self.is_adding = False

    @event()
    async def add_task(self, form: dict[str, Any]) -> None:
        """Gives somebody something to do."""
        if (room_id := await self._room_id()) is None:
            return
        try:
            owner = as_id(str(form.get("owner", "")))
            due_on = _day(form["due_on"]) if form.get("due_on") else None
            await run(
                lambda session, actor: collaboration.create_task(
                    session, actor, room_id, title=str(form.get("title", "")), owner_id=owner, due_on=due_on
                )
            )
        except UserError as error:
            self.problem = error.message
            return
        self.is_adding = False
        await self._fill()

    @event()
    async def set_done(self, task_id: str, status: str) -> None:
        """Ticks a task, or opens it again."""
        wanted = as_id(task_id)
        await self._do(lambda session, actor: collaboration.set_task_status(session, actor, wanted, status))


FOLLOWERS.append(RoomDecisionsState.refresh)


def _needs(value: object) -> int:
    try:
        return int(str(value or 1))
    except ValueError:
        raise InvalidInputError("Say how many people have to approve, as a number.") from None


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise InvalidInputError("Choose a day.") from None


def _decision(row: DecisionRow, me: UUID) -> DecisionView:
    one = row.decision
    words = f"proposed by {row.proposed_by}"
    if one.status != "proposed":
        words = f"{one.status} by {row.decided_by}, {fmt.ago(one.decided_at)}"
    elif one.needs > 1:
        words += f", {row.approvals} of {one.needs} approvals"
    return DecisionView(
        id=str(one.id),
        title=one.title,
        does=_ACTION_WORDS[one.action] if one.action != "none" else "",
        effects=row.effects[:MOST_EFFECTS],
        more=f"and {fmt.count(left)} more" if (left := len(row.effects) - MOST_EFFECTS) > 0 else "",
        status=one.status,
        words=words,
        is_open=one.status == "proposed",
        is_own=one.proposed_by_id == me,
        has_voted=row.has_voted,
    )


def _task(row: TaskRow) -> TaskView:
    due = f", due {row.task.due_on:%-d %b %Y}" if row.task.due_on else ""
    return TaskView(str(row.task.id), row.task.title, f"{row.owner}{due}", row.task.status == "done")
