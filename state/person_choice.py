"""Choosing one person of the workspace: what is typed is looked up, so that ten thousand members fit."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.services import members
from state.base import as_id, event, run
from state.session import current_workspace

MOST = 8


@dataclass
class PersonOption:
    """One person to choose."""

    id: str
    name: str
    email: str


class PersonChoiceState(rx.State):
    """One choice at a time; forms read it from a hidden field."""

    query: str = ""
    options: list[PersonOption] = []
    total: int = 0
    chosen_id: str = ""
    chosen_name: str = ""

    @event()
    async def find(self, query: str) -> None:
        """Lists the first people whose name or address holds what was typed."""
        home = as_id(await current_workspace(self))
        self.query = query[:200]
        rows, self.total = await run(
            lambda session, actor: members.list_members(session, actor, home, query=query[:200], limit=MOST)
        )
        self.options = [PersonOption(str(row.user.id), row.user.name, row.user.email) for row in rows]

    @event()
    async def choose(self, user_id: str, name: str) -> None:
        """Takes one of them."""
        self.chosen_id, self.chosen_name, self.query, self.options = user_id[:40], name[:200], "", []

    @event()
    async def clear(self) -> None:
        """Starts over."""
        self._clear()

    def _clear(self) -> None:
        self.chosen_id, self.chosen_name, self.query, self.options = "", "", "", []


async def clear_choice(state: rx.State) -> None:
    """Forgets who was chosen, from another state's handler."""
    choice = await state.get_state(PersonChoiceState)
    choice._clear()  # noqa: SLF001  the same as its handler, which only browsers call


async def chosen_person(state: rx.State, form: dict[str, Any]) -> str:
    """Whose id a form brings, or who was chosen so shortly before that the form did not hold it yet; "": nobody."""
    choice = await state.get_state(PersonChoiceState)
    return str(form.get("user_id") or choice.chosen_id)
