"""Who may do what, and why: one person's rights, and the people who may do something with a thing."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.services import access, access_questions, catalog, data_sources
from pursight_app.services.access import INSTALLATION_PERMISSIONS, PERMISSION_WORDS, Actor, Permission
from pursight_app.services.access_questions import Holder, Right
from pursight_app.services.catalog import Filters
from state.admin_grants import GrantsState
from state.admin_requests import RequestsState
from state.base import as_id, event, run
from state.person_choice import PersonChoiceState, clear_choice
from state.session import current_workspace, notify

TABS = ("person", "thing", "grants", "requests")
PAGE_ROWS = 50
MOST_FOUND = 8


@dataclass
class RightView:
    """One thing that a person may or may not do."""

    words: str
    key: str
    extent: str
    why: list[str]
    rules: list[str]


@dataclass
class HolderView:
    """Somebody who may, and the steps from them to the right."""

    user_id: str
    name: str
    email: str
    path: list[str]


@dataclass
class ThingView:
    """Something that can be asked about."""

    resource: str
    name: str
    kind: str


@dataclass
class ActionView:
    """Something that can be done."""

    key: str
    words: str


class AccessState(rx.State):
    """The tab and the question are in the URL, so an answer can be shared."""

    is_loading: bool = True
    tab: str = "person"
    person: str = ""
    rights: list[RightView] = []
    resource: str = ""
    thing: str = ""
    action: str = Permission.VALUES_READ
    actions: list[ActionView] = [
        ActionView(each, words) for each, words in PERMISSION_WORDS.items() if each not in INSTALLATION_PERMISSIONS
    ]
    things: list[ThingView] = []
    thing_query: str = ""
    holders: list[HolderView] = []
    total: int = 0
    offset: int = 0

    @event()
    async def load(self) -> Any:
        """Reads the URL and answers."""
        given = self.router.url.query_parameters
        self.tab = str(given.get("tab")) if given.get("tab") in TABS else "person"
        if self.tab == "grants":
            return GrantsState.load
        if self.tab == "requests":
            return RequestsState.load
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 100_000) if start.isdigit() else 0
        try:
            if self.tab == "person":
                await self._fill_person(str(given.get("user", "")))
            else:
                await self._fill_thing(str(given.get("resource", "")), str(given.get("action", "")))
        except (NotFoundError, InvalidInputError) as error:
            await notify(self, error.message, "error")
        self.is_loading = False
        return None

    async def _fill_person(self, user_id: str) -> None:
        self.rights, self.person = [], ""
        if not user_id:
            await clear_choice(self)
            return
        home, wanted = as_id(await current_workspace(self)), as_id(user_id)

        def read(session: Session, actor: Actor) -> tuple[list[Right], str]:
            rights = access_questions.rights_of(session, actor, home, wanted)
            return rights, access.someone(session, wanted).name

        rights, self.person = await run(read)
        choice = await self.get_state(PersonChoiceState)
        choice.chosen_id, choice.chosen_name = user_id, self.person
        self.rights = [_right(right) for right in rights]

    async def _fill_thing(self, resource: str, action: str) -> None:
        home, offset = await current_workspace(self), self.offset
        self.resource, self.holders = resource or f"workspace:{home}", []
        self.action = action if action in set(Permission) else Permission.VALUES_READ
        self.things, self.thing_query = [], ""
        resource, permission = self.resource, Permission(self.action)

        def read(session: Session, actor: Actor) -> tuple[str, tuple[list[Holder], int]]:
            found = access_questions.find_resource(session, actor, resource)
            name = access_questions.name_of(session, resource)
            return name, access_questions.who_may(session, actor, permission, found, limit=PAGE_ROWS, offset=offset)

        self.thing, (rows, self.total) = await run(read)
        self.holders = [
            HolderView(str(row.user_id), row.name, row.email, list(row.decision.path) or [row.decision.reason])
            for row in rows
        ]

    @rx.var
    def first(self) -> int:
        """Number of the first person shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last person shown."""
        return self.offset + len(self.holders)

    @event()
    async def choose_tab(self, tab: str) -> rx.event.EventSpec:
        """Opens another tab; the URL says so."""
        return rx.redirect(_href(tab=tab if tab in TABS else "person"), replace=True)

    @event()
    async def ask_person(self, user_id: str) -> rx.event.EventSpec:
        """Answers for a person."""
        return rx.redirect(_href(tab="person", user=user_id[:40]), replace=True)

    @event()
    async def ask_action(self, action: str) -> rx.event.EventSpec:
        """Answers for another action with the same thing."""
        return rx.redirect(_href(tab="thing", resource=self.resource, action=action[:60]), replace=True)

    @event()
    async def ask_thing(self, resource: str) -> rx.event.EventSpec:
        """Answers for another thing."""
        return rx.redirect(_href(tab="thing", resource=resource[:120], action=self.action), replace=True)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        start = max(0, self.offset - PAGE_ROWS)
        return rx.redirect(self._page(start))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(self._page(self.offset + PAGE_ROWS))

    def _page(self, start: int) -> str:
        start_text = str(start) if start else ""
        return _href(tab="thing", resource=self.resource, action=self.action, **{"from": start_text})

    @event()
    async def find_thing(self, query: str) -> None:
        """Lists the workspace, data sources and assets whose name holds what was typed."""
        home, wanted = as_id(await current_workspace(self)), query.strip()[:200]
        self.thing_query = wanted

        def read(session: Session, actor: Actor) -> list[ThingView]:
            whole = [ThingView(f"workspace:{home}", "The whole workspace", "workspace")]
            sources = data_sources.list_data_sources(session, actor, home)
            fitting = [row.source for row in sources if wanted.lower() in row.source.name.lower()]
            found = [ThingView(f"data_source:{each.id}", each.name, "data source") for each in fitting[:MOST_FOUND]]
            if not wanted:
                return whole + found
            assets = catalog.search_assets(session, actor, wanted, Filters(workspace_id=home), limit=MOST_FOUND)
            return found + [
                ThingView(f"asset:{row.asset.id}", row.asset.qualified_name, row.data_source_name)
                for row in assets.results
            ]

        self.things = await run(read)


def _href(**values: str) -> str:
    return f"/admin/access?{urlencode({name: value for name, value in values.items() if value})}"


def _right(right: Right) -> RightView:
    denials = [rule for rule in right.rules if not rule.allowed]
    # What holds for the whole workspace anyway needs no list of parts, only of exceptions.
    rules = [*right.rules] if right.extent == "part" else denials
    steps = [] if right.extent == "part" else list(right.decision.path) or [right.decision.reason]
    return RightView(
        words=right.words[0].upper() + right.words[1:],
        key=right.permission,
        extent="but" if right.extent == "whole" and denials else right.extent,
        why=steps,
        rules=[" → ".join(rule.path) or rule.reason for rule in rules],
    )
