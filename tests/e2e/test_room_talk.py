"""What people do in rooms beside the flow: find, go back, write together, drop files, come back, and fail to send."""

import json
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from pursight_app.core.rooms import ROOM_CHANNEL, RoomLine
from tests.e2e.conftest import Site, log_in, wait_until
from tests.e2e.room_people import HOSTILE, Store, accept, invite, open_room, say, type_until_seen

pytestmark = pytest.mark.e2e
IMG = "<img src=x onerror=window.hit=1>"
# Presses a button if it is there at this moment, and says whether it was.
_PRESS = """name => {
    const button = [...document.querySelectorAll('button')].find(each => each.textContent.trim() === name)
    button?.click()
    return Boolean(button)
}"""


@pytest.fixture
def together(owner: Page, member: Page, site: Site) -> tuple[Page, Page, str]:
    """Two people in one room, and its id; how they get there in the browser is tests/e2e/test_rooms.py."""
    asked = {"workspace_id": site.workspace("Nordlicht"), "title": f"Talk {uuid4().hex[:6]}"}
    room = str(site.post("/racine/collaboration/session", asked)["session_id"])
    invited = {"session_id": room, "email": member.context.email}  # type: ignore[attr-defined]
    site.post("/racine/collaboration/invite", invited)
    owner.goto(f"/rooms/{room}")
    accept(member, asked["title"])
    expect(owner.get_by_label("Write a message")).to_be_visible()
    return owner, member, room


