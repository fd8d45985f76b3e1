"""A browser whose line goes: what was missed is shown once, what was written goes out once, and nobody storms the server."""

import os
import re
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import closing, suppress
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from pursight_app.core.settings import Settings
from pursight_app.runtime.up import child_environment, web_command
from pursight_app.runtime.watchdog import answers
from tests.e2e.conftest import CHROMIUM, FLAGS, ROOT, Site, log_in, wait_until
from tests.e2e.room_people import Store, accept, invite, open_room, say, type_until_seen
from tests.plugins.servers import free_port

pytestmark = pytest.mark.e2e
# By hand as long as the case says: PURSIGHT_AWAY_S=600.
AWAY_S = float(os.environ.get("PURSIGHT_AWAY_S", "12"))


class Line:
    """A port of its own before the server. `cut` ends all that runs over it and refuses more; asleep, it only stops passing on."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.attempts = 0
        self._open: list[socket.socket] = []
        self._is_cut = False
        self._passes = threading.Event()
        self._passes.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        self._passes.set()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def lead_to(self, port: int) -> None:
        """What comes from now on goes to another server."""
        self._server_port = port

    def close(self) -> None:
        # Wakes whoever waits for the next one, which closing does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self.cut()
        for each in (self._listener, *self._open):
            each.close()

    def fall_asleep(self) -> None:
        self._passes.clear()

    def mend(self) -> None:
        self._is_cut = False
        self._passes.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.attempts += 1
                if self._is_cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._open += [client, server]
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while content := one.recv(65_536):
                self._passes.wait()
                other.sendall(content)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(site: Site) -> Generator[Line]:
    with closing(Line(urlsplit(site.url).port or 80)) as made:
        yield made


@pytest.fixture
def second(site: Site) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    """Another web process on the same PostgreSQL and Redis, as a second machine behind one proxy has it, and its port."""
    settings = Settings(home=site.home, port=free_port(), public_url=site.url)
    environment = {**child_environment(settings), "PURSIGHT_PUBLIC_URL": site.url}
    command = shlex.split(web_command(settings))[1:]
    with (site.home / "second.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(lambda: answers(settings, 30), 60)
        yield settings.port, process
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # The server is granian and its worker.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


@pytest.fixture
def far(browser: Browser, site: Site, line: Line) -> Generator[tuple[Page, Line]]:
    """A person whose browser reaches the server over the line alone, and the line."""
    email, password = site.make_user(site.workspace("Nordlicht"), "viewer")
    address = urlsplit(site.url).netloc
    rules = f"--host-resolver-rules=MAP {address} 127.0.0.1:{line.port}"
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, rules])
    page = chromium.new_context(base_url=site.url, viewport={"width": 1440, "height": 900}).new_page()
    log_in(page, email, password)
    page.context.email = email  # type: ignore[attr-defined]  # kept for the test
    yield page, line
    chromium.close()


@pytest.mark.parametrize("how", ["cut", "asleep"])
def test_cr_94_whoever_was_away_misses_nothing_and_says_nothing_twice(
    owner: Page, far: tuple[Page, Line], site: Site, store: Store, how: str
) -> None:
    away, line = far
    asked = {"workspace_id": site.workspace("Nordlicht"), "title": f"Line {uuid4().hex[:6]}"}
    room = str(site.post("/racine/collaboration/session", asked)["session_id"])
    site.post("/racine/collaboration/invite", {"session_id": room, "email": away.context.email})  # type: ignore[attr-defined]
    owner.goto(f"/rooms/{room}")
    accept(away, asked["title"])
    say(owner, "before")
    log = away.get_by_role("log")
    expect(log).to_contain_text("before")

    (line.cut if how == "cut" else line.fall_asleep)()
    gone_at, before = time.monotonic(), line.attempts
    for turn in range(5):
        say(owner, f"missed {turn}")
    expect(owner.get_by_role("log")).to_contain_text("missed 4")
    say(away, "from far away", is_kept=False)
    expect(away.get_by_text("Not sent yet")).to_be_visible()
    away.wait_for_timeout(1000 * max(0.0, AWAY_S - (time.monotonic() - gone_at)))
    expect(log).not_to_contain_text("missed")
    assert store.one("SELECT count(*) FROM message WHERE room_id = %s", room) == (6,)
    # Each try is some connections at once; a loop would be hundreds.
    assert line.attempts - before < 4 * (time.monotonic() - gone_at)
    line.mend()

    for turn in range(5):
        expect(log.get_by_text(f"missed {turn}", exact=True)).to_have_count(1, timeout=60_000)
    expect(owner.get_by_role("log").get_by_text("from far away")).to_have_count(1, timeout=60_000)
    expect(away.get_by_text("Not sent yet")).to_be_hidden()
    expect(away.get_by_label("Write a message")).to_have_value("")
    # The same in both browsers, and in the order in which it was kept.
    bodies = [
        body for (body,) in store.database.execute("SELECT body FROM message WHERE room_id = %s ORDER BY seq", (room,))
    ]
    for page in (owner, away):
        shown = page.get_by_role("log").locator(".markdown").all_inner_texts()
        assert [text.strip() for text in shown] == bodies


def test_browsers_on_two_web_processes_share_a_room_and_one_may_move(
    owner: Page, far: tuple[Page, Line], second: tuple[int, subprocess.Popen[bytes]], site: Site, store: Store
) -> None:
    """The other one's process dies in mid-conversation, and their browser goes on with the first."""
    away, line = far
    port, process = second
    line.cut()
    line.lead_to(port)
    line.mend()
    title = f"Two {uuid4().hex[:6]}"
    away.goto("/rooms")
    room = open_room(owner, title)
    invite(owner, away.context.email)  # type: ignore[attr-defined]
    # The invitation, presence, messages and typing cross from one process to the other.
    expect(away.get_by_role("button", name=re.compile("unseen notification"))).to_be_visible()
    accept(away, title)
    person = owner.get_by_role("list", name="People in this room").get_by_role("listitem").filter(has_text="Vera")
    expect(person).to_contain_text("Here")
    say(owner, "from the first")
    expect(away.get_by_role("log")).to_contain_text("from the first")
    say(away, "from the second")
    expect(owner.get_by_role("log")).to_contain_text("from the second")
    type_until_seen(away, "and now", owner, "Vera Viewer is writing…")

    _kill_group(process)
    line.cut()
    line.lead_to(urlsplit(site.url).port or 80)
    say(owner, "missed")
    away.get_by_label("Write a message").fill("written while nobody answers")
    away.get_by_label("Write a message").press("Enter")
    expect(away.get_by_text("Not sent yet")).to_be_visible()
    line.mend()

    said = ["from the first", "from the second", "missed", "written while nobody answers"]
    for page in (owner, away):
        for text in said:
            expect(page.get_by_role("log").get_by_text(text, exact=True)).to_have_count(1, timeout=60_000)
    kept = store.database.execute("SELECT body FROM message WHERE room_id = %s ORDER BY seq", (room,)).fetchall()
    assert kept == [(text,) for text in said]
    say(away, "from the first again")
    expect(owner.get_by_role("log")).to_contain_text("from the first again")
