"""Notes written together: they converge whatever comes in which order, survive merging, and can be restored."""

import random
import time
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text, merge_updates
from sqlmodel import select
from starlette.websockets import WebSocketDisconnect

from pursight_app.api.routes import room_notes
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import NoteUpdate, NoteVersion
from pursight_app.services import collaboration
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import notes
from tests.factories import Office, bearer, make_office, make_room

ROOMS = "/racine/collaboration"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def make_note(office: Office) -> UUID:
    room = make_room(office, office.viewer, office.engineer)
    with unit_of_work() as session:
        return collaboration.share_note(session, office.steward, room, title="Plan").id


@pytest.fixture
def note(office: Office) -> UUID:
    return make_note(office)


class Peer:
    """An editor of its own."""

    def __init__(self) -> None:
        self.doc = Doc()
        self.text = self.doc.get(notes.TEXT, type=Text)

    def type(self, place: int, words: str, cut: int = 0) -> bytes:
        before, said = self.doc.get_state(), str(self.text)
        # pycrdt counts bytes of UTF-8, and panics in the middle of a character.
        start, end = (len(said[:each].encode()) for each in (place, place + cut))
        with self.doc.transaction():
            if end > start:
                del self.text[start:end]
            if words:
                self.text.insert(start, words)
        return self.doc.get_update(before)

    def hear(self, change: bytes) -> None:
        self.doc.apply_update(change)

    def __str__(self) -> str:
        return str(self.text)


def write(actor: Actor, note: UUID, change: bytes) -> None:
    with unit_of_work() as session:
        collaboration.write_note(session, actor, note, change)


def text_of(actor: Actor, note: UUID) -> str:
    with unit_of_work() as session:
        return collaboration.note_text(session, actor, note)


EDITS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 30), st.text("abc é🙂\n", max_size=6), st.integers(0, 3)), max_size=30
)


@given(edits=EDITS, seed=st.integers(0, 1_000))
@example(edits=[(0, 0, "", 0), (0, 0, "a", 0), (0, 0, "a", 0), (0, 0, "a", 0), (0, 1, "a", 2)], seed=0)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_ra_85_five_editors_converge_in_whatever_order_changes_come(
    office: Office, edits: list[tuple[int, int, str, int]], seed: int
) -> None:
    note, shuffle = make_note(office), random.Random(seed)
    peers = [Peer() for _ in range(5)]
    changes = [(who, peers[who].type(place, words, cut)) for who, place, words, cut in edits]
    actors = (office.steward, office.viewer, office.engineer)

    shuffle.shuffle(changes)
    for who, change in changes:
        write(actors[who % 3], note, change)
        if shuffle.random() < 0.2:
            # Sent twice by a line that broke.
            write(actors[who % 3], note, change)
    for number, peer in enumerate(peers):
        heard = [change for _, change in changes]
        random.Random(number).shuffle(heard)
        # Merged first, as the server does. Applied one by one, changes that come before what they build on are lost by
        # pycrdt 0.14.13 in some orders (five changes of one writer, the third heard last); browsers have Yjs itself.
        peer.hear(merge_updates(*heard) if heard else Doc().get_update())

    assert {str(peer) for peer in peers} == {text_of(office.viewer, note)}


def test_merged_changes_say_the_same(office: Office, note: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "MERGED_FROM", 10)
    peer = Peer()
    for turn in range(35):
        write(office.viewer, note, peer.type(turn, str(turn % 10)))

    assert text_of(office.viewer, note) == str(peer)
    with unit_of_work() as session:
        assert len(session.exec(select(NoteUpdate).where(NoteUpdate.document_id == note)).all()) <= 11


def test_versions_are_kept_and_restored_without_losing_what_others_write(
    client: TestClient, office: Office, note: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "VERSION_EVERY", timedelta(0))
    mine, other = Peer(), Peer()
    first = mine.type(0, "first")
    other.hear(first)
    write(office.viewer, note, first)
    write(office.viewer, note, mine.type(0, "second and ", 0))
    late = other.type(5, " (late)")

    versions = client.get(f"{ROOMS}/notes/{note}/versions", headers=bearer(office.viewer)).json()["items"]
    assert [version["text"] for version in versions] == ["first"]
    body = {"version_id": versions[0]["version_id"]}
    assert client.post(f"{ROOMS}/notes/{note}/restore", json=body, headers=bearer(office.viewer)).status_code == 204
    assert text_of(office.viewer, note) == "first"
    write(office.engineer, note, late)
    assert "late" in text_of(office.viewer, note)
    with unit_of_work() as session:
        said = session.exec(select(NoteVersion.body).where(NoteVersion.document_id == note)).all()
    assert "second and first" in said
    foreign = {"version_id": str(uuid4())}
    assert client.post(f"{ROOMS}/notes/{note}/restore", json=foreign, headers=bearer(office.viewer)).status_code == 404


