"""Grants of the workspace: the list, making one, and revoking one with a way back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.models import GrantEffect, ScopeKind
from pursight_app.services import data_classes, data_sources, grants, groups, roles
from pursight_app.services.access import INSTALLATION_PERMISSIONS, PERMISSION_WORDS, SCOPES_OF, Actor, Permission
from pursight_app.services.grant_scopes import SCOPE_WORDS
from pursight_app.services.grants import GrantRow, NewGrant
from state import format as fmt
from state.base import as_id, event, run
from state.person_choice import chosen_person, clear_choice
from state.session import current_workspace, notify

PAGE_ROWS = 50
MOST_GROUPS = 200
_MENDABLE = (InvalidInputError, ConflictError, NotFoundError)


@dataclass
class GrantView:
    """One grant."""

    id: str
    sentence: str
    receiver: str
    is_group: bool
    is_denial: bool
    has_run_out: bool
    reason: str
    made: str
    made_exact: str
    created_by: str


@dataclass
class Option:
    """Something to choose in a form."""

    key: str
    words: str


def end_of_day(text: str) -> datetime | None:
    """The last minute of a day that a date field gave, None for an empty one."""
    if not text:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59), UTC)
    except ValueError:
        raise InvalidInputError("Choose a day, or leave the field empty.") from None


class GrantsState(rx.State):
    """The tab “Grants” of the access page."""

    is_loading: bool = True
    grants: list[GrantView] = []
    total: int = 0
    offset: int = 0
    query: str = ""
    is_making: bool = False
    is_to_group: bool = False
    effect: str = GrantEffect.ALLOW
    content: str = f"permission:{Permission.VALUES_READ}"
    scope: str = ScopeKind.WORKSPACE
    contents: list[Option] = []
    scopes: list[Option] = []
    sources: list[Option] = []
    group_options: list[Option] = []
    data_classes: list[str] = list(TAXONOMY)
    problem: str = ""
    can_undo: bool = False
    _roles: dict[str, list[str]] = {}
    _role_names: dict[str, str] = {}
    _revoked: NewGrant | None = None

    @event()
    async def load(self) -> None:
        """Reads the URL and loads the page."""
        given = self.router.url.query_parameters
        start = str(given.get("from", "0"))
        self.query = str(given.get("q", ""))[:200]
        self.offset = min(int(start), 100_000) if start.isdigit() else 0
        await self._fill()
        self.is_loading = False

    async def _fill(self) -> None:
        home, query, offset = as_id(await current_workspace(self)), self.query, self.offset
        rows, self.total = await run(
            lambda session, actor: grants.list_grants(session, actor, home, query=query, limit=PAGE_ROWS, offset=offset)
        )
        self.grants = [_view(row) for row in rows]

    @rx.var
    def first(self) -> int:
        """Number of the first grant shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last grant shown."""
        return self.offset + len(self.grants)

    def _href(self, **changed: str) -> str:
        values = {"tab": "grants", "q": self.query, **changed}
        return f"/admin/access?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows by the name of a person or a group."""
        return rx.redirect(self._href(q=str(form.get("q", ""))[:200]), replace=True)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        start = max(0, self.offset - PAGE_ROWS)
        return rx.redirect(self._href(**{"from": str(start) if start else ""}))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(self._href(**{"from": str(self.offset + PAGE_ROWS)}))

    @event()
    async def open_making(self) -> None:
        """Opens the form for a new grant."""
        home = as_id(await current_workspace(self))

        def read(session: Session, actor: Actor) -> tuple[Any, Any, Any, list[str]]:
            return (
                roles.list_roles(session, actor, home),
                data_sources.list_data_sources(session, actor, home),
                _groups(session, actor, home),
                _data_classes(session, actor, home),
            )

        known, sources, self.group_options, self.data_classes = await run(read)
        self._roles = {role.key: sorted(role.permissions) for role in known}
        self._role_names = {role.key: role.name for role in known}
        self.sources = [Option(str(row.source.id), row.source.name) for row in sources]
        self.is_to_group, self.effect, self.problem, self.is_making = False, GrantEffect.ALLOW, "", True
        self.content, self.scope = f"permission:{Permission.VALUES_READ}", ScopeKind.WORKSPACE
        await clear_choice(self)
        self._offer()

    def _offer(self) -> None:
        """What can be chosen, after what has been chosen: a denial is of one permission; each has its own scopes."""
        is_denial = self.effect == GrantEffect.DENY
        self.contents = [
            Option(f"permission:{each}", words[0].upper() + words[1:])
            for each, words in PERMISSION_WORDS.items()
            if each not in INSTALLATION_PERMISSIONS and not (is_denial and SCOPES_OF[each] == {ScopeKind.WORKSPACE})
        ]
        if not is_denial:
            named = [
                Option(f"role:{key}", f"Everything that {name} includes") for key, name in self._role_names.items()
            ]
            self.contents = [*self.contents, *named]
        if self.content not in {each.key for each in self.contents}:
            self.content = f"permission:{Permission.VALUES_READ}"
        kind, _, key = self.content.partition(":")
        held = [key] if kind == "permission" else self._roles.get(key, [])
        possible = {scope for each in held if each in SCOPES_OF for scope in SCOPES_OF[Permission(each)]}
        self.scopes = [
            Option(each, words[0].upper() + words[1:]) for each, words in SCOPE_WORDS.items() if each in possible
        ]
        if self.scope not in possible:
            self.scope = ScopeKind.WORKSPACE

    @event()
    async def choose_receiver(self, kind: str) -> None:
        """To a person or to a group."""
        self.is_to_group = kind == "group"

    @event()
    async def choose_effect(self, effect: str) -> None:
        """Allow or deny."""
        self.effect = effect if effect in set(GrantEffect) else GrantEffect.ALLOW
        self._offer()

    @event()
    async def choose_content(self, content: str) -> None:
        """A permission or a role."""
        self.content = content[:100]
        self._offer()

    @event()
    async def choose_scope(self, scope: str) -> None:
        """The whole workspace or a part."""
        self.scope = scope if scope in set(ScopeKind) else ScopeKind.WORKSPACE

    @event()
    async def close_making(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the form."""
        self.is_making = is_open

    @event()
    async def make(self, form: dict[str, Any]) -> None:
        """Makes the grant; in force at once."""
        home = as_id(await current_workspace(self))
        try:
            person = "" if self.is_to_group else await chosen_person(self, form)
            shown = {"user_id": person, "effect": self.effect, "content": self.content, "scope": self.scope}
            new = _new_grant({**form, **shown})
            row = await run(lambda session, actor: grants.create_grant(session, actor, home, new))
        except _MENDABLE as error:
            self.problem = error.message
            return
        self.is_making, self.can_undo = False, False
        await self._fill()
        await notify(self, row.sentence)

    @event()
    async def revoke(self, grant_id: str) -> Any:
        """Revokes a grant at once and offers to make it again."""
        home = as_id(await current_workspace(self))
        try:
            self._revoked = await run(lambda session, actor: grants.revoke_grant(session, actor, home, as_id(grant_id)))
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        self.can_undo = True
        await self._fill()

    @event()
    async def undo(self) -> None:
        """Makes the grant that was revoked last again."""
        home, revoked = as_id(await current_workspace(self)), self._revoked
        self.can_undo, self._revoked = False, None
        if revoked is None:
            return
        try:
            await run(lambda session, actor: grants.create_grant(session, actor, home, revoked))
        except _MENDABLE as error:
            await notify(self, error.message, "error")
            return
        await self._fill()
        await notify(self, "It is granted again.")

    @event()
    async def forget(self) -> None:
        """Takes the offer to undo away."""
        self.can_undo, self._revoked = False, None


def _groups(session: Session, actor: Actor, home: Any) -> list[Option]:
    # Whoever manages roles but not members sees no groups, and grants to people only.
    if not actor.may(Permission.MEMBER_MANAGE, home):
        return []
    rows, _ = groups.list_groups(session, actor, home, limit=MOST_GROUPS)
    return [Option(str(row.group.id), row.group.name) for row in rows]


def _data_classes(session: Session, actor: Actor, home: Any) -> list[str]:
    # Whoever manages roles but may not read the catalogue does not learn what the workspace's own classes are called.
    if not actor.may_somewhere(Permission.CATALOG_READ, home):
        return list(TAXONOMY)
    return [known.name for known in data_classes.list_classes(session, actor, home)]


def _new_grant(form: dict[str, Any]) -> NewGrant:
    kind, _, key = str(form["content"]).partition(":")
    user_id, group_id = str(form.get("user_id") or ""), str(form.get("group_id") or "")
    if not user_id and not group_id:
        raise InvalidInputError("Choose a person or a group first.")
    source = str(form.get("data_source_id") or "")
    values = {"subtree": "path", "data_class": "data_class", "sensitivity": "sensitivity"}
    return NewGrant(
        user_id=as_id(user_id) if user_id else None,
        group_id=as_id(group_id) if group_id else None,
        effect=str(form["effect"]),
        role=key if kind == "role" else None,
        permission=key if kind == "permission" else None,
        scope_kind=str(form["scope"]),
        data_source_id=as_id(source) if source else None,
        scope_value=str(form.get(values.get(str(form["scope"]), "")) or ""),
        reason=str(form.get("reason") or ""),
        expires_at=end_of_day(str(form.get("until") or "")),
    )


def _view(row: GrantRow) -> GrantView:
    return GrantView(
        id=str(row.grant.id),
        sentence=row.sentence,
        receiver=row.receiver,
        is_group=row.is_group,
        is_denial=row.grant.effect == GrantEffect.DENY,
        has_run_out=row.has_run_out,
        reason=row.grant.reason,
        made=fmt.ago(row.grant.created_at),
        made_exact=fmt.exact(row.grant.created_at),
        created_by=row.created_by,
    )
