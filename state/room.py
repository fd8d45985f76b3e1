"""One room: what is said in it, who is there, what is shared."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

import reflex as rx
from sqlmodel import Session

from pursight_app.core import rooms as live
from pursight_app.core.errors import NotFoundError, PurSightError, UserError
from pursight_app.services import collaboration
from pursight_app.services.access import Actor
from pursight_app.services.collaboration import AssetCard, MessageRow
from state import format as fmt
from state.base import acting, as_id, event, hear, hear_talk, run, sentence_of, talk_moment
from state.person_choice import chosen_person, clear_choice
from state.room_reading import MOST_SHOWN, WINDOW, Look, Window, look_into, read_messages
from state.room_views import MessageView, PersonView, message_views, person_view
from state.session import notify

Result = TypeVar("Result")
# What the other states of a room read anew when more has happened in it than messages; they add themselves.
FOLLOWERS: list[Any] = []


class RoomState(rx.State):
    """The newest messages and more of them on demand; documents and threads have states of their own."""

    is_loading: bool = True
    is_missing: bool = False
    room_id_shown: str = ""
    title: str = ""
    subject: str = ""
    subject_href: str = ""
    opened: str = ""
    is_ended: bool = False
    ended_words: str = ""
    is_in: bool = False
    is_invited: bool = False
    is_host: bool = False
    may_end: bool = False
    people: list[PersonView] = []
    messages: list[MessageView] = []
    # Up to this number the page has read the room; later messages are in RoomFreshState.
    shown_seq: int = 0
    me: str = ""
    has_older: bool = False
    has_newer: bool = False
    missed: int = 0
    typing_words: str = ""
    client_id: str = ""
    send_problem: str = ""
    # How often somebody pressed Send and got an answer.
    answers: int = 0
    editing_id: str = ""
    editing_body: str = ""
    is_inviting: bool = False
    invite_problem: str = ""
    is_ending: bool = False
    _shown: int = WINDOW
    # The window ends before this number; 0: at the newest message.
    _before: int = 0
    _new_from: int = 0
    _new_to: int = 0
    _last_seq: int = -1
    _others: int = 0
    _workspace: str = ""

    @property
    def _room(self) -> UUID:
        return as_id(self.room_id_shown)

    @event()
    async def load(self) -> None:
        """Opens the room that the URL names."""
        wanted = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        if wanted != self.room_id_shown:
            self.messages, self.people, self.title, self.is_loading = [], [], "", True
            self._shown, self._before = WINDOW, 0
            self.is_inviting = self.is_ending = False
        self.room_id_shown, self.send_problem, self.editing_id = wanted, "", ""
        if problem := str(self.router.url.query_parameters.get("problem", ""))[:300]:
            await notify(self, problem, "error")
        self.client_id = self.client_id or uuid4().hex
        self._last_seq = -1
        at = str(self.router.url.query_parameters.get("at", ""))
        moment = talk_moment(wanted)
        try:
            await self._fill(is_opened=True)
            if at.isdigit() and self.is_in:
                await self._go_to(int(at))
        except NotFoundError:
            self.is_missing = True
        else:
            self.is_missing = False
            await hear(self, "room", f"room:{wanted}")
            await hear(self, "room_cards", f"workspace:{self._workspace}")
            await hear_talk(self, wanted, moment if self.is_in else "")
        self.is_loading = False

    @event()
    async def refresh(self) -> Any:
        """Called by the live hub."""
        before, moment = self._others, talk_moment(self.room_id_shown)
        try:
            await self._fill()
        except NotFoundError:
            # Taken out of the room while looking at it.
            self.is_missing, self.is_in, self.messages, self.people = True, False, [], []
            await hear_talk(self, self.room_id_shown, "")
            return None
        await hear_talk(self, self.room_id_shown, moment if self.is_in else "")
        return list(FOLLOWERS) if self._others != before else None

    @event()
    async def refresh_cards(self) -> Any:
        """Called by the live hub when something of the workspace has changed: it may be an asset that is talked about."""
        if not any(each.cards for each in self.messages):
            return None
        self._last_seq = -1
        return await RoomState.refresh.fn(self)

    async def _fill(self, *, is_opened: bool = False) -> None:
        room_id, known = self._room, self._last_seq
        window = Window(0 if is_opened else self._shown, self._before or None)
        look = await run(lambda session, actor: look_into(session, actor, room_id, window, known_seq=known))
        self._take(look, is_opened=is_opened)
        if look.rows is not None:
            self._show(look.rows, look.cards)
            self._last_seq = self.shown_seq = look.detail.room.last_seq

    def _take(self, look: Look, *, is_opened: bool) -> None:
        detail = look.detail
        room, me = detail.room, acting().user_id
        self.me = str(me)
        self._others, self._workspace = room.last_seq - room.message_count, str(room.workspace_id)
        self.title, self.is_ended = room.title, room.status == "ended"
        self.subject = detail.subject or ""
        self.subject_href = f"/catalog/{detail.subject_asset_id}" if detail.subject_asset_id else ""
        self.opened = f"opened {fmt.ago(room.created_at)}"
        self.ended_words = (
            f"This room ended {fmt.ago(room.ended_at)}. It can be read and exported." if room.ended_at else ""
        )
        self.is_host = detail.is_host
        self.is_in, self.is_invited = detail.status == "active", detail.status == "invited"
        self.may_end = detail.is_host or acting().may("workspace.manage", room.workspace_id)  # type: ignore[arg-type]  # a StrEnum's value
        self.people = [person_view(person, me, look.looking.get(str(person.user_id), "")) for person in detail.people]
        self._say_who_types([name for user_id, name in look.typing.items() if user_id != str(me)])
        if is_opened:
            # What comes while one looks on is not "new since you left".
            self._new_from, self._new_to, self._shown = detail.read_seq, room.last_seq, look.limit

    def _say_who_types(self, others: list[str]) -> None:
        words = {0: "", 1: "{} is writing…", 2: "{} and {} are writing…"}.get(
            len(others), "Several people are writing…"
        )
        self.typing_words = words.format(*others)

    async def _fill_messages(self) -> None:
        room_id, window = self._room, Window(self._shown, self._before or None)
        rows, cards = await run(lambda session, actor: read_messages(session, actor, room_id, window))
        self._show(rows, cards)

    def _show(self, rows: list[MessageRow], cards: dict[UUID, AssetCard]) -> None:
        limit = self._shown
        self.has_older, self.has_newer = len(rows) > limit, bool(self._before)
        shown = rows[-limit:]
        new = range(self._new_from + 1, self._new_to + 1)
        # The mark belongs above the first new one; further down it would hide how much there is.
        is_whole = not self.has_older or (bool(shown) and shown[0].message.seq <= self._new_from)
        self.missed = 0 if is_whole else len(new)
        self.messages = message_views(shown, acting().user_id, cards, new=new if is_whole else range(0))

    @event()
    async def show_older(self) -> None:
        """Shows more of what was said before; beyond `MOST_SHOWN` the newest ones leave the page."""
        if self._shown < MOST_SHOWN:
            self._shown += WINDOW
        elif len(self.messages) > WINDOW:
            self._before = self.messages[-WINDOW].seq
        await self._fill_messages()

    @event()
    async def show_newer(self) -> None:
        """Goes on towards the newest."""
        if self.messages:
            await self._go_to(self.messages[-1].seq + 1)

    @event()
    async def show_newest(self) -> None:
        """Back to the end of the talk."""
        self._shown, self._before = WINDOW, 0
        await self._fill_messages()

    @event()
    async def show_first_new(self) -> None:
        """Where one left off."""
        await self._go_to(self._new_from + 1)

    async def _go_to(self, seq: int) -> None:
        """Shows the messages around a number."""
        room_id = self._room
        after = await run(
            lambda session, actor: collaboration.list_messages(
                session, actor, room_id, after_seq=max(0, seq - 1), limit=WINDOW
            )
        )
        self._before = after[-1].message.seq + 1 if len(after) == WINDOW else 0
        self._shown = WINDOW + 10 if self._before else max(WINDOW, len(after) + 10)
        await self._fill_messages()

    @event()
    async def send(self, form: dict[str, Any]) -> None:
        """Says something; the text stays in its field until it is kept, and assets/rooms.js says that it is on its way."""
        body, client_id, room_id = str(form.get("body", "")), str(form.get("client_id", "")), self._room
        self.answers += 1
        if not body.strip():
            return
        self.send_problem = ""
        live.sign_of_life(room_id, [acting().user_id], is_active=True)
        try:
            sent = await run(
                lambda session, actor: collaboration.send(session, actor, room_id, body=body, client_id=client_id)
            )
        except PurSightError as error:
            self.send_problem = f"Not sent: {error.message}"
        else:
            # A new id makes a new, empty field. What was kept before under the old one may have been another text.
            self.client_id, self._before = uuid4().hex, 0
            if sent.body != body:
                self.send_problem = f"This was sent already, as “{sent.body[:80]}”. Edit that message to change it."
            await self._fill()

    @event()
    async def is_typing(self, text: str) -> None:
        """Tells the others, at most every second."""
        if text.strip() and self.is_in:
            live.typing(self._room, acting().user_id, acting().name)
            live.sign_of_life(self._room, [acting().user_id], is_active=True)

    async def _change(self, work: Callable[[Session, Actor], Result]) -> bool:
        """Does something to the room; what hinders it is said."""
        try:
            await run(work)
        except UserError as error:
            await notify(self, error.message, "error")
            return False
        self._last_seq = -1
        await self._fill()
        return True

    @event()
    async def react(self, message_id: str, emoji: str) -> None:
        """Sets a sign, or takes one's own back."""
        wanted = as_id(message_id)
        signs = next((each.signs for each in self.messages if each.id == message_id), [])
        is_own = any(sign.is_own and sign.emoji == emoji for sign in signs)
        await self._change(lambda session, actor: collaboration.react(session, actor, wanted, emoji, is_set=not is_own))

    @event()
    async def start_edit(self, message_id: str) -> None:
        """Opens one's own message for editing."""
        found = next((each for each in self.messages if each.id == message_id and each.is_own), None)
        self.editing_id, self.editing_body = (found.id, found.body) if found else ("", "")

    @event()
    async def stop_edit(self) -> None:
        """Leaves the message as it is."""
        self.editing_id = ""

    @event()
    async def save_edit(self, form: dict[str, Any]) -> None:
        """Changes one's own message."""
        wanted, body = as_id(self.editing_id), str(form.get("body", ""))
        if await self._change(lambda session, actor: collaboration.edit(session, actor, wanted, body)):
            self.editing_id = ""

    @event()
    async def delete(self, message_id: str) -> None:
        """Takes a message's text away."""
        wanted = as_id(message_id)
        await self._change(lambda session, actor: collaboration.delete(session, actor, wanted))

    @event()
    async def open_invite(self) -> None:
        """Shows the form to ask somebody in."""
        self.invite_problem, self.is_inviting = "", True
        await clear_choice(self)

    @event()
    async def close_invite(self) -> None:
        """Puts it away."""
        self.is_inviting = False

    @event()
    async def invite(self, form: dict[str, Any]) -> None:
        """Asks the chosen person in."""
        room_id, chosen = self._room, await chosen_person(self, form)
        try:
            person = as_id(chosen)
            await run(lambda session, actor: collaboration.invite(session, actor, room_id, user_id=person))
        except UserError as error:
            self.invite_problem = error.message if chosen else "Choose a person first."
            return
        self.is_inviting = False
        await notify(self, "Invited. They are told at once, wherever they are.")
        await self._fill()

    @event()
    async def withdraw(self, user_id: str) -> None:
        """Takes an invitation back, or somebody out of the room."""
        room_id, person = self._room, as_id(user_id)
        await self._change(lambda session, actor: collaboration.withdraw(session, actor, room_id, person))

    @event()
    async def join(self) -> None:
        """Takes the seat."""
        room_id = self._room
        if await self._change(lambda session, actor: collaboration.join(session, actor, room_id)):
            await hear(self, "room", f"room:{room_id}")

    @event()
    async def leave(self) -> Any:
        """Gives the seat back."""
        room_id = self._room
        try:
            await run(lambda session, actor: collaboration.leave_room(session, actor, room_id))
        except UserError as error:
            await notify(self, error.message, "error")
            return None
        await notify(self, "You left the room. It stays in your list; you can come back.")
        return rx.redirect("/rooms")

    @event()
    async def ask_end(self) -> None:
        """Asks before the room ends for everybody."""
        self.is_ending = True

    @event()
    async def cancel_end(self) -> None:
        """Lets the room go on."""
        self.is_ending = False

    @event()
    async def end(self) -> None:
        """Ends the room for everybody."""
        room_id = self._room
        self.is_ending = False
        await self._change(lambda session, actor: collaboration.end_room(session, actor, room_id))

    @event()
    async def export(self, kind: str) -> Any:
        """Downloads what was said and shared."""
        room_id = self._room
        make = collaboration.export_json if kind == "json" else collaboration.export_markdown
        try:
            text = await run(lambda session, actor: make(session, actor, room_id))
        except UserError as error:
            await notify(self, sentence_of(error), "error")
            return None
        return rx.download(data=text, filename="room.json" if kind == "json" else "room.md")
