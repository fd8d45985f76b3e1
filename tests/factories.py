"""Makes what a test stands on, through the services, committed."""

import csv
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from pursight_app.core.db import unit_of_work
from pursight_app.models import Classification, ColumnModel, Member, ScanRun, UserAccount, Workspace
from pursight_app.services import access, auth, collaboration, compliance, data_classes, data_sources, reviews, scanning
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import Sent

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Office:
    """A workspace with one person in each role; `outsider` is steward of another workspace."""

    workspace_id: UUID
    administrator: Actor
    steward: Actor
    engineer: Actor
    viewer: Actor
    outsider: Actor
    root: Actor


def make_user(*, is_administrator: bool = False, password: str | None = None) -> UserAccount:
    with unit_of_work() as session:
        user = UserAccount(
            email=f"{uuid4().hex[:12]}@example.org",
            name="Test Person",
            password_hash=auth.hash_password(password) if password else None,
            is_administrator=is_administrator,
        )
        session.add(user)
    return user


def make_workspace(**roles: UserAccount) -> UUID:
    """A workspace with the starter rules; keywords are role=user."""
    with unit_of_work() as session:
        workspace = Workspace(name=f"Workspace {uuid4().hex[:8]}")
        session.add(workspace)
        session.flush()
        compliance.install_packs(session, workspace.id)
        for role, user in roles.items():
            session.add(Member(workspace_id=workspace.id, user_id=user.id, role=role))
    return workspace.id


def make_office() -> Office:
    people = {role: make_user() for role in ("administrator", "steward", "engineer", "viewer")}
    workspace_id = make_workspace(**people)
    outsider, root = make_user(), make_user(is_administrator=True)
    make_workspace(steward=outsider)
    actors = {role: actor_of(user) for role, user in people.items()}
    return Office(workspace_id, **actors, outsider=actor_of(outsider), root=actor_of(root))


def actor_of(user: UserAccount) -> Actor:
    with unit_of_work() as session:
        actor = access.load_actor(session, user.id)
    assert actor is not None
    return actor


def bearer(actor: Actor) -> dict[str, str]:
    """Headers of a fresh session of this person."""
    with unit_of_work() as session:
        user = session.get_one(UserAccount, actor.user_id)
        tokens = auth.start_session(session, user, factors=("pwd",))
    return {"Authorization": f"Bearer {tokens.access_token}"}


def log_in(client: TestClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    """The tokens that a log-in over REST gives."""
    answer = client.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return answer.json()


def bearer_of(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def people_rows(count: int = 60) -> list[list[object]]:
    return [[n, f"person{n}@example.com", f"{1990 + n % 20}-01-{1 + n % 28:02d}", n % 2] for n in range(count)]


PEOPLE_HEADER = ["id", "email", "signup_date", "is_active"]


def make_folder_source(office: Office, folder: Path) -> UUID:
    """A source over a folder of files."""
    with unit_of_work() as session:
        source = data_sources.create_data_source(
            session,
            office.steward,
            office.workspace_id,
            name=f"Files {uuid4().hex[:6]}",
            kind="files",
            config={"path": str(folder)},
            secret={},
        )
    return source.id


def make_data_class(office: Office) -> UUID:
    """A data class of the workspace's own that no column has."""
    with unit_of_work() as session:
        return data_classes.create_class(
            session,
            office.steward,
            office.workspace_id,
            data_classes.Definition(
                name=f"own_{uuid4().hex[:8]}",
                group="person",
                sensitivity="internal",
                recognised_by="pattern",
                patterns=("QXZ-[0-9]{9}",),
            ),
        ).id


def make_room(office: Office, *others: Actor, title: str = "A room") -> UUID:
    """A room that the steward has opened; `others` have joined."""
    with unit_of_work() as session:
        room = collaboration.create_room(session, office.steward, office.workspace_id, title=title)
    for other in others:
        with unit_of_work() as session:
            collaboration.invite(session, office.steward, room.id, user_id=other.user_id)
        with unit_of_work() as session:
            collaboration.join(session, other, room.id)
    return room.id


def say(actor: Actor, room_id: UUID, body: str, *, client_id: str = "", thread_id: UUID | None = None) -> Sent:
    """Says something in a room."""
    with unit_of_work() as session:
        return collaboration.send(
            session, actor, room_id, body=body, client_id=client_id or uuid4().hex, thread_id=thread_id
        )


def make_document(office: Office, room_id: UUID) -> UUID:
    """A text that the steward has shared in a room."""
    with unit_of_work() as session:
        return collaboration.share_text(session, office.steward, room_id, title="A text", content="words").id


def make_proposal(office: Office, room_id: UUID) -> UUID:
    """Something that the steward has put to the vote."""
    with unit_of_work() as session:
        return collaboration.propose(session, office.steward, room_id, title="Do it").id


def make_task(office: Office, room_id: UUID) -> UUID:
    """Something that the steward is to do."""
    with unit_of_work() as session:
        return collaboration.create_task(
            session, office.steward, room_id, title="Do it", owner_id=office.steward.user_id
        ).id


def room_things(office: Office, *others: Actor) -> dict[str, UUID]:
    """A room of the steward's and the others', a message and a text in it, by the names of path parameters."""
    room_id = make_room(office, *others)
    message = say(office.steward, room_id, "words")
    return {
        "session_id": room_id,
        "message_id": message.message_id,
        "document_id": make_document(office, room_id),
        "decision_id": make_proposal(office, room_id),
        "task_id": make_task(office, room_id),
    }


def request_scan(office: Office, source_id: UUID) -> UUID:
    with unit_of_work() as session:
        return scanning.request_scan(session, office.steward, source_id).id


def scan_now(office: Office, source_id: UUID) -> ScanRun:
    """Asks for a scan and does a worker's work in this process."""
    run_id = request_scan(office, source_id)
    scanning.run_scan(run_id)
    with unit_of_work() as session:
        return session.get_one(ScanRun, run_id)


def make_challenger(office: Office) -> UUID:
    """A model that waits for a decision, learned on top of a shipped model of another time."""
    with unit_of_work() as session:
        row = ColumnModel(
            workspace_id=office.workspace_id,
            number=1,
            status="challenger",
            version="1-site1",
            base_version="of another time",
            scores={"gate": {"passed": True, "reasons": []}},
        )
        session.add(row)
    return row.id


def make_review(office: Office, verdict: Classification, data_class: str | None) -> UUID:
    """A correction, or a rejection without a class. Returns the id of its batch."""
    decision = "correct" if data_class else "reject"
    with unit_of_work() as session:
        made = reviews.review_many(
            session, office.steward, office.workspace_id, [verdict.id], decision=decision, data_class=data_class
        )
    return made.batch_id
