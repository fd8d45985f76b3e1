"""What is shared in rooms: by content, not by name; seen with the reader's own rights."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from pursight_app.api.dependencies import COOKIE
from pursight_app.core import blob
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, Document, Member, Role, UserAccount
from pursight_app.services import access, auth, collaboration
from pursight_app.services.access import Actor
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    actor_of,
    bearer,
    make_folder_source,
    make_office,
    make_room,
    make_user,
    people_rows,
    scan_now,
    write_csv,
)

ROOMS = "/racine/collaboration"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture
def room(office: Office) -> UUID:
    return make_room(office, office.viewer)


def upload(
    client: TestClient, who: dict[str, str], room: UUID, name: str, content: bytes
) -> tuple[int, dict[str, object]]:
    answer = client.post(
        f"{ROOMS}/share-document",
        data={"session_id": str(room)},
        files={"file": (name, content, "text/html")},
        headers=who,
    )
    return answer.status_code, answer.json()


def document(document_id: object) -> Document:
    with unit_of_work() as session:
        return session.get_one(Document, UUID(str(document_id)))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("scan.png", PNG, "image/png"),
        ("report.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("rows.csv", b"a,b\n1,2\n", "text/csv"),
        ("plan.md", b"# Plan", "text/markdown"),
        ("query.sql", b"SELECT 1", "application/sql"),
        ("book.ipynb", b'{"cells": []}', "application/x-ipynb+json"),
        ("notes", "Grüße".encode(), "text/plain"),
        # Not shown as what they are: text, and never a page.
        ("picture.svg", b"<svg onload=alert(1)>", "text/plain"),
        ("page.html", b"<script>alert(1)</script>", "text/plain"),
    ],
)
def test_in_52_files_are_what_their_bytes_are_and_only_downloaded(  # noqa: PLR0917  fixtures and one case
    client: TestClient, office: Office, room: UUID, name: str, content: bytes, kind: str
) -> None:
    code, made = upload(client, bearer(office.steward), room, name, content)

    assert code == 201
    kept = document(made["document_id"])
    assert (kept.content_type, kept.size_bytes, kept.title) == (kind, len(content), name)
    answer = client.get(f"{ROOMS}/documents/{kept.id}/content", headers=bearer(office.viewer))
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("fake.png", b"<script>alert(1)</script>", 415),
        ("fake.txt", PNG, 415),
        ("program.exe", b"MZ\x90\x00\x03\xff", 415),
        ("broken.ipynb", b"{", 415),
        ("deep.json", b"[" * 100_000, 415),
        ("empty.csv", b"", 422),
        ("large.txt", b"x" * (8 * 1024 * 1024 + 1), 422),
    ],
)
def test_sf_70_content_that_is_not_what_it_says_is_refused(  # noqa: PLR0917  fixtures and one case
    client: TestClient, office: Office, room: UUID, name: str, content: bytes, status: int
) -> None:
    assert upload(client, bearer(office.steward), room, name, content)[0] == status


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("n" * 300 + ".csv", "n" * 196 + ".csv"),
        ("con\r\nSet-Cookie: x", "con  Set-Cookie: x"),
        ("\u202egnp.exe.csv", "gnp.exe.csv"),
        ("<img src=x onerror=alert(1)>.csv", "<img src=x onerror=alert(1)>.csv"),
    ],
)
def test_sf_64_names_are_only_shown(client: TestClient, office: Office, room: UUID, name: str, title: str) -> None:
    from pursight_app.services import collaboration

    with unit_of_work() as session:
        kept = collaboration.share_file(session, office.steward, room, name=name, content=b"a,b\n")
    assert kept.title == title
    assert kept.blob_key.startswith(f"rooms/{office.workspace_id}/")
    assert len(kept.blob_key.rsplit("/", 1)[1]) == 64


def test_sf_63_no_address_takes_a_key(client: TestClient, office: Office, room: UUID) -> None:
    _, made = upload(client, bearer(office.steward), room, "a.csv", b"a,b\n")
    kept = document(made["document_id"])
    assert blob.read_blob(kept.blob_key) == b"a,b\n"

    for guess in (kept.blob_key, kept.blob_key.rsplit("/", 1)[1], f"..%2F{kept.blob_key}", str(uuid4())):
        answer = client.get(f"{ROOMS}/documents/{guess}/content", headers=bearer(office.steward))
        assert answer.status_code in {404, 422}
    for stranger in (office.outsider, office.engineer):
        assert client.get(f"{ROOMS}/documents/{kept.id}/content", headers=bearer(stranger)).status_code == 404


def test_bad_multipart_and_json_are_refused_in_words(client: TestClient, office: Office, room: UUID) -> None:
    who = bearer(office.steward)
    answers = [
        client.post(f"{ROOMS}/share-document", data={"session_id": "x"}, files={"file": ("a", b"b")}, headers=who),
        client.post(
            f"{ROOMS}/share-document", data={"session_id": str(room)}, files={"other": ("a", b"b")}, headers=who
        ),
        client.post(f"{ROOMS}/share-document", content=b"{", headers=who | {"content-type": "application/json"}),
        client.post(f"{ROOMS}/share-document", json={"session_id": str(room)}, headers=who),
        client.post(f"{ROOMS}/share-document", json={"session_id": str(room), "content": "x"}, headers=who),
    ]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert all(answer.json()["code"] == "invalid_input" for answer in answers)


def test_ac_39_who_may_not_see_an_asset_sees_a_stub(client: TestClient, office: Office, tmp_path: Path) -> None:
    write_csv(tmp_path / "salaries.csv", PEOPLE_HEADER, people_rows())
    source = make_folder_source(office, tmp_path)
    scan_now(office, source)
    with unit_of_work() as session:
        asset = session.exec(select(Asset).where(Asset.data_source_id == source)).one()
    guest = make_user()
    with unit_of_work() as session:
        session.add(Member(workspace_id=office.workspace_id, user_id=guest.id, role=Role.GUEST))
        access.bump_version(session)
    room = make_room(office, office.viewer, actor_of(guest))

    body = {"session_id": str(room), "asset_id": str(asset.id)}
    made = client.post(f"{ROOMS}/share-document", json=body, headers=bearer(office.steward)).json()

    def shown(who: dict[str, str]) -> dict[str, object]:
        return client.get(f"{ROOMS}/session/{room}/documents", headers=who).json()["items"][0]

    member, stranger = bearer(office.viewer), bearer(actor_of(guest))
    assert shown(member)["title"] == asset.qualified_name
    assert shown(stranger)["is_hidden"]
    assert shown(stranger)["asset_id"] is None
    for path in ("documents", "events", "export", "messages"):
        assert "salaries" not in client.get(f"{ROOMS}/session/{room}/{path}", headers=stranger).text
    assert client.get(f"{ROOMS}/documents/{made['document_id']}/content", headers=stranger).status_code == 403
    activity = client.get(f"/api/activity?workspace_id={office.workspace_id}", headers=stranger)
    assert "salaries" not in activity.text
    assert client.post(f"{ROOMS}/share-document", json=body, headers=stranger).status_code in {403, 404}


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://dash.example.com/d/7?from=now", 201),
        ("http://localhost:3000/queries/1", 201),
        ("javascript:alert(1)", 422),
        ("data:text/html,<script>1</script>", 422),
        ("file:///etc/passwd", 422),
        ("https://user:secret@example.com/", 422),
        ("https://", 422),
        ("https://example.com/" + "x" * 3_000, 422),
        ("https://example.com/\u202e", 422),
    ],
)
def test_links_lead_to_the_web_and_hold_no_password(client: TestClient, office: Office, url: str, status: int) -> None:
    room = make_room(office, office.viewer)
    body = {"session_id": str(room), "url": url, "title": "Orders"}

    answer = client.post(f"{ROOMS}/share-document", json=body, headers=bearer(office.viewer))

    assert answer.status_code == status, answer.text
    listed = client.get(f"{ROOMS}/session/{room}/documents", headers=bearer(office.steward)).json()["items"]
    assert [item["url"] for item in listed] == ([url] if status == 201 else [])


def test_ra_63_files_of_a_room_go_to_whoever_is_in_it_by_links_and_forms_too(
    client: TestClient, office: Office, room: UUID
) -> None:
    """What a browser follows with its cookie: a stranger's, another workspace's, and one of somebody taken out."""
    _, made = upload(client, bearer(office.viewer), room, "plan.md", b"# Plan")
    link = f"/auth/room-document/{made['document_id']}"

    def as_browser(who: Actor | None, method: str, path: str, **more: Any) -> Response:
        client.cookies.clear()
        if who is not None:
            with unit_of_work() as session:
                user = session.get_one(UserAccount, who.user_id)
                client.cookies.set(COOKIE, auth.start_session(session, user, factors=("pwd",)).session_token)
        answer = client.request(method, path, follow_redirects=False, **more)
        client.cookies.clear()
        return answer

    def share(who: Actor | None, to: UUID) -> Response:
        form = {"files": {"file": ("more.md", b"# More")}, "data": {"session_id": str(to)}}
        return as_browser(who, "POST", "/auth/browser-share-document", **form)

    answer = as_browser(office.viewer, "GET", link)
    assert (answer.status_code, answer.content) == (200, b"# Plan")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert share(office.viewer, room).headers["location"] == f"/rooms/{room}"

    assert as_browser(None, "GET", link).status_code == share(None, room).status_code == 401
    for stranger in (office.engineer, office.outsider):
        assert as_browser(stranger, "GET", link).status_code == 404
        assert as_browser(stranger, "GET", f"/auth/room-document/{uuid4()}").status_code == 404
        assert "problem=" in share(stranger, room).headers["location"]
    with unit_of_work() as session:
        collaboration.withdraw(session, office.steward, room, office.viewer.user_id)
    assert as_browser(office.viewer, "GET", link).status_code == 404
    assert "problem=" in share(office.viewer, room).headers["location"]
    with unit_of_work() as session:
        assert len(session.exec(select(Document).where(Document.room_id == room)).all()) == 2
