"""One's own account: the password, and where one is logged in."""

import re
from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.models import LoginSession, UserAccount
from pursight_app.services import auth
from state.base import acting, as_id, event, run
from state.format import ago, exact
from state.session import notify

# Looked for in this order: most browsers also name the ones they descend from.
_BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)
_FACTORS = {
    "pwd": "password",
    "otp": "code",
    "recovery": "recovery code",
    "hwk": "passkey",
    "fed": "company log-in",
}


@dataclass
class SessionView:
    """A place where the person is logged in."""

    id: str
    device: str
    address: str
    how: str
    since: str
    since_exact: str
    seen: str
    seen_exact: str
    is_this: bool


class AccountState(rx.State):
    """Password and sessions of the person who is looking."""

    is_loading: bool = True
    must_enrol: bool = False
    has_password: bool = True
    problem: str = ""
    sessions: list[SessionView] = []
    others: int = 0

    @event()
    async def load(self) -> None:
        """Fills the page."""
        user = await run(lambda session, actor: session.get_one(UserAccount, actor.user_id))
        self.has_password = user.password_hash is not None
        self.must_enrol = acting().must_enrol
        await self._load_sessions()
        self.is_loading = False

    async def _load_sessions(self) -> None:
        rows = await run(auth.list_sessions)
        here = acting().session_id
        self.sessions = sorted((_view(row, here) for row in rows), key=lambda view: not view.is_this)
        self.others = sum(not view.is_this for view in self.sessions)

    @event()
    async def change_password(self, form: dict[str, Any]) -> None:
        """Sets a new password; the box says whether other sessions end."""
        new, again = str(form.get("new", "")), str(form.get("again", ""))
        if new != again:
            self.problem = "The two new passwords differ."
            return
        old, end_others = str(form.get("old", "")), bool(form.get("end_others"))
        try:
            await run(lambda session, actor: auth.change_password(session, actor, old, new, end_others=end_others))
        except UserError as error:
            self.problem = error.message
            return
        self.problem = ""
        await self._load_sessions()
        await notify(self, "Your password is changed.")

    @event()
    async def end_session(self, session_id: str) -> None:
        """Logs one of the other places out."""
        wanted = as_id(session_id)
        await run(lambda session, actor: auth.end_one_session(session, actor, wanted))
        await self._load_sessions()
        await notify(self, "That session has ended.")

    @event()
    async def end_others(self) -> None:
        """Logs all other places out."""
        count = await run(auth.end_other_sessions)
        await self._load_sessions()
        await notify(self, f"{count} other session{'' if count == 1 else 's'} ended.")


def _view(row: LoginSession, here: str) -> SessionView:
    how = " and ".join(_FACTORS[factor] for factor in row.factors if factor in _FACTORS)
    return SessionView(
        id=str(row.id),
        device=device_words(row.user_agent),
        address=row.address or "unknown",
        how=how or "unknown",
        since=ago(row.created_at),
        since_exact=exact(row.created_at),
        seen=ago(row.last_seen_at),
        seen_exact=exact(row.last_seen_at),
        is_this=row.key == here,
    )


def device_words(user_agent: str) -> str:
    """`Firefox on Linux`; the program's own name where it is no browser."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, user_agent)), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, user_agent)), "")
    if browser:
        return f"{browser} on {system}" if system else browser
    program = re.match(r"[\w.-]{1,40}", user_agent)
    return f"Program ({program[0]})" if program else "Unknown device"
