"""What people do in rooms with a browser, and what lies behind the pages."""

import json
import re
from dataclasses import dataclass

import psycopg
from playwright.sync_api import Page, expect
from redis import Redis

HOSTILE = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "[link](javascript:window.hit=1)",
    "[link](data:text/html,<script>window.hit=1</script>)",
    "![picture](javascript:window.hit=1)",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "@<b onmouseover=window.hit=1>you</b>",
    "`{{7*7}}` {{7*7}} {0.__class__}",
    "[<img src=x onerror=window.hit=1>](https://example.org)",
)


@dataclass
class Store:
    """What lies behind the pages."""

    database: psycopg.Connection
    redis: Redis

    def one(self, query: str, *values: object) -> tuple[object, ...]:
        found = self.database.execute(query, values).fetchone()
        assert found is not None, query
        return found

    def activity(self, room: str) -> list[str]:
        rows = self.database.execute("SELECT type FROM activity_event WHERE room_id = %s ORDER BY created_at", (room,))
        return [kind for (kind,) in rows.fetchall()]

    def recent(self, room: str) -> list[dict[str, object]]:
        return [json.loads(text) for text in self.redis.zrange(f"pursight:room:{room}:recent", 0, -1)]


def open_room(page: Page, title: str) -> str:
    page.goto("/rooms")
    page.get_by_role("button", name="New room").first.click()
    page.get_by_label("What is it about?").fill(title)
    page.get_by_role("button", name="Open room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def invite(page: Page, email: str) -> None:
    page.get_by_role("button", name="Invite").click()
    choose_and_submit(page, "Who?", email)
    expect(page.get_by_role("dialog")).to_have_count(0)


# The list of people may be drawn anew at any moment: found, chosen and submitted within one.
_CHOOSE_AND_SUBMIT = """email => {
    const person = [...document.querySelectorAll('form button')].find(each => each.textContent.includes(email))
    if (!person) return false
    const form = person.closest('form')
    person.click()
    form.requestSubmit()
    return true
}"""


def choose_and_submit(page: Page, label: str, email: str) -> None:
    """Both in one moment: whoever is quicker than the way to the server and back is understood all the same."""
    page.get_by_label(label, exact=True).fill(email)
    expect(page.get_by_role("button", name=re.compile(email))).to_be_visible()
    for _ in range(100):
        if page.evaluate(_CHOOSE_AND_SUBMIT, email):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{email} is not offered any more")


def accept(page: Page, title: str) -> None:
    page.goto("/rooms")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_label("Write a message")).to_be_visible()


def type_until_seen(writer: Page, text: str, reader: Page, sign: str) -> None:
    """Goes on typing until the other one sees it: the sign lives four seconds, and a busy machine stalls longer at times."""
    field = writer.get_by_label("Write a message")
    field.press_sequentially(text, delay=40)
    for _ in range(10):
        try:
            expect(reader.get_by_text(sign)).to_be_visible(timeout=3_000)
        except AssertionError:
            # The field may have been drawn anew meanwhile, and what was typed gone with it.
            # Longer than a second: the page tells what is typed, an emptied field too, at most once in one.
            field.fill("")
            field.press_sequentially(text, delay=max(60.0, 1_500 / len(text)))
        else:
            return
    expect(reader.get_by_text(sign)).to_be_visible()


def say(page: Page, text: str, *, is_kept: bool = True) -> None:
    field = page.get_by_label("Write a message")
    field.fill(text)
    field.press("Enter")
    # It is emptied when the message is kept; what is written before that would go with it.
    expect(field).to_have_value("" if is_kept else text)
