"""The data classes of the workspace: own ones on top, PurSight's by group."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from pursight_app.core.taxonomy import TAXONOMY, DataClass
from pursight_app.models import CustomDataClass
from pursight_app.services import data_classes
from state import format as fmt
from state.base import as_id, event, hear, run
from state.session import current_workspace, notify

GROUP_WORDS = {
    "person": "People",
    "contact": "Contact",
    "government_id": "Government ids",
    "financial": "Money",
    "health": "Health",
    "location": "Places",
    "technical": "Technical",
    "secret": "Secrets",
    "vehicle": "Vehicles",
    "organization": "Organisations",
    "generic": "General",
}
RECOGNISED_WORDS = {"pattern": "Pattern", "words": "Word list", "examples": "Learned from examples"}


@dataclass
class ClassView:
    """One data class; `count` is "" when no column here bears it."""

    name: str
    group: str
    definition: str
    sensitivity: str
    regulations: str
    count: str
    href: str
    id: str = ""
    recognised: str = ""
    form: str = ""
    header_words: str = ""
    is_active: bool = True
    is_waiting: bool = False


@dataclass
class GroupView:
    """The classes of one group."""

    name: str
    classes: list[ClassView] = field(default_factory=list)


class DataClassesState(rx.State):
    """The page; `?q=` narrows the list."""

    is_loading: bool = True
    query: str = ""
    own: list[ClassView] = []
    groups: list[GroupView] = []
    own_total: int = 0
    put_away: str = ""
    _put_away_id: str = ""

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the list."""
        self.query = str(self.router.url.query_parameters.get("q", ""))[:100]
        workspace_id = await self._fill()
        self.put_away = ""
        self.is_loading = False
        if workspace_id:
            await hear(self, "data_classes", f"workspace:{workspace_id}")

    @event()
    async def refresh(self) -> None:
        """Called by the live hub, and after a class was saved."""
        await self._fill()

    async def _fill(self) -> str:
        workspace_id = await current_workspace(self)
        if not workspace_id:
            return ""
        home = as_id(workspace_id)
        own, counted = await run(
            lambda session, actor: (
                data_classes.list_own_classes(session, actor, home),
                data_classes.count_columns(session, actor, home),
            )
        )
        words = self.query.lower().split()
        self.own_total = len(own)
        self.own = [view for row in own if _fits(view := _own_view(row, counted.get(row.name, 0)), words)]
        views = [view for known in TAXONOMY.values() if _fits(view := _view(known, counted.get(known.name, 0)), words)]
        self.groups = [
            GroupView(name, [view for view in views if view.group == name])
            for name in dict.fromkeys(view.group for view in views)
        ]
        return workspace_id

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows the list."""
        query = str(form.get("q", ""))[:100]
        return rx.redirect(f"/data-classes?{urlencode({'q': query})}" if query else "/data-classes", replace=True)

    @event()
    async def deactivate(self, data_class_id: str) -> None:
        """Takes a class out of use and offers the way back."""
        row = await self._switch(data_class_id, is_active=False)
        self.put_away, self._put_away_id = row.name, data_class_id

    @event()
    async def reactivate(self, data_class_id: str) -> None:
        """Puts a class into use again."""
        row = await self._switch(data_class_id, is_active=True)
        self.put_away = ""
        await notify(self, f"{row.name} is in use again. Columns are being asked anew.")

    @event()
    async def undo(self) -> None:
        """Puts the class that was taken out of use last back into use."""
        if self.put_away:
            await self._switch(self._put_away_id, is_active=True)
        self.put_away = ""

    @event()
    async def dismiss(self) -> None:
        """Hides the way back."""
        self.put_away = ""

    async def _switch(self, data_class_id: str, *, is_active: bool) -> CustomDataClass:
        wanted = as_id(data_class_id)
        change = data_classes.Change(is_active=is_active)
        row = await run(lambda session, actor: data_classes.update_class(session, actor, wanted, change))
        await self._fill()
        return row


def _view(known: DataClass, count: int) -> ClassView:
    return ClassView(
        name=known.name,
        group=GROUP_WORDS.get(known.group, known.group),
        definition=known.definition,
        sensitivity=known.sensitivity,
        regulations=", ".join(known.regulations),
        count=f"{fmt.count(count)} {'column' if count == 1 else 'columns'}" if count else "",
        href=f"/catalog?{urlencode({'data_class': known.name})}",
    )


def _own_view(row: CustomDataClass, count: int) -> ClassView:
    view = _view(data_classes.as_data_class(row), count)
    view.id, view.is_active, view.is_waiting = str(row.id), row.is_active, row.rescored_version < row.version
    view.recognised = RECOGNISED_WORDS[row.recognised_by]
    view.form = f"{len(row.words):,} words" if row.words else " or ".join(map(data_classes.describe, row.patterns))
    view.header_words = ", ".join(row.header_words)
    return view


def _fits(view: ClassView, words: list[str]) -> bool:
    text = f"{view.name} {view.group} {view.definition} {view.regulations} {view.sensitivity}".lower()
    return all(word in text for word in words)
