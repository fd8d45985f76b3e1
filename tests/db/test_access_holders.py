"""The query of who holds a permission gives the same answer as the engine, and stays quick with many members."""

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import (
    AccessGrant,
    Asset,
    GroupMember,
    Member,
    ScopeKind,
    UserAccount,
    UserGroup,
    WorkspaceRole,
)
from pursight_app.services import access
from pursight_app.services.access import Permission, Resource
from pursight_app.services.access.holders import holds
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    make_folder_source,
    make_office,
    make_user,
    make_workspace,
    people_rows,
    scan_now,
    write_csv,
)

ASKED = (Permission.VALUES_READ, Permission.CATALOG_EDIT, Permission.SCAN_RUN, Permission.ROLE_MANAGE)


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def asset(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Asset:
    folder = Path(tmp_path_factory.mktemp("source"))
    write_csv(folder / "people.csv", PEOPLE_HEADER, people_rows())
    source = make_folder_source(office, folder)
    scan_now(office, source)
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source)).one()


def fill(office: Office, asset: Asset, dice: random.Random) -> list[UUID]:
    """Thirty people with random roles, groups, grants and denials, some run out, some of another workspace."""
    people = [make_user(is_administrator=dice.random() < 0.1) for _ in range(30)]
    elsewhere = make_workspace(steward=people[0])
    with unit_of_work() as session:
        key = f"own-{uuid4().hex[:6]}"
        held = [str(each) for each in ASKED if dice.random() < 0.5]
        session.add(WorkspaceRole(workspace_id=office.workspace_id, key=key, name=key, permissions=held))
        groups = [UserGroup(workspace_id=office.workspace_id, name=uuid4().hex) for _ in range(4)]
        session.add_all(groups)
        session.flush()
        for person in people[3:]:
            role = dice.choice(["viewer", "guest", "engineer", "steward", "administrator", key])
            session.add(Member(workspace_id=office.workspace_id, user_id=person.id, role=role))
        for person in people:
            person.is_active = dice.random() < 0.9
            session.merge(person)
            for group in groups:
                if dice.random() < 0.2:
                    ids = {"user_group_id": group.id, "user_id": person.id}
                    session.add(GroupMember(workspace_id=office.workspace_id, **ids))
        for _ in range(40):
            session.add(random_grant(office, asset, dice, Cast(people, groups, key, elsewhere)))
        stored = session.get_one(Asset, asset.id)
        stored.owner_id = dice.choice(people).id
    return [person.id for person in people]


@dataclass(frozen=True)
class Cast:
    """Whom and what random grants speak of."""

    people: list[UserAccount]
    groups: list[UserGroup]
    key: str
    elsewhere: UUID


def random_grant(office: Office, asset: Asset, dice: random.Random, cast: Cast) -> AccessGrant:
    kind = dice.choice(list(ScopeKind))
    value = {
        ScopeKind.SUBTREE: dice.choice([asset.qualified_name, "other"]),
        ScopeKind.DATA_CLASS: "email",
        ScopeKind.SENSITIVITY: dice.choice(["confidential", "restricted"]),
    }.get(kind, "")
    is_denial, to_group, as_role = (dice.random() < share for share in (0.3, 0.4, 0.3))
    in_source = kind in {ScopeKind.DATA_SOURCE, ScopeKind.SUBTREE}
    return AccessGrant(
        workspace_id=cast.elsewhere if dice.random() < 0.1 and not in_source and not to_group else office.workspace_id,
        user_id=None if to_group else dice.choice(cast.people).id,
        user_group_id=dice.choice(cast.groups).id if to_group else None,
        effect="deny" if is_denial else "allow",
        role=dice.choice(["engineer", cast.key]) if as_role and not is_denial else None,
        permission=None if as_role and not is_denial else dice.choice(ASKED[:3]),
        scope_kind=kind,
        data_source_id=asset.data_source_id if in_source else None,
        scope_value=value,
        expires_at=dice.choice([None, now() - timedelta(days=1), now() + timedelta(days=1)]),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_query_and_the_engine_name_the_same_people(office: Office, asset: Asset, seed: int) -> None:
    people = fill(office, asset, random.Random(seed))
    with unit_of_work() as session:
        row = session.get_one(Asset, asset.id)
        things = [
            Resource(office.workspace_id),
            Resource(office.workspace_id, row.data_source_id),
            access.resource_of(session, row),
            Resource(
                office.workspace_id, row.data_source_id, row.qualified_name, "email", "confidential", row.owner_id
            ),
        ]
        actors = {person: access.load_actor(session, person) for person in people}
        for permission in ASKED:
            for thing in things:
                found = set(
                    session.exec(
                        select(UserAccount.id).where(holds(session, permission, thing), col(UserAccount.id).in_(people))
                    ).all()
                )
                expected = {
                    person for person, actor in actors.items() if actor and actor.decide(permission, thing).allowed
                }
                assert found == expected, (permission, thing)


def test_ten_thousand_members_are_answered_at_once(services: None) -> None:
    office = make_office()
    rows = [{"id": uuid4(), "email": f"{uuid4().hex}@example.org", "name": f"Steward {n}"} for n in range(10_000)]
    with unit_of_work() as session:
        accounts = [UserAccount(**row).model_dump() for row in rows]
        session.execute(insert(UserAccount), accounts)
        session.execute(
            insert(Member),
            [Member(workspace_id=office.workspace_id, user_id=row["id"], role="steward").model_dump() for row in rows],
        )
    home = Resource(office.workspace_id)

    started = time.perf_counter()
    with unit_of_work() as session:
        found, total = access.who_may(session, office.administrator, Permission.VALUES_READ, home)
        denial = access.explain(session, office.viewer, Permission.VALUES_READ, home)
    seconds = time.perf_counter() - started

    assert len(found) == 50
    assert total >= 10_002
    assert denial.grantable_by[0] == office.administrator.name
    # About 0.3 s on two busy cores; one policy after the other would be half a minute.
    assert seconds < 5
