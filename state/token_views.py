"""API tokens as pages show them, and what their form holds. Shared by one's own and the administrators' page."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pursight_app.core.clock import now
from pursight_app.core.settings import get_settings
from pursight_app.services.access import PERMISSION_WORDS, Permission
from pursight_app.services.api_tokens import TokenRow
from state import format as fmt

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Catalogue", ("catalog", "values", "classification", "data_class", "model")),
    ("Data sources and scans", ("data_source", "scan")),
    ("Findings and rules", ("finding", "rule")),
    ("Rooms", ("room",)),
    ("Workspace and audit log", ("workspace", "audit")),
)
_LIVES = (7, 30, 90, 180, 365)
_SCOPE = "scope:"


@dataclass
class TokenView:
    """One token of a list; `status` is live, expired or revoked."""

    id: str
    name: str
    hint: str
    owner: str
    owner_is_service: bool
    first_scope: str
    more_scopes: str
    scopes: list[str]
    workspace: str
    expires: str
    expires_exact: str
    is_ending: bool
    last_used: str
    last_used_exact: str
    status: str
    may_revoke: bool


@dataclass
class ScopeView:
    """A right to tick."""

    name: str
    permission: str
    words: str


@dataclass
class ScopeGroup:
    """Rights that belong together."""

    title: str
    scopes: list[ScopeView] = field(default_factory=list)


@dataclass
class LifeView:
    """A life to choose, in days."""

    days: str
    words: str


def token_view(row: TokenRow, *, everywhere: str = "All of its owner") -> TokenView:
    """A row of a list; `everywhere` stands for a token that is bound to no workspace."""
    token, moment = row.token, now()
    words = [PERMISSION_WORDS[right] for right in Permission if right in token.scopes]
    status = "revoked" if token.revoked_at else "expired" if token.expires_at <= moment else "live"
    used = fmt.ago(token.last_used_at, otherwise="never used")
    return TokenView(
        id=str(token.id),
        name=token.name,
        hint=f"psk_…{token.hint}",
        owner=row.owner.name,
        owner_is_service=row.owner.is_service,
        first_scope=words[0].capitalize() if words else "nothing any more",
        more_scopes=f"and {len(words) - 1} more" if len(words) > 1 else "",
        scopes=[text.capitalize() for text in words],
        workspace=row.workspace_name or everywhere,
        expires=_until(token.expires_at, moment),
        expires_exact=fmt.exact(token.expires_at),
        is_ending=status == "live" and token.expires_at - moment < timedelta(days=7),
        last_used=f"{used}, from {token.last_used_address}" if token.last_used_address else used,
        last_used_exact=fmt.exact(token.last_used_at),
        status=status,
        may_revoke=row.may_revoke and status == "live",
    )


def _until(end: datetime, moment: datetime) -> str:
    days = round((end - moment) / timedelta(days=1))
    if end <= moment:
        return f"ended {fmt.ago(end)}"
    return f"in {days} days" if days > 1 else "tomorrow" if days == 1 else "today"


def scope_groups(permissions: Iterable[Permission]) -> list[ScopeGroup]:
    """Rights that a token can have, grouped for a form; groups without any are left out."""
    offered = set(permissions)
    groups = [
        ScopeGroup(
            title,
            [
                ScopeView(f"{_SCOPE}{right}", str(right), PERMISSION_WORDS[right].capitalize())
                for right in Permission
                if right in offered and right.partition(".")[0] in nouns
            ],
        )
        for title, nouns in _GROUPS
    ]
    return [group for group in groups if group.scopes]


def scopes_of(form: dict[str, Any]) -> list[str]:
    """The rights that were ticked in a form."""
    return [name.removeprefix(_SCOPE) for name, value in form.items() if name.startswith(_SCOPE) and value]


def lives(longest: int) -> list[LifeView]:
    """Lives to choose from, up to `longest` days."""
    days = [each for each in _LIVES if each < longest] + [longest]
    return [LifeView(str(each), f"{each} days" if each > 1 else "1 day") for each in days]


def days_of(form: dict[str, Any]) -> int:
    """The life that was chosen; 0, which no policy allows, for anything else."""
    text = str(form.get("days", ""))
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def example() -> str:
    """A command that uses a token, for this installation's address."""
    return f'curl -H "Authorization: Bearer $PURSIGHT_TOKEN" "{get_settings().origin}/api/catalog/search?q=email"'
