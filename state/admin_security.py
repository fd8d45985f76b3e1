"""The security policy as a form of plain choices."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from sqlmodel import Session

from pursight_app.core.errors import PurSightError, StepUpRequiredError
from pursight_app.core.settings import get_settings
from pursight_app.services import security_policy
from pursight_app.services.access import Actor
from pursight_app.services.security_policy import SecurityFacts, SecurityPolicyValues
from state.base import event, run
from state.session import notify

_MINUTE, _HOUR, _DAY = 60, 3600, 24 * 3600
_IDLE = (15 * _MINUTE, 30 * _MINUTE, _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR, 7 * _DAY)
_ABSOLUTE = (8 * _HOUR, 24 * _HOUR, 7 * _DAY, 30 * _DAY, 90 * _DAY)
_NUMBERS = ("password_min_length", "api_token_max_days", "invitation_days")
_TIMES = ("session_idle_s", "session_absolute_s")


@dataclass
class ChoiceView:
    """One choice of a select; "" stands for what the settings of the server say."""

    value: str
    words: str


@dataclass
class PolicyView:
    """The policy as the form begins with it."""

    require_second_factor: str = "nobody"
    password_login: str = "everybody"  # noqa: S105  a choice, not a password
    session_idle_s: str = ""
    session_absolute_s: str = ""
    password_min_length: int = 8
    api_token_max_days: int = 365
    invitation_days: int = 7
    idle_choices: list[ChoiceView] = field(default_factory=list)
    absolute_choices: list[ChoiceView] = field(default_factory=list)


class AdminSecurityState(rx.State):
    """The policy, whom it meets, and what was wrong with a change."""

    is_loading: bool = True
    failure: str = ""
    policy: PolicyView = PolicyView()
    people_words: str = ""
    administrators_words: str = ""
    has_provider: bool = False
    is_changed: bool = False
    is_saving: bool = False
    problem: str = ""

    @event()
    async def load(self) -> None:
        """Loads the policy and the figures."""
        try:
            await self._fill()
            self.failure = ""
        except PurSightError as error:
            self.failure = error.message
        self.problem, self.is_loading, self.is_changed = "", False, False

    async def _fill(self) -> None:
        values, facts = await run(_policy_and_facts)
        self.policy = _view(values)
        self.people_words = _without(facts.people_without_factor, facts.people, "person", "people")
        self.administrators_words = _without(
            facts.administrators_without_factor, facts.administrators, "administrator", "administrators"
        )
        self.has_provider = facts.has_provider

    @event()
    async def note_change(self) -> None:
        """Something was typed or chosen that is not saved yet."""
        self.is_changed = True

    @event()
    async def save(self, form: dict[str, Any]) -> None:
        """Saves what changed."""
        try:
            changes = _changes(form)
            await run(lambda session, actor: security_policy.update_security_policy(session, actor, changes))
        except StepUpRequiredError:
            raise
        except PurSightError as error:
            self.problem = error.message
            return
        self.problem, self.is_changed = "", False
        await self._fill()
        await notify(self, "Saved. It counts from now on.")


def _policy_and_facts(session: Session, actor: Actor) -> tuple[SecurityPolicyValues, SecurityFacts]:
    facts = security_policy.get_security_facts(session, actor)
    return security_policy.get_security_policy(session), facts


def _view(values: SecurityPolicyValues) -> PolicyView:
    settings = get_settings()
    return PolicyView(
        require_second_factor=values.require_second_factor,
        password_login=values.password_login,
        session_idle_s=_text(values.session_idle_s),
        session_absolute_s=_text(values.session_absolute_s),
        password_min_length=values.password_min_length,
        api_token_max_days=values.api_token_max_days,
        invitation_days=values.invitation_days,
        idle_choices=_choices(_IDLE, values.session_idle_s, settings.session_idle_s),
        absolute_choices=_choices(_ABSOLUTE, values.session_absolute_s, settings.session_absolute_s),
    )


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _choices(usual: tuple[int, ...], chosen: int | None, default: int) -> list[ChoiceView]:
    times = sorted({*usual, chosen} if chosen else set(usual))
    return [
        ChoiceView("", f"{_span(default)} (as the server is set up)"),
        *(ChoiceView(str(seconds), _span(seconds)) for seconds in times),
    ]


def _span(seconds: int) -> str:
    for unit, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (1, "second")):
        if seconds % unit == 0:
            number = seconds // unit
            return f"{number} {word}{'s' if number != 1 else ''}"
    return ""


def _without(bare: int, total: int, one: str, many: str) -> str:
    who = f"{total} {one if total == 1 else many}"
    if bare == 0:
        return f"{who}; all have a second factor" if total != 1 else f"{who}, with a second factor"
    return f"{bare} of {who} {'has' if bare == 1 else 'have'} no second factor yet"


def _changes(form: dict[str, Any]) -> dict[str, object]:
    """The values of the form; what is no number is left for the service to refuse."""
    changes: dict[str, object] = {
        name: str(form[name]) for name in ("require_second_factor", "password_login") if name in form
    }
    for name in (*_NUMBERS, *_TIMES):
        text = str(form.get(name, "")).strip()
        if name in _TIMES and not text:
            changes[name] = None
        elif text:
            changes[name] = text
    return changes