def test_what_is_no_change_is_refused(office: Office, note: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    for junk in (b"", b"\xff\xff\xff", b"x" * 300_000):
        with pytest.raises(InvalidInputError):
            write(office.viewer, note, junk)
    monkeypatch.setattr(notes, "MOST_BYTES", 100)
    peer = Peer()
    with pytest.raises(InvalidInputError):
        write(office.viewer, note, peer.type(0, "x" * 200))
    assert text_of(office.viewer, note) == ""


def test_forged_changes_never_make_a_note_unreadable(office: Office, note: UUID) -> None:
    choose, peer = random.Random(3), Peer()
    write(office.viewer, note, peer.type(0, "what is there é🙂"))
    real = peer.type(3, "x" * 40)
    taken = 0
    for _ in range(300):
        forged = bytearray(real)
        for _ in range(choose.randint(1, 3)):
            forged[choose.randrange(len(forged))] = choose.randrange(256)
        try:
            write(office.viewer, note, bytes(forged))
            taken += 1
        except InvalidInputError:
            continue
    assert taken < 300
    assert isinstance(text_of(office.viewer, note), str)
    with unit_of_work() as session:
        assert collaboration.note_state(session, office.viewer, note)


def test_an_ended_room_s_note_is_read_only(office: Office) -> None:
    note = make_note(office)
    with unit_of_work() as session:
        room = collaboration.get_document(session, office.steward, note).document.room_id
        collaboration.end_room(session, office.steward, room)
    with pytest.raises(ConflictError):
        write(office.viewer, note, Peer().type(0, "late"))
    assert text_of(office.viewer, note) == ""


def open_note(client: TestClient, note: UUID, actor: Actor):  # noqa: ANN201  a session of the test client
    return client.websocket_connect(f"{ROOMS}/notes/{note}/live", headers=bearer(actor))


def test_two_sockets_write_one_note(client: TestClient, office: Office, note: UUID) -> None:
    mine, theirs = Peer(), Peer()
    with open_note(client, note, office.steward) as one, open_note(client, note, office.viewer) as two:
        for socket, peer in ((one, mine), (two, theirs)):
            given = socket.receive_bytes()
            assert given[:1] == b"\x00"
            peer.hear(given[1:])
            assert socket.receive_bytes()[:1] == b"\x02"
        one.send_bytes(b"\x01cursor of one")
        assert hear(two, 1) == b"cursor of one"
        one.send_bytes(b"\x00" + mine.type(0, "Hello"))
        theirs.hear(hear(two, 0))
        assert str(theirs) == "Hello"
        two.send_bytes(b"\x00" + theirs.type(5, " you"))
        mine.hear(hear(one, 0))
        assert str(mine) == "Hello you"
        # What a client lacks, by its own state vector.
        fresh = Peer()
        one.send_bytes(b"\x02" + fresh.doc.get_state())
        while str(fresh) != "Hello you":  # An update may come twice, which says nothing new to a client.
            fresh.hear(hear(one, 0))
    assert text_of(office.viewer, note) == "Hello you"


def hear(socket, kind: int) -> bytes:  # noqa: ANN001  a session of the test client
    """The next message of a kind that says something."""
    while True:
        given = socket.receive_bytes()
        if given[0] == kind and len(given) > 3:
            return given[1:]


@pytest.mark.parametrize("who", ["administrator", "outsider", "root"])
def test_ac_36_nobody_else_opens_it(client: TestClient, office: Office, note: UUID, who: str) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, open_note(client, note, getattr(office, who)) as socket:
        socket.receive_bytes()
    assert refused.value.code == 4404
    assert client.get(f"{ROOMS}/notes/{note}", headers=bearer(getattr(office, who))).status_code == 404


def test_a_page_of_another_site_cannot_use_the_cookie(client: TestClient, office: Office, note: UUID) -> None:
    headers = {"Origin": "http://evil.example", "Cookie": "ps_session=whatever"}
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(f"{ROOMS}/notes/{note}/live", headers=headers) as socket,
    ):
        socket.receive_bytes()
    assert refused.value.code == 4401


def test_what_is_written_while_somebody_opens_the_note_reaches_them(
    client: TestClient, office: Office, note: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the first look at the note and the moment from which its changes are heard."""
    looks: list[bytes] = []
    look = room_notes._state

    def state(actor: Actor, document_id: UUID) -> bytes:
        found = look(actor, document_id)
        looks.append(found)
        if len(looks) == 1:
            write(office.steward, note, Peer().type(0, "Written meanwhile."))
            # Until it was told to all who listen already.
            time.sleep(0.5)
        return found

    reader = Peer()
    url, other = f"{ROOMS}/notes/{note}/live", f"{ROOMS}/notes/{make_note(office)}/live"
    # Somebody listens already, so that the line to Redis stands and is not what makes everybody look anew.
    with client.websocket_connect(other, headers=bearer(office.engineer)) as listening:
        for _ in range(3):
            listening.receive_bytes()
        time.sleep(0.5)
        monkeypatch.setattr(room_notes, "_state", state)
        with client.websocket_connect(url, headers=bearer(office.viewer)) as socket:
            for _ in range(3):
                message = socket.receive_bytes()
                if message[0] == 0:
                    reader.hear(message[1:])
    assert str(reader) == "Written meanwhile."
