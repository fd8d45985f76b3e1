"""The engine of rights and its row filter against a model that anybody can check by reading."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from pursight_app.core.db import unit_of_work
from pursight_app.models import (
    AccessGrant,
    Asset,
    Classification,
    DataSource,
    GrantEffect,
    GroupMember,
    Member,
    Role,
    ScopeKind,
    UserAccount,
    UserGroup,
    Workspace,
)
from pursight_app.services import access
from pursight_app.services.access import OWNER_PERMISSIONS, ROLE_PERMISSIONS, SCOPES_OF, Permission

pytestmark = pytest.mark.usefixtures("services")

NARROWED = [Permission.CATALOG_READ, Permission.CATALOG_EDIT, Permission.VALUES_READ, Permission.FINDING_READ]
PATHS = ["shop.public.orders", "shop.public.people", "shop.hr.people", "shop.hr", "files/hr/2024.csv"]
SUBTREES = ["shop", "shop.public", "shop.public.orders", "shop.hr", "shop.h", "files", "files/hr"]
CLASSES, LEVELS = ["email", "iban"], ["internal", "confidential", "restricted"]


@dataclass
class Grant:
    who: UUID
    effect: str
    permissions: frozenset[Permission]
    kind: ScopeKind
    source: UUID | None
    value: str


@dataclass
class Thing:
    source: UUID
    path: str
    owner: UUID | None = None
    data_class: str = "email"
    level: str = "confidential"


@dataclass
class Model:
    """Forty lines that say what the engine must answer: a plain walk over all grants."""

    roles: dict[UUID, Role] = field(default_factory=dict)
    groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    grants: dict[UUID, Grant] = field(default_factory=dict)
    things: dict[UUID, Thing] = field(default_factory=dict)

    def covers(self, grant: Grant, permission: Permission, thing: Thing) -> bool:
        if permission not in grant.permissions or grant.kind not in SCOPES_OF[permission]:
            return False
        if grant.kind == ScopeKind.WORKSPACE:
            return True
        if grant.kind == ScopeKind.DATA_SOURCE:
            return grant.source == thing.source
        if grant.kind == ScopeKind.SUBTREE:
            below = thing.path.startswith((grant.value + ".", grant.value + "/"))
            return grant.source == thing.source and (thing.path == grant.value or below)
        return grant.value == (thing.data_class if grant.kind == ScopeKind.DATA_CLASS else thing.level)

    def may(self, user: UUID, permission: Permission, thing: Thing) -> bool:
        if user not in self.roles:
            return False
        mine = {user} | {group for group, people in self.groups.items() if user in people}
        hits = [g.effect for g in self.grants.values() if g.who in mine and self.covers(g, permission, thing)]
        if GrantEffect.DENY in hits:
            return False
        is_owner = thing.owner == user and permission in OWNER_PERMISSIONS
        return bool(hits) or is_owner or permission in ROLE_PERMISSIONS[self.roles[user]]


class Rights(RuleBasedStateMachine):
    """Random grants, denials, groups, moves and revocations; after each step engine, filter and model agree."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        with unit_of_work() as session:
            home = Workspace(name="Random")
            people = [UserAccount(email=f"{uuid4().hex}@example.org", name="P") for _ in range(3)]
            session.add_all([home, *people])
            session.flush()
            sources = [DataSource(workspace_id=home.id, name=f"S{n}", kind="files") for n in range(2)]
            groups = [UserGroup(workspace_id=home.id, name=f"G{n}") for n in range(2)]
            session.add_all([*sources, *groups])
            session.flush()
            for source in sources:
                for path in PATHS:
                    asset = Asset(
                        workspace_id=home.id, data_source_id=source.id, kind="table", namespace="n",
                        qualified_name=path, name=path, sensitivity="confidential", search_vector="",
                    )  # fmt: skip
                    session.add(asset)
                    self.model.things[asset.id] = Thing(source.id, path)
        self.home = home.id
        self.people = [person.id for person in people]
        self.sources = [source.id for source in sources]
        self.model.groups = {group.id: set() for group in groups}
        self.groups = list(self.model.groups)

    @rule(person=st.integers(0, 2), role=st.sampled_from([*Role, None]))
    def set_role(self, person: int, role: Role | None) -> None:
        user = self.people[person]
        with unit_of_work() as session:
            row = session.exec(select(Member).where(Member.workspace_id == self.home, Member.user_id == user)).first()
            if row is not None:
                session.delete(row)
                session.flush()
            if role is not None:
                session.add(Member(workspace_id=self.home, user_id=user, role=role))
        self.model.roles.pop(user, None)
        if role is not None:
            self.model.roles[user] = role

    @rule(person=st.integers(0, 2), group=st.integers(0, 1))
    def join_or_leave(self, person: int, group: int) -> None:
        user, group_id = self.people[person], self.groups[group]
        people = self.model.groups[group_id]
        with unit_of_work() as session:
            if user in people:
                session.delete(
                    session.exec(
                        select(GroupMember).where(GroupMember.user_group_id == group_id, GroupMember.user_id == user)
                    ).one()
                )
            else:
                session.add(GroupMember(workspace_id=self.home, user_group_id=group_id, user_id=user))
        people ^= {user}

    @rule(
        person=st.integers(0, 4),
        effect=st.sampled_from(GrantEffect),
        content=st.sampled_from([*NARROWED, Role.VIEWER, Role.STEWARD]),
        kind=st.sampled_from(ScopeKind),
        source=st.integers(0, 1),
        path=st.sampled_from(SUBTREES),
        data_class=st.sampled_from(CLASSES),
        level=st.sampled_from(LEVELS),
    )
    def grant(  # noqa: PLR0917
        self, person: int, effect: GrantEffect, content: str, kind: ScopeKind, source: int, path: str,
        data_class: str, level: str,
    ) -> None:  # fmt: skip
        in_source = kind in {ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE}
        value = {ScopeKind.SUBTREE: path, ScopeKind.DATA_CLASS: data_class, ScopeKind.SENSITIVITY: level}.get(kind, "")
        is_role = isinstance(content, Role)
        row = AccessGrant(
            workspace_id=self.home,
            user_id=self.people[person] if person < 3 else None,
            user_group_id=self.groups[person - 3] if person >= 3 else None,
            effect=effect,
            role=content if is_role else None,
            permission=None if is_role else content,
            scope_kind=kind,
            data_source_id=self.sources[source] if in_source else None,
            scope_value=value,
        )
        with unit_of_work() as session:
            session.add(row)
        permissions = ROLE_PERMISSIONS[content] if is_role else frozenset({Permission(content)})
        who = row.user_id or row.user_group_id
        assert who is not None
        self.model.grants[row.id] = Grant(who, effect, permissions, kind, row.data_source_id, value)

    @rule(which=st.randoms(use_true_random=False))
    def revoke(self, which) -> None:  # noqa: ANN001
        if self.model.grants:
            grant_id = which.choice(sorted(self.model.grants, key=str))
            with unit_of_work() as session:
                session.delete(session.get_one(AccessGrant, grant_id))
            del self.model.grants[grant_id]

    @rule(which=st.integers(0, 9), owner=st.sampled_from([None, 0, 1, 2]), path=st.integers(0, 999))
    def move(self, which: int, owner: int | None, path: int) -> None:
        asset_id = list(self.model.things)[which]
        thing = self.model.things[asset_id]
        thing.owner = None if owner is None else self.people[owner]
        thing.path = f"{PATHS[path % len(PATHS)]}.t{path}" if path % 2 else f"shop.hr.t{path}.{which}"
        with unit_of_work() as session:
            asset = session.get_one(Asset, asset_id)
            asset.owner_id, asset.qualified_name = thing.owner, f"{thing.path}"
            clash = select(Asset.id).where(
                Asset.data_source_id == asset.data_source_id, Asset.qualified_name == thing.path, Asset.id != asset_id
            )
            with session.no_autoflush:
                taken = session.exec(clash).first()
            if taken:
                thing.path = asset.qualified_name = f"{thing.path}.{uuid4().hex}"

    @invariant()
    def engine_filter_and_model_agree(self) -> None:
        with unit_of_work() as session:
            assets = session.exec(select(Asset).where(Asset.workspace_id == self.home)).all()
            verdict = Classification(data_class="email", sensitivity="confidential", asset_column_id=uuid4(),
                                     workspace_id=self.home)  # fmt: skip
            for user in self.people:
                actor = access.load_actor(session, user)
                assert actor is not None
                for permission in NARROWED:
                    for asset in assets:
                        resource = access.column_resource(asset, verdict)
                        decision = actor.decide(permission, resource)
                        expected = self.model.may(user, permission, self.model.things[asset.id])
                        assert decision.allowed == expected, (permission, asset.qualified_name, decision)
                        assert decision.reason
                        assert decision.path or not expected
                for permission in (Permission.CATALOG_READ, Permission.FINDING_READ):
                    seen = select(Asset.id).where(
                        Asset.workspace_id == self.home, access.visible(actor, Asset, permission)
                    )
                    things = self.model.things.items()
                    wanted = {asset_id for asset_id, thing in things if self.model.may(user, permission, thing)}
                    assert set(session.exec(seen).all()) == wanted

    def teardown(self) -> None:
        with unit_of_work() as session:
            session.delete(session.get_one(Workspace, self.home))
            for user in session.exec(select(UserAccount).where(col(UserAccount.id).in_(self.people))).all():
                session.delete(user)


def test_engine_and_filter_answer_as_the_model_does() -> None:
    run_state_machine_as_test(
        Rights,
        settings=settings(
            max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
