"""Confirming that it is you, when a dangerous act wants a newer proof than the log-in."""

import json
from typing import Any

import reflex as rx

from pursight_app.core.errors import UserError
from pursight_app.services import step_up
from pursight_app.services.step_up import Proof
from state.base import event, run
from state.session import notify

# What passkeys.js says of a request that the browser did not fulfil.
PASSKEY_PROBLEMS = {
    "unsupported": "This browser knows no passkeys, or the connection is not encrypted.",
    "cancelled": "No passkey was used: the request was cancelled or took too long.",
    "known": "This device has a passkey for your account already.",
    "place": "Passkeys do not work at this address.",
}


def passkey_answer(form: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The credential that passkeys.js put into a form, and what went wrong instead ("" if nothing did)."""
    problem = str(form.get("problem") or "")
    if problem:
        return {}, PASSKEY_PROBLEMS.get(problem, "The passkey could not be used. Try again.")
    try:
        credential = json.loads(str(form.get("credential", ""))[:20_000])
    except (ValueError, RecursionError):
        credential = None
    return (credential, "") if isinstance(credential, dict) else ({}, "The passkey could not be used. Try again.")


class ConfirmState(rx.State):
    """The dialog. It replays nothing: the person repeats what they were about to do, knowing what it was."""

    is_open: bool = False
    takes_password: bool = False
    takes_code: bool = False
    takes_passkey: bool = False
    passkey_options: str = ""
    problem: str = ""

    @event()
    async def ask(self) -> None:
        """Opens the dialog with the ways that this person has."""
        ways = await run(step_up.list_ways)
        self.takes_password, self.takes_code, self.takes_passkey = ways.password, ways.code, ways.passkey
        self.passkey_options, self.problem, self.is_open = "", "", True

    @event()
    async def close(self) -> None:
        """Leaves everything as it was."""
        self.is_open, self.passkey_options = False, ""

    @event()
    async def confirm(self, form: dict[str, Any]) -> None:
        """Takes the password or the code."""
        await self._prove(Proof(str(form.get("password") or ""), str(form.get("code") or "")))

    @event()
    async def begin_passkey(self) -> None:
        """Makes passkeys.js ask for a passkey."""
        try:
            self.passkey_options, self.problem = await run(step_up.passkey_options), ""
        except UserError as error:
            self.problem = error.message

    @event()
    async def finish_passkey(self, form: dict[str, Any]) -> None:
        """Takes what the passkey signed."""
        self.passkey_options = ""
        credential, self.problem = passkey_answer(form)
        if not self.problem:
            await self._prove(Proof(credential=credential))

    async def _prove(self, proof: Proof) -> None:
        try:
            is_right = await run(lambda session, actor: step_up.step_up(session, actor, proof))
        except UserError as error:
            self.problem = error.message
            return
        self.problem = "" if is_right else "That was not right, or it was used already."
        if is_right:
            self.is_open = False
            await notify(self, "Confirmed. Now repeat what you were about to do.")
