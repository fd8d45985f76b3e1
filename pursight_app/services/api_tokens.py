"""Tokens of people and service accounts for programs: shown once, kept as a hash, revocable at once."""

import hashlib
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.models import ApiToken
from pursight_app.services import audit

PREFIX = "psk_"
_SEEN_EVERY = timedelta(minutes=1)


def find_live_token(session: Session, presented: str) -> ApiToken | None:
    """The token that was presented, unless it has run out or was revoked."""
    wanted = hashlib.sha256(presented.encode()).hexdigest()
    token = session.exec(select(ApiToken).where(ApiToken.token_hash == wanted)).first()
    return token if token and token.revoked_at is None and token.expires_at > now() else None


def is_live(session: Session, token_id: UUID) -> bool:
    """Whether a token that was good is still."""
    token = session.get(ApiToken, token_id)
    return token is not None and token.revoked_at is None and token.expires_at > now()


def touch(session: Session, token: ApiToken) -> None:
    """Notes when and from where a token was used, at most once a minute."""
    is_due = or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) < now() - _SEEN_EVERY)
    address = audit.ORIGIN.get(audit.Origin()).address
    session.execute(
        update(ApiToken)
        .where(col(ApiToken.id) == token.id, is_due)
        .values(last_used_at=now(), last_used_address=address)
    )