def test_what_was_told_while_the_line_to_redis_was_cut_is_seen_without_a_reload(
    together: tuple[Page, Page, str], site: Site, store: Store
) -> None:
    owner, _, room = together
    say(owner, "before the cut")
    expect(owner.get_by_role("log")).to_contain_text("before the cut")

    # All that listen are thrown out; until they are back a second later nobody hears this.
    assert int(store.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")) > 0
    body = {"session_id": room, "body": "told to nobody", "client_id": uuid4().hex}
    site.post("/racine/collaboration/message", body)
    assert store.redis.pubsub_numsub(ROOM_CHANNEL)[0][1] < 2

    expect(owner.get_by_role("log")).to_contain_text("told to nobody", timeout=10_000)


def pour(site: Site, room: str, count: int) -> None:
    """Many messages, quicker than by hand."""
    for turn in range(count):
        body = {"session_id": room, "body": f"old message {turn}", "client_id": f"{room}-{turn}"}
        site.post("/racine/collaboration/message", body)


def test_what_was_said_is_found_and_shown_among_its_neighbours(together: tuple[Page, Page, str], site: Site) -> None:
    owner, member, room = together
    member.goto("/rooms")
    expect(member.get_by_role("list", name="Rooms")).to_be_visible()
    pour(site, room, 130)
    # The list counts by itself, without a reload.
    line = member.get_by_role("list", name="Rooms").get_by_role("listitem").first
    expect(line.get_by_text("130")).to_be_visible()

    # Who missed more than a page begins where they left off.
    member.get_by_role("list", name="Rooms").get_by_role("link").first.click()
    log = member.get_by_role("log")
    expect(log.get_by_text("New since you left")).to_be_visible()
    expect(log.get_by_text("old message 0", exact=True)).to_be_visible()

    for turn in range(3):
        say(owner, f"more {turn}")
    expect(log.get_by_text("more 2")).to_be_visible()

    # All the way back from the newest and again to the end.
    member.reload()
    expect(log.get_by_text("more 2")).to_be_visible()
    expect(log.get_by_text("old message 0", exact=True)).to_have_count(0)
    expect(member.get_by_role("button", name="Show older messages")).to_be_visible()
    for _ in range(20):
        if not member.evaluate(_PRESS, "Show older messages"):
            break
        member.wait_for_timeout(500)
    expect(log.get_by_text("old message 0", exact=True)).to_be_visible()
    expect(member.get_by_role("button", name="Show older messages")).to_have_count(0)

    owner.get_by_role("button", name="More about this room").click()
    owner.get_by_role("menuitem", name="Search in this room").click()
    owner.get_by_role("dialog").get_by_role("searchbox").fill("message 7 old")
    owner.get_by_role("dialog").get_by_role("button", name="Find").click()
    owner.get_by_role("list", name="Found messages").get_by_role("button").first.click()
    shown = owner.get_by_role("log")
    expect(shown.get_by_text("old message 7", exact=True)).to_be_visible()
    expect(shown.get_by_text("more 2")).to_have_count(0)
    expect(owner.get_by_role("button", name="Show newer messages")).to_be_visible()
    for _ in range(20):
        # It goes when the end is reached, which may be at any moment.
        if not owner.evaluate(_PRESS, "Show newer messages"):
            break
        owner.wait_for_timeout(500)
    expect(shown.get_by_text("more 2")).to_be_visible()
    expect(owner.get_by_role("button", name="Show newer messages")).to_have_count(0)
    owner.get_by_role("button", name="More about this room").click()
    owner.get_by_role("menuitem", name="Search in this room").click()
    owner.get_by_role("dialog").get_by_role("searchbox").fill("message 7 old")
    owner.get_by_role("dialog").get_by_role("button", name="Find").click()
    owner.get_by_role("list", name="Found messages").get_by_role("button").first.click()
    expect(shown.get_by_text("more 2")).to_have_count(0)
    owner.get_by_role("button", name="Go to the newest").click()
    expect(shown.get_by_text("more 2")).to_be_visible()

    # Across rooms: only those that one is in.
    member.goto("/rooms")
    member.get_by_role("searchbox", name="Search in all your rooms").fill("message 99")
    member.get_by_role("button", name="Find").last.click()
    member.get_by_role("region", name="Found in your rooms").get_by_role("link").nth(1).click()
    expect(member.get_by_role("log").get_by_text("old message 99", exact=True)).to_be_visible()


@dataclass
class Mute:
    """A tab that is told things and, once `is_mute`, asks for nothing: what it shows then came by itself."""

    tab: Page
    heard: list[str] = field(default_factory=list)
    is_mute: bool = False

    def open(self, room: str) -> None:
        self.tab.route_web_socket(re.compile("/_event"), self._between)
        self.tab.goto(f"/rooms/{room}")

    def _between(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        # "42" begins an event of socket.io; signs of life pass, or the line would be taken for lost.
        line.on_message(lambda text: None if self.is_mute and str(text).startswith("42") else server.send(text))

        def from_server(text: str | bytes) -> None:
            self.heard.append(str(text))
            line.send(text)

        server.on_message(from_server)

    def has_heard(self, words: str) -> bool:
        return any(words in text for text in self.heard)


@pytest.fixture
def mute(together: tuple[Page, Page, str]) -> Mute:
    """A second tab of the member, in the room and quiet."""
    owner, member, room = together
    mute = Mute(member.context.new_page())
    mute.open(room)
    say(owner, "Read as ever")
    expect(mute.tab.get_by_role("log").get_by_text("Read as ever")).to_be_visible()
    mute.tab.wait_for_timeout(500)
    mute.is_mute = True
    return mute


def test_what_is_said_is_shown_before_the_page_has_read_it_to_those_alone_who_sit_there(
    together: tuple[Page, Page, str], mute: Mute, store: Store
) -> None:
    owner, _, room = together
    say(owner, "Shown **at once**")
    expect(mute.tab.get_by_role("log").locator("strong", has_text="at once")).to_be_visible()
    owner.get_by_role("button", name="Take out Vera Viewer").click()
    wait_until(lambda: store.recent(room)[-1]["type"] == "removed", 5)
    say(owner, "Not for her any more")
    expect(owner.get_by_role("log").get_by_text("Not for her any more")).to_be_visible()
    mute.tab.wait_for_timeout(1_000)

    assert mute.has_heard("at once")
    assert not mute.has_heard("Not for her")


def test_a_message_behind_one_that_was_not_heard_is_left_to_the_pages_own_reading(
    together: tuple[Page, Page, str], mute: Mute, store: Store
) -> None:
    """Two processes tell in another order than they commit: what is missing may have taken this very seat."""
    _, _, room = together
    last = store.recent(room)[-1]

    def tell(seq: int, words: str) -> None:
        line = RoomLine.of(room, {**last, "seq": seq, "data": {**last["data"], "body": words}})  # type: ignore[dict-item]
        store.redis.publish(ROOM_CHANNEL, line.packed())

    seq = int(str(last["seq"]))
    tell(seq + 1, "In its turn")
    expect(mute.tab.get_by_role("log").get_by_text("In its turn")).to_be_visible()
    tell(seq + 3, "One too early")
    tell(seq + 2, "The one before")
    tell(seq + 4, "And the next")
    mute.tab.wait_for_timeout(1_000)

    assert not any(mute.has_heard(words) for words in ("One too early", "The one before", "And the next"))


def test_c6_typing_is_shown_while_somebody_types_and_gone_within_five_seconds(
    together: tuple[Page, Page, str],
) -> None:
    owner, member, _ = together
    field = member.get_by_label("Write a message")
    words = owner.get_by_text("Vera Viewer is writing…")
    # Longer than one sign of it lasts: it stays.
    field.press_sequentially("a long thought in many words", delay=250)
    expect(words).to_be_visible()
    stopped = time.monotonic()
    expect(words).to_have_count(0, timeout=5_500)
    assert time.monotonic() - stopped <= 5
    type_until_seen(member, "more", owner, "Vera Viewer is writing…")


def test_two_people_write_one_note_and_an_earlier_text_comes_back(
    together: tuple[Page, Page, str],
    store: Store,
) -> None:
    owner, member, room = together
    owner.get_by_role("button", name="Share").first.click()
    owner.get_by_label("Title of the note").fill("Minutes")
    owner.get_by_role("button", name="Start note").click()
    mine = owner.get_by_role("dialog").get_by_role("textbox", name="The note")
    mine.click()
    owner.keyboard.type("We mask the cards. ")
    expect(owner.get_by_role("dialog").get_by_text("Saved as you type")).to_be_visible()

    member.get_by_role("list", name="Shared things").get_by_role("button", name="Minutes").click()
    theirs = member.get_by_role("dialog").get_by_role("textbox", name="The note")
    expect(theirs).to_contain_text("We mask the cards.")
    # Who has it open is seen by the others, and where they write too.
    theirs.click()
    member.keyboard.press("End")
    member.keyboard.type("Before Friday.")
    expect(mine).to_contain_text("We mask the cards. Before Friday.")
    expect(owner.locator(".cm-ySelectionInfo", has_text="Vera Viewer")).to_have_count(1)

    # A line that was lost: what was written meanwhile arrives once.
    member.context.set_offline(True)
    theirs.press_sequentially(" Written offline.")
    member.context.set_offline(False)
    expect(mine).to_contain_text("Written offline.", timeout=30_000)
    owner.keyboard.press("Escape")
    expect(owner.get_by_role("list", name="People in this room")).to_contain_text("Minutes")

    # An earlier text, as of some minutes ago.
    note = store.one("SELECT id, workspace_id FROM document WHERE room_id = %s AND kind = 'note'", room)
    store.database.execute(
        "INSERT INTO note_version (id, created_at, workspace_id, document_id, body) "
        "VALUES (gen_random_uuid(), now() - interval '1 hour', %s, %s, 'As it was')",
        (note[1], note[0]),
    )
    owner.get_by_role("list", name="Shared things").get_by_role("button", name="Minutes").click()
    owner.get_by_role("list", name="Versions").get_by_role("button", name="Restore").click()
    expect(theirs).to_have_text("As it was")


def test_files_are_dropped_and_pasted_and_links_are_shared(together: tuple[Page, Page, str]) -> None:
    owner, member, _ = together
    drop = """([type, name]) => {
        const data = new DataTransfer();
        data.items.add(new File(["name,city\\nAda,Kiel\\n"], name, {type: "text/csv"}));
        const event = type === "drop" ? new DragEvent("drop", {dataTransfer: data, bubbles: true})
            : new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
        document.querySelector(".talk").dispatchEvent(event);
    }"""
    owner.evaluate(drop, ["drop", "dropped.csv"])
    shared = member.get_by_role("list", name="Shared things")
    expect(shared.get_by_role("button", name="dropped.csv")).to_be_visible()
    owner.evaluate(drop, ["paste", "pasted.csv"])
    expect(shared.get_by_role("button", name="pasted.csv")).to_be_visible()

    owner.get_by_role("button", name="Share").first.click()
    owner.get_by_label("Address").fill("https://dash.example.com/d/7")
    owner.get_by_label("What it is").fill("Orders per day")
    owner.get_by_role("button", name="Share link").click()
    link = shared.get_by_role("link", name="Orders per day")
    expect(link).to_have_attribute("href", "https://dash.example.com/d/7")
    expect(link).to_have_attribute("rel", re.compile("noopener"))


def test_what_could_not_be_sent_is_said_kept_and_sent_again(
    together: tuple[Page, Page, str],
    store: Store,
) -> None:
    owner, member, room = together
    # The database refuses it as it does everything while it shuts down.
    store.database.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
        "IF NEW.body = 'unlucky' THEN RAISE EXCEPTION USING ERRCODE = '57P03'; END IF; RETURN NEW; END$$"
    )
    store.database.execute("CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()")
    try:
        say(owner, "unlucky", is_kept=False)
        expect(owner.get_by_role("alert")).to_contain_text("Not sent")
        expect(owner.get_by_label("Write a message")).to_have_value("unlucky")
        # Once more in vain: what the server has answered, even in the same words, does not wait for the line.
        owner.get_by_role("button", name="Send again").click()
        expect(owner.locator("#composer[data-sent]")).to_have_count(0)
        expect(owner.get_by_role("alert")).to_contain_text("Not sent")
        owner.wait_for_timeout(3_000)
        expect(owner.get_by_text("Not sent yet")).to_be_hidden()
    finally:
        store.database.execute("DROP FUNCTION refuse CASCADE")
    owner.get_by_role("button", name="Send again").click()
    expect(member.get_by_role("log").get_by_text("unlucky")).to_have_count(1)
    expect(owner.get_by_role("alert")).to_have_count(0)
    assert store.one("SELECT count(*) FROM message WHERE room_id = %s", room) == (1,)


def test_invitations_are_declined_and_taken_back_on_every_tab(owner: Page, member: Page) -> None:
    title = f"No {uuid4().hex[:6]}"
    open_room(owner, title)
    second = member.context.new_page()
    second.goto("/catalog")
    expect(second.get_by_role("button", name="Notifications")).to_be_visible()
    invited_at = time.monotonic()
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    for tab in (member, second):
        expect(tab.get_by_role("button", name="1 unseen notifications")).to_be_visible()
    assert time.monotonic() - invited_at < 5

    owner.get_by_role("button", name="Take out Vera Viewer").click()
    for tab in (member, second):
        expect(tab.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    member.goto("/rooms")
    member.get_by_role("button", name="Decline").click()
    expect(member.get_by_text("You declined the invitation.")).to_be_visible()
    expect(owner.get_by_role("list", name="People in this room")).not_to_contain_text("Vera Viewer")
    # Whoever decided, the stream of the workspace tells it, live.
    owner.goto("/activity?type=room")
    expect(owner.get_by_role("list", name="Activity").get_by_role("listitem").first).to_contain_text(
        "declined an invitation to"
    )


def test_a_link_to_a_table_unfolds_for_those_who_may_see_it(
    together: tuple[Page, Page, str], site: Site, browser: Browser
) -> None:
    owner, member, room = together
    asked = {"q": "customers", "workspace_id": site.workspace("Nordlicht")}
    asset = site.rest.get("/api/catalog/search", params=asked).json()["items"][0]
    say(owner, f"Look at {site.url}/catalog/{asset['id']} @room")
    card = member.locator(".asset-card")
    expect(card).to_contain_text(asset["qualified_name"])
    expect(card).to_contain_text(re.compile("open finding"))
    expect(card).to_contain_text(re.compile("owner"))
    # It lives: what becomes of the table is seen where it is talked about, though nobody says anything.
    found = site.rest.get("/api/findings", params={"workspace_id": asked["workspace_id"], "limit": 200}).json()["items"]
    own = [each for each in found if each["asset_id"] == asset["id"] and each["severity"] != "critical"]
    before = re.search(r"\d+ open findings?", card.inner_text())
    assert before
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    site.post(f"/api/findings/{own[0]['id']}/waive", {"reason": "looked at together", "expires_at": until})
    expect(card).not_to_contain_text(before[0])
    site.post(f"/api/findings/{own[0]['id']}/status", {"status": "open"}, expect=200)
    expect(card).to_contain_text(before[0])
    expect(member.get_by_role("button", name=re.compile("unseen notifications"))).to_be_visible()

    email, password = site.make_user(site.workspace("Nordlicht"), "guest")
    guest = browser.new_context(base_url=site.url).new_page()
    log_in(guest, email, password)
    invite(owner, email)
    guest.goto(f"/rooms/{room}")
    guest.get_by_role("button", name="Join room").click()
    expect(guest.get_by_role("log").get_by_text("Look at")).to_be_visible()
    expect(guest.locator(".asset-card")).to_have_count(0)
    guest.context.close()


def test_in_51_names_titles_and_files_of_all_kinds_run_nothing(
    owner: Page,
    browser: Browser,
    site: Site,
    context: BrowserContext,
) -> None:
    """Display name, room title, document, file name, link title, task, proposal, notification, description, column comment."""
    home = site.workspace("Nordlicht")
    email = f"{uuid4().hex[:8]}@example.org"
    made = site.post("/api/users", {"email": email, "name": f"Eve {IMG}", "password": "a person's password"})
    site.post(f"/api/workspaces/{home}/members", {"user_id": made["id"], "role": "viewer"})
    problems: list[str] = []
    reader = browser.new_context(base_url=site.url).new_page()
    for page in (owner, reader):
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    log_in(reader, email, "a person's password")
    title = f"{IMG} {uuid4().hex[:6]}"
    room = open_room(owner, title)
    share = "/racine/collaboration/share-document"
    for number, text in enumerate(HOSTILE):
        site.post(share, {"session_id": room, "title": f"{number} {IMG}", "content": text})
    site.post(share, {"session_id": room, "url": "https://example.com/?q=<script>", "title": IMG})
    site.post("/racine/collaboration/decisions", {"session_id": room, "title": IMG})
    site.post(
        "/racine/collaboration/tasks",
        {"session_id": room, "title": IMG, "user_id": site.rest.get("/auth/me").json()["user"]["id"]},
    )
    asset = site.rest.get("/api/catalog/search", params={"q": "shipments", "workspace_id": home}).json()["items"][0][
        "id"
    ]
    site.rest.patch(f"/api/catalog/assets/{asset}", json={"description": "\n".join(HOSTILE)})
    invite(owner, email)
    expect(reader.get_by_role("button", name="1 unseen notifications")).to_be_visible()
    accept(reader, title)
    owner.goto(f"/rooms/{room}")
    for number in range(len(HOSTILE)):
        reader.get_by_role("list", name="Shared things").get_by_role("button", name=f"{number} {IMG}").click()
        expect(reader.get_by_role("dialog")).to_be_visible()
        reader.keyboard.press("Escape")
    for path in (f"/catalog/{asset}", "/activity", "/rooms", f"/rooms/{room}"):
        owner.goto(path)
        expect(owner.get_by_role("heading", level=1)).to_be_visible()
    for page in (owner, reader):
        assert page.evaluate("window.hit") is None
    assert [text for text in problems if "Content Security Policy" in text] == []
    reader.context.close()


def test_in_52_a_file_with_markup_is_a_download_and_never_a_page(together: tuple[Page, Page, str]) -> None:
    owner, member, room = together
    content = "<html><script>parent.hit=1;window.hit=1</script><svg onload=window.hit=1></svg></html>"
    answer = owner.evaluate(
        """async ([room, content]) => {
            const form = new FormData();
            form.append("session_id", room);
            form.append("file", new File([content], "page.html", {type: "text/html"}));
            return (await fetch("/auth/browser-share-document", {method: "POST", body: form})).status;
        }""",
        [room, content],
    )
    assert answer == 200
    member.get_by_role("list", name="Shared things").get_by_role("button", name="page.html").click()
    expect(member.get_by_role("dialog")).to_contain_text("<script>")
    with member.expect_download() as download:
        member.get_by_role("dialog").get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "page.html"
    found = member.context.request.get(download.value.url).headers
    assert found["content-disposition"].startswith("attachment")
    assert found["x-content-type-options"] == "nosniff"
    assert found["content-type"] == "application/octet-stream"
    assert member.evaluate("window.hit") is None


def test_the_record_of_a_room_is_fetched(together: tuple[Page, Page, str]) -> None:
    owner, _, _ = together
    say(owner, "kept for good")
    expect(owner.get_by_role("log").get_by_text("kept for good")).to_be_visible()
    owner.get_by_role("button", name="More about this room").click()
    with owner.expect_download() as download:
        owner.get_by_role("menuitem", name="Export as JSON").click()
    told = json.loads(download.value.path().read_text())
    assert [message["body"] for message in told["messages"]] == ["kept for good"]
