"""The engine: decides from a compiled policy, in memory, with a reason. No I/O.

A denial wins over any number of allowances; the order of grants means nothing. All rules of a person for a permission lie
in a dict by scope, so a decision takes as many look-ups as a thing has scopes (a handful), however many grants there are.
"""

import hashlib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pursight_app.models import ScopeKind
from pursight_app.services.access.permissions import OWNER_PERMISSIONS, Permission

Scope = tuple[ScopeKind, UUID, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer with its reason.

    `granted_by` names what decided (empty where nothing allows it), `path` the steps from the person to the right.
    """

    allowed: bool
    reason: str
    granted_by: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """What is to be acted on, as far as rights depend on it. `path` is the qualified name inside the data source.

    `data_class` and `sensitivity` are those of one column; a column that nobody could name counts as restricted.
    """

    workspace_id: UUID
    data_source_id: UUID | None = None
    path: str = ""
    data_class: str = ""
    sensitivity: str = ""
    owner_id: UUID | None = None

    def scopes(self, kinds: Container[ScopeKind] = tuple(ScopeKind)) -> Iterator[Scope]:
        """Every scope of these kinds that holds the thing, widest first."""
        if ScopeKind.WORKSPACE in kinds:
            yield ScopeKind.WORKSPACE, self.workspace_id, ""
        if self.data_source_id is not None and ScopeKind.DATA_SOURCE in kinds:
            yield ScopeKind.DATA_SOURCE, self.data_source_id, ""
        if self.data_source_id is not None and ScopeKind.SUBTREE in kinds:
            for path in subtrees(self.path):
                yield ScopeKind.SUBTREE, self.data_source_id, path
        if self.data_class and ScopeKind.DATA_CLASS in kinds:
            yield ScopeKind.DATA_CLASS, self.workspace_id, self.data_class
        if self.sensitivity and ScopeKind.SENSITIVITY in kinds:
            yield ScopeKind.SENSITIVITY, self.workspace_id, self.sensitivity


def subtrees(path: str) -> Iterator[str]:
    """The paths that hold `path`, itself included: `shop`, `shop.public`, `shop.public.orders`; folders likewise."""
    for place, letter in enumerate(path):
        if letter in "./":
            yield path[:place]
    if path:
        yield path


Rules = Mapping[Permission, Mapping[Scope, Decision]]


@dataclass(frozen=True, slots=True)
class Policy:
    """All that one person may do, compiled at one authorization version.

    `roles` are the workspaces the person is in, `source_workspaces` those of the data sources that rules name; `owned` those where they own something; `valid_until` is the moment at
    which the next grant runs out. `auth_version` is that of the account's credentials.
    """

    user_id: UUID
    email: str
    name: str
    is_administrator: bool
    is_service: bool
    auth_version: int
    roles: Mapping[UUID, str]
    allows: Rules
    denies: Rules
    source_workspaces: Mapping[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    owned: frozenset[UUID] = frozenset()
    must_enrol: bool = False
    valid_until: datetime | None = None
    _missing: dict[Permission, Decision] = field(default_factory=dict[Permission, Decision])
    _kinds: dict[int, frozenset[ScopeKind]] = field(default_factory=dict[int, frozenset[ScopeKind]])

    def decide(self, permission: Permission, resource: Resource) -> Decision:
        """Whether the person may, and why; see the module for how rules weigh."""
        if (denied := self._first(self.denies, permission, resource)) is not None:
            return denied
        if self.is_administrator:
            return _INSTALLATION_ADMINISTRATOR
        if (allowed := self._first(self.allows, permission, resource)) is not None:
            return allowed
        if (
            permission in OWNER_PERMISSIONS
            and resource.owner_id == self.user_id
            and resource.workspace_id in self.roles
        ):
            return _OWNER
        return self._missing.get(permission) or self._missing.setdefault(permission, _nothing_allows(permission))

    def _first(self, rules: Rules, permission: Permission, resource: Resource) -> Decision | None:
        by_scope = rules.get(permission)
        if not by_scope:
            return None
        # Only kinds of scope that there are rules for: else a denial, which tries them all, takes longer than a grant.
        known = id(by_scope)
        kinds = self._kinds.get(known) or self._kinds.setdefault(known, frozenset(kind for kind, _, _ in by_scope))
        for scope in resource.scopes(kinds):
            if (found := by_scope.get(scope)) is not None:
                return found
        return None

    def fingerprint(self) -> str:
        """A short text that changes when the rights do, the same in every process."""
        parts = [f"{self.is_administrator}|{self.must_enrol}|{sorted(self.owned)}|{sorted(self.roles.items())}"]
        for rules in (self.allows, self.denies):
            parts += sorted(f"{permission}{scope}" for permission, scopes in rules.items() for scope in scopes)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]

    def holds_somewhere(self, permission: Permission, workspace_id: UUID) -> bool:
        """Whether the permission holds for the workspace or any part of it; denials narrow, they do not count here."""
        if self.is_administrator:
            return True
        return workspace_id in self.roles and (
            any(_lies_in(scope, workspace_id, self) for scope in self.allows.get(permission, ()))
            or (permission in OWNER_PERMISSIONS and workspace_id in self.owned)
        )


def _lies_in(scope: Scope, workspace_id: UUID, policy: Policy) -> bool:
    kind, place, _ = scope
    if kind in {ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE}:
        return policy.source_workspaces.get(place) == workspace_id
    return place == workspace_id


def _nothing_allows(permission: Permission) -> Decision:
    return Decision(allowed=False, reason=f"No role, group or grant allows {permission} here.")


_INSTALLATION_ADMINISTRATOR = Decision(
    allowed=True,
    reason="Administers this installation.",
    granted_by=("installation administrator",),
    path=("Administrator of this installation",),
)
_OWNER = Decision(
    allowed=True, reason="Owns this asset.", granted_by=("ownership",), path=("Named as the owner of this asset",)
)
