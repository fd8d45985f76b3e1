"""What the two log-in pages show: why a try failed, and the ways in. Everybody may see it."""

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

import reflex as rx

from pursight_app.core.db import unit_of_work
from pursight_app.services import passkeys, sso
from state.base import event

# Beside the field that it is about.
_PASSWORD_PROBLEMS = {"wrong": "E-mail address or password is wrong."}
_CODE_PROBLEMS = {"wrong": "That was not right, or it was used already. Codes change every 30 seconds."}
_PROBLEMS = {
    "over": "That log-in took too long or was tried too often. Start again.",
    "busy": "Too many people are logging in at this moment. Try again in a few seconds.",
    "passkey": "This passkey was not accepted. Try again, or log in with your password.",
    "sso-disabled": "This way to log in is switched off.",
    "sso-unavailable": "Your company's log-in service does not answer. Try again in a moment, or use your password.",
    "sso-failed": "Your company's log-in service did not confirm who you are. Try again.",
    "sso-no-access": "You have no access to PurSight yet. Ask an administrator to invite you.",
    "sso-link": "There is an account with your e-mail address already. Log in with your password first, then link your "
    "company's log-in on the page of your account.",
}


@dataclass
class ProviderView:
    """A company's log-in service."""

    name: str
    href: str


class LoginState(rx.State):
    """What comes from the URL is shown as text only; the target is checked again by the server."""

    problem: str = ""
    password_problem: str = ""
    code_problem: str = ""
    next_path: str = ""
    has: str = ""
    has_code: bool = True
    has_passkey: bool = False
    passkey_reason: str = ""
    providers: list[ProviderView] = []
    _beside: str = ""

    @event("public")
    async def load(self) -> None:
        """Reads why the form came back, and which ways in there are."""
        self._read(_PASSWORD_PROBLEMS)
        self.password_problem, self.code_problem = self._beside, ""
        found = await asyncio.to_thread(_providers)
        target = quote(self.next_path, safe="")
        self.providers = [
            ProviderView(name, f"/auth/sso/{quote(key, safe='')}/start?next={target}") for key, name in found
        ]

    @event("public")
    async def load_code(self) -> None:
        """The same for the second step."""
        self._read(_CODE_PROBLEMS)
        self.password_problem, self.code_problem = "", self._beside
        self.has = str(self.router.url.query_parameters.get("has", ""))[:20]
        self.has_passkey = "passkey" in self.has.split()
        self.has_code = "code" in self.has.split() or not self.has_passkey

    def _read(self, beside: dict[str, str]) -> None:
        query = self.router.url.query_parameters
        self.next_path = str(query.get("next", "/"))[:500]
        problem = str(query.get("problem", ""))
        self._beside = beside.get(problem, "")
        if problem.startswith("wait-") and problem[5:].isdigit():
            self.problem = f"Too many failed tries. Try again in {problem[5:15]} seconds."
        else:
            self.problem = "" if self._beside else _PROBLEMS.get(problem, "")
        self.passkey_reason = passkeys.why_not_at(self.router.headers.origin)


def _providers() -> list[tuple[str, str]]:
    with unit_of_work() as session:
        return sso.list_enabled_providers(session)
