"""The identity providers of this installation: the list, the form, the test."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import reflex as rx

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.models import Role
from pursight_app.services import sso
from state.base import as_id, event, run, run_outside
from state.session import notify


@dataclass
class ProviderView:
    """One row of the list."""

    id: str
    key: str
    name: str
    issuer: str
    groups: str
    people: int
    is_enabled: bool


@dataclass
class RoleView:
    """A role to choose."""

    key: str
    name: str


@dataclass
class WorkspaceView:
    """A workspace to choose, with its roles."""

    id: str
    name: str
    roles: list[RoleView] = field(default_factory=list)


@dataclass
class MappingView:
    """One row of the form: a group and what it leads to; `roles` are those of the chosen workspace."""

    id: str
    group: str
    workspace_id: str
    role: str
    roles: list[RoleView] = field(default_factory=list)


@dataclass
class FormView:
    """What the form begins with; `id` is "" for a new provider."""

    id: str = ""
    key: str = ""
    name: str = ""
    issuer: str = ""
    client_id: str = ""
    has_secret: bool = False
    scopes: str = "openid email profile"
    group_claim: str = "groups"
    redirect_uri: str = ""


@dataclass
class FactView:
    """One thing that a provider says about itself."""

    name: str
    text: str


class AdminSsoState(rx.State):
    """Providers, and the drawers that change, test and remove one."""

    is_loading: bool = True
    failure: str = ""
    providers: list[ProviderView] = []
    workspaces: list[WorkspaceView] = []
    is_editing: bool = False
    form: FormView = FormView()
    mappings: list[MappingView] = []
    problem: str = ""
    testing_name: str = ""
    is_testing: bool = False
    test_ok: bool = False
    test_text: str = ""
    test_facts: list[FactView] = []
    deleting_id: str = ""
    deleting_name: str = ""
    deleting_people: str = ""

    @event()
    async def load(self) -> None:
        """Loads the list."""
        try:
            await self._fill()
            self.failure = ""
        except PurSightError as error:
            self.failure = error.message
        self.is_loading = False

    async def _fill(self) -> None:
        rows = await run(sso.list_providers)
        choices = await run(sso.list_role_choices)
        self.providers = [_view(row) for row in rows]
        self.workspaces = [
            WorkspaceView(str(one.workspace_id), one.workspace_name, [RoleView(*role) for role in one.roles])
            for one in choices
        ]

    @event()
    async def open_new(self) -> None:
        """Opens the drawer for a new provider."""
        self.form, self.mappings, self.problem = FormView(redirect_uri=sso.redirect_uri("KEY")), [], ""
        self.is_editing = True

    @event()
    async def open_change(self, provider_id: str) -> None:
        """Opens the drawer for one that is there."""
        row = await run(lambda session, actor: sso.get_provider(session, actor, as_id(provider_id)))
        known = row.settings
        self.form = FormView(
            id=str(row.id),
            key=row.key,
            name=known.name,
            issuer=known.issuer,
            client_id=known.client_id,
            has_secret=row.has_secret,
            scopes=known.scopes,
            group_claim=known.group_claim,
            redirect_uri=row.redirect_uri,
        )
        self.mappings = [self._mapping(each.group, str(each.workspace_id), each.role) for each in known.group_roles]
        self.problem, self.is_editing = "", True

    def _mapping(self, group: str, workspace_id: str, role: str) -> MappingView:
        roles = next((one.roles for one in self.workspaces if one.id == workspace_id), [])
        return MappingView(uuid4().hex[:8], group, workspace_id, role, roles)

    @event()
    async def close_form(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if not is_open:
            self.is_editing = False

    @event()
    async def type_key(self, key: str) -> None:
        """Shows the redirect URI that the key will have."""
        self.form = replace(self.form, redirect_uri=sso.redirect_uri(key.strip().lower()[:40] or "KEY"))

    @event()
    async def copy_redirect_uri(self) -> rx.event.EventSpec:
        """Copies the address to enter at the provider."""
        await notify(self, "The redirect URI is copied.")
        return rx.set_clipboard(self.form.redirect_uri)

    @event()
    async def add_mapping(self) -> None:
        """Adds an empty row."""
        if self.workspaces:
            self.mappings = [*self.mappings, self._mapping("", self.workspaces[0].id, Role.VIEWER)]

    @event()
    async def remove_mapping(self, mapping_id: str) -> None:
        """Takes a row away."""
        self.mappings = [row for row in self.mappings if row.id != mapping_id]

    @event()
    async def raise_mapping(self, mapping_id: str) -> None:
        """Moves a row up, so that it counts before the one above it."""
        at = next((n for n, row in enumerate(self.mappings) if row.id == mapping_id), 0)
        if at > 0:
            rows = list(self.mappings)
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
            self.mappings = rows

    @event()
    async def choose_workspace(self, mapping_id: str, workspace_id: str) -> None:
        """Offers the roles of another workspace in one row."""
        roles = next((one.roles for one in self.workspaces if one.id == workspace_id), [])
        self.mappings = [
            replace(row, workspace_id=workspace_id, roles=roles, role=str(Role.VIEWER)) if row.id == mapping_id else row
            for row in self.mappings
        ]

    @event()
    async def save(self, form: dict[str, Any]) -> None:
        """Adds or changes the provider."""
        settings = self._settings(form)
        try:
            if self.form.id:
                await self._update(settings, form)
            else:
                key, secret = str(form.get("key", "")), str(form.get("client_secret", ""))
                await run(
                    lambda session, actor: sso.create_provider(
                        session, actor, key=key, settings=settings, client_secret=secret
                    )
                )
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.is_editing = False
        await self._fill()
        await notify(self, f"{settings.name} is saved. Test it before you tell people.")

    async def _update(self, settings: sso.ProviderSettings, form: dict[str, Any]) -> None:
        provider_id = as_id(self.form.id)
        # Empty means that nobody typed one; a checkbox says that it should go.
        secret = "" if form.get("forget_secret") else str(form.get("client_secret", "")) or None
        await run(
            lambda session, actor: sso.update_provider(
                session, actor, provider_id, settings=settings, client_secret=secret
            )
        )

    def _settings(self, form: dict[str, Any]) -> sso.ProviderSettings:
        def text(name: str) -> str:
            return str(form.get(name, ""))

        rows = [
            sso.GroupRole(text(f"group-{row.id}"), as_id(row.workspace_id), text(f"role-{row.id}"))
            for row in self.mappings
        ]
        return sso.ProviderSettings(
            text("name"),
            text("issuer"),
            text("client_id"),
            scopes=text("scopes"),
            group_claim=text("group_claim"),
            group_roles=rows,
        )

    @event(background=True)
    async def test(self, provider_id: str) -> None:
        """Asks the provider for its discovery document and shows what came."""
        async with self:
            known = next((row.name for row in self.providers if row.id == provider_id), "")
            self.testing_name, self.is_testing, self.test_text, self.test_facts = known, True, "", []
        try:
            check = await run_outside(lambda actor: sso.check_provider(actor, as_id(provider_id)))
        except PurSightError as error:
            check = sso.ProviderCheck(is_ok=False, sentence=error.message)
        async with self:
            self.is_testing, self.test_ok, self.test_text = False, check.is_ok, check.sentence
            self.test_facts = [FactView(*fact) for fact in check.facts]

    @event()
    async def close_test(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the result."""
        if not is_open:
            self.testing_name = ""

    @event()
    async def switch(self, provider_id: str, is_enabled: bool) -> None:  # noqa: FBT001  an event's arguments are positional
        """Lets people log in through it, or no longer."""
        row = await run(
            lambda session, actor: sso.set_provider_enabled(session, actor, as_id(provider_id), is_enabled=is_enabled)
        )
        await self._fill()
        now = "People can log in through" if row.is_enabled else "Nobody can log in any more through"
        await notify(self, f"{now} {row.settings.name}.")

    @event()
    async def ask_delete(self, provider_id: str) -> None:
        """Asks before a provider goes."""
        row = next((row for row in self.providers if row.id == provider_id), None)
        if row is not None:
            self.deleting_id, self.deleting_name, self.deleting_people = row.id, row.name, _linked(row.people)

    @event()
    async def cancel_delete(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Keeps it."""
        if not is_open:
            self.deleting_id = ""

    @event()
    async def delete(self, form: dict[str, Any]) -> None:
        """Removes a provider once its name was typed."""
        if form.get("name") != self.deleting_name:
            await notify(self, "The name does not match, so nothing was removed.", "error")
            return
        provider_id = as_id(self.deleting_id)
        await run(lambda session, actor: sso.delete_provider(session, actor, provider_id))
        self.deleting_id = ""
        await self._fill()
        await notify(self, f"{self.deleting_name} was removed.")


def _view(row: sso.ProviderRow) -> ProviderView:
    groups = len(row.settings.group_roles)
    return ProviderView(
        id=str(row.id),
        key=row.key,
        name=row.settings.name,
        issuer=row.settings.issuer,
        groups="none mapped" if groups == 0 else f"{groups} mapped",
        people=row.people_count,
        is_enabled=row.is_enabled,
    )


def _linked(people: int) -> str:
    if people == 0:
        return "Nobody is linked to it yet."
    who = "One person is" if people == 1 else f"{people} people are"
    return f"{who} linked to it: accounts and memberships stay, but whoever has no password needs one then."
