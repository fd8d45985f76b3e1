"""Flow 3 in two browsers: each step in the other's page, in PostgreSQL, in Redis and in the stream of activity."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, log_in, wait_until
from tests.e2e.room_people import HOSTILE, Store, accept, choose_and_submit, invite, open_room, say, type_until_seen

pytestmark = pytest.mark.e2e


def test_the_whole_flow_in_two_browsers(owner: Page, member: Page, store: Store) -> None:
    title = f"Card numbers {uuid4().hex[:6]}"

    # F3.1-9: create.
    room = open_room(owner, title)
    assert store.one("SELECT status, title FROM room WHERE id = %s", room) == ("active", title)
    assert store.one("SELECT status FROM participant WHERE room_id = %s", room) == ("active",)
    assert store.redis.hget(f"pursight:room:{room}:state", "status") == "active"
    assert store.activity(room) == ["room.create"]

    # F3.3-6: who is not asked in has no access, and learns nothing of it.
    assert member.goto(f"/rooms/{room}")
    expect(member.get_by_role("heading", name="There is no such room")).to_be_visible()
    member.goto("/")

    # F3.10-15: invite; the other person is on another page.
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    expect(member.get_by_role("button", name="1 unseen notifications")).to_be_visible()
    expect(member.get_by_role("status").get_by_text(f"invites you to “{title}”")).to_be_visible()
    invited = "SELECT status FROM participant WHERE room_id = %s AND invited_by_id IS NOT NULL"
    assert store.one(invited, room) == ("invited",)
    assert store.one("SELECT kind FROM notification WHERE room_id = %s AND read_at IS NULL", room) == ("invitation",)
    assert store.recent(room)[-1]["type"] == "invitation"
    assert store.activity(room)[-1] == "room.invite"
    # It survives a reload.
    member.reload()
    expect(member.get_by_role("button", name="1 unseen notifications")).to_be_visible()

    # F3.16-23: accept and join, from the bell.
    member.get_by_role("button", name="1 unseen notifications").click()
    member.get_by_role("button", name=re.compile(title)).click()
    member.get_by_role("button", name="Accept").click()
    expect(member.get_by_role("heading", level=1)).to_have_text(title)
    people = owner.get_by_role("list", name="People in this room")
    expect(people.get_by_role("listitem").filter(has_text="Vera Viewer")).to_contain_text("Here")
    expect(member.get_by_label("Write a message")).to_be_visible()
    assert store.one(invited, room) == ("active",)
    user_id = store.one("SELECT user_id FROM participant WHERE room_id = %s AND invited_by_id IS NOT NULL", room)[0]
    assert store.redis.zscore(f"pursight:room:{room}:there", str(user_id)) is not None
    assert store.activity(room)[-1] == "room.join"
    assert store.recent(room)[-1]["type"] == "joined"

    # F3.24-31: share.
    owner.get_by_role("button", name="Share").first.click()
    owner.get_by_label("Title", exact=True).fill("Plan")
    owner.get_by_label("Text", exact=True).fill("# Plan\n\nMask them.")
    owner.get_by_role("button", name="Share text").click()
    member.get_by_role("list", name="Shared things").get_by_role("button", name="Plan").click()
    expect(member.get_by_role("dialog")).to_contain_text("Mask them.")
    member.keyboard.press("Escape")
    assert store.one("SELECT title, kind FROM document WHERE room_id = %s", room) == ("Plan", "text")
    assert store.recent(room)[-1]["type"] == "document_shared"
    assert store.activity(room)[-1] == "document_share"

    # F3.32-38: chat, with typing before it.
    type_until_seen(member, "We mask them", owner, "Vera Viewer is writing…")
    member.get_by_label("Write a message").press("Enter")
    expect(owner.get_by_role("log").get_by_text("We mask them")).to_be_visible()
    expect(member.get_by_role("log").get_by_text("We mask them")).to_be_visible()
    expect(member.get_by_label("Write a message")).to_have_value("")
    assert store.one("SELECT body FROM message WHERE room_id = %s", room) == ("We mask them",)
    told = store.recent(room)[-1]
    assert (told["type"], told["data"]["body"]) == ("message", "We mask them")  # type: ignore[index]

    # F3.39-45: end.
    owner.get_by_role("button", name="More about this room").click()
    owner.get_by_role("menuitem", name="End room for everybody…").click()
    owner.get_by_role("button", name="End room for everybody").click()
    expect(member.get_by_text("This room ended")).to_be_visible()
    expect(member.get_by_label("Write a message")).to_have_count(0)
    expect(member.get_by_role("log").get_by_text("We mask them")).to_be_visible()
    assert store.one("SELECT status FROM room WHERE id = %s", room) == ("ended",)
    assert store.redis.hget(f"pursight:room:{room}:state", "status") == "ended"
    assert store.activity(room)[-1] == "session_ended"
    assert store.recent(room)[-1]["type"] == "session_ended"
    numbers = [row[0] for row in store.database.execute("SELECT seq FROM room_event WHERE room_id = %s", (room,))]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_talk_is_changed_answered_and_marked(owner: Page, member: Page) -> None:
    title = f"Talk {uuid4().hex[:6]}"
    open_room(owner, title)
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    accept(member, title)

    say(owner, "Shall we **mask** it?")
    expect(member.get_by_role("log").locator("strong", has_text="mask")).to_be_visible()
    tools = re.compile("Answer or change the message of Administrator")
    member.get_by_role("button", name=tools).click()
    member.get_by_role("menuitem", name="React").hover()
    member.get_by_role("menuitem", name="👍").click()
    expect(owner.get_by_role("button", name="👍 1")).to_be_visible()
    # A menu that is still closing would take the next click for itself.
    expect(member.get_by_role("menu")).to_have_count(0)

    member.get_by_role("button", name=tools).click()
    member.get_by_role("menuitem", name="Reply in a thread").click()
    member.get_by_label("Write a reply").fill("Yes, today")
    member.get_by_label("Write a reply").press("Enter")
    expect(owner.get_by_role("button", name="1 reply")).to_be_visible()
    member.keyboard.press("Escape")

    owner.get_by_role("button", name=tools).first.click()
    owner.get_by_role("menuitem", name="Edit").click()
    owner.get_by_label("Edit the message").fill("Shall we hash it?")
    owner.get_by_label("Edit the message").press("Enter")
    expect(member.get_by_role("log").get_by_text("Shall we hash it?")).to_be_visible()
    expect(member.get_by_role("log").get_by_text("edited")).to_be_visible()
    owner.get_by_role("button", name=tools).first.click()
    owner.get_by_role("menuitem", name="Delete").click()
    expect(member.get_by_role("log").get_by_text("This message was deleted.")).to_be_visible()


def test_what_a_room_decides_is_done_and_the_table_remembers(
    owner: Page, browser: Browser, site: Site, store: Store
) -> None:
    home = site.workspace("Nordlicht")
    email, password = site.make_user(home, "steward")
    steward = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900}).new_page()
    log_in(steward, email, password)
    asset = next(
        item["id"]
        for item in site.rest.get("/api/catalog/search", params={"q": "shipments", "workspace_id": home}).json()[
            "items"
        ]
    )
    title = f"Owner {uuid4().hex[:6]}"
    owner.goto(f"/catalog/{asset}")
    owner.get_by_role("link", name="Discuss").click()
    owner.get_by_label("What is it about?").fill(title)
    owner.get_by_role("button", name="Open room").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text(title)
    room = owner.url.rstrip("/").rsplit("/", 1)[-1]
    invite(owner, email)
    accept(steward, title)

    owner.get_by_role("button", name="Propose").click()
    owner.get_by_label("What is to be decided?").fill("Vera owns it")
    owner.get_by_label("When it is approved").select_option("assign_owner")
    choose_and_submit(owner, "Who should own it?", email)
    decisions = steward.get_by_role("list", name="Decisions")
    decisions.get_by_role("button", name="Approve").click()

    expect(owner.get_by_role("list", name="Decisions")).to_contain_text("approved by Vera Viewer")
    user_id = store.one("SELECT id FROM user_account WHERE email = %s", email)[0]
    assert store.one("SELECT owner_id FROM asset WHERE id = %s", asset) == (user_id,)
    assert "decision.approved" in store.activity(room)
    owner.get_by_role("button", name="Add").click()
    owner.get_by_label("What is to be done?").fill("Write a description")
    owner.get_by_label("Who does it?").select_option(label="Vera Viewer")
    owner.get_by_role("button", name="Add task").click()
    steward.goto("/")
    steward.get_by_role("list", name="Your tasks").get_by_role("link", name="Write a description").click()
    done = steward.get_by_role("checkbox", name="Done: Write a description")
    done.click()
    expect(done).to_be_checked()
    steward.goto(f"/catalog/{asset}?tab=history")
    steward.get_by_role("link", name="Decided in a room: Vera owns it").click()
    expect(steward.get_by_role("heading", level=1)).to_have_text(title)
    steward.context.close()


def test_files_are_shared_and_what_is_wrong_with_one_is_said(owner: Page, tmp_path: Path) -> None:
    open_room(owner, f"Files {uuid4().hex[:6]}")
    good, bad = tmp_path / "rows.csv", tmp_path / "picture.png"
    good.write_text("name,city\n<b>Ada</b>,Kiel\n")
    bad.write_text("not a picture")

    owner.get_by_role("button", name="Share").first.click()
    owner.get_by_label("File").set_input_files(good)
    owner.get_by_role("button", name="Share file").click()
    owner.get_by_role("list", name="Shared things").get_by_role("button", name="rows.csv").click()
    expect(owner.get_by_role("dialog").get_by_role("cell", name="<b>Ada</b>")).to_be_visible()
    with owner.expect_download() as download:
        owner.get_by_role("dialog").get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "rows.csv"
    owner.keyboard.press("Escape")

    owner.get_by_role("button", name="Share").first.click()
    owner.get_by_label("File").set_input_files(bad)
    owner.get_by_role("button", name="Share file").click()
    expect(owner.get_by_role("status").get_by_text("not what its name says")).to_be_visible()


def test_in_51_in_53_nothing_that_is_said_runs(owner: Page, member: Page) -> None:
    title = f"<img src=x onerror=window.hit=1> {uuid4().hex[:6]}"
    problems: list[str] = []
    member.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    open_room(owner, title)
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    accept(member, title)

    for text in HOSTILE:
        say(owner, text)
        expect(owner.get_by_label("Write a message")).to_have_value("")
    say(owner, "the last one")
    expect(member.get_by_role("log").get_by_text("the last one")).to_be_visible()
    for link in member.get_by_role("log").get_by_role("link", name="link").all():
        assert "javascript" not in (link.get_attribute("href") or "")
        assert "data:" not in (link.get_attribute("href") or "")

    assert member.evaluate("window.hit") is None
    assert owner.evaluate("window.hit") is None
    assert [text for text in problems if "Content Security Policy" in text] == []
    expect(member.get_by_role("log").get_by_text("{{7*7}} {0.").first).to_be_visible()


def test_cr_94_a_browser_that_was_away_shows_exactly_what_it_missed(owner: Page, member: Page) -> None:
    title = f"Away {uuid4().hex[:6]}"
    open_room(owner, title)
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    accept(member, title)
    say(owner, "before")
    expect(member.get_by_role("log").get_by_text("before")).to_be_visible()

    member.context.set_offline(True)
    for turn in range(5):
        say(owner, f"missed {turn}")
        expect(owner.get_by_role("log").get_by_text(f"missed {turn}")).to_be_visible()
    member.context.set_offline(False)

    expect(member.get_by_role("log").get_by_text("missed 4")).to_be_visible(timeout=40_000)
    for turn in range(5):
        expect(member.get_by_role("log").get_by_text(f"missed {turn}")).to_have_count(1)
    # A second tab of the same person shows the same.
    tab = member.context.new_page()
    tab.goto(member.url)
    expect(tab.get_by_role("log").get_by_text("missed 4")).to_have_count(1)


def test_c6_who_closes_the_page_is_gone(owner: Page, member: Page) -> None:
    title = f"Gone {uuid4().hex[:6]}"
    open_room(owner, title)
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    accept(member, title)
    person = owner.get_by_role("list", name="People in this room").get_by_role("listitem").filter(has_text="Vera")
    expect(person).to_contain_text("Here")

    member.goto("/")

    expect(person).to_contain_text("Not here")


def test_ac_37_who_is_taken_out_sees_it_at_once(owner: Page, member: Page, store: Store) -> None:
    title = f"Out {uuid4().hex[:6]}"
    room = open_room(owner, title)
    invite(owner, member.context.email)  # type: ignore[attr-defined]
    accept(member, title)

    owner.get_by_role("button", name="Take out Vera Viewer").click()

    expect(member.get_by_role("heading", name="There is no such room")).to_be_visible()
    expect(member.locator(".notice-error")).to_have_count(0)
    expect(member.get_by_role("log")).to_have_count(0)
    wait_until(lambda: store.recent(room)[-1]["type"] == "removed", 5)
