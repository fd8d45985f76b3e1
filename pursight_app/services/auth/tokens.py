"""Access and refresh tokens. Both only name a session; the session decides."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from pursight_app.core.clock import now
from pursight_app.core.secrets import jwt_key, jwt_signing_key, jwt_verifying_key
from pursight_app.core.settings import get_settings

ISSUER = "pursight"
MAX_TOKEN_CHARACTERS = 4_096
_KEPT_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid access token says: the session's key, and the version of the credentials it was issued under."""

    session_key: str
    auth_version: int
    expires_at: float


# Checking a signature takes 30-40 µs, and a client sends the same token hundreds of times. Only what was valid is kept, and
# only the signature's truth: expiry is looked at each time, and the session decides anyway.
_valid: dict[str, AccessClaims] = {}
_CLAIMS = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": ISSUER},
    exp={"essential": True},
    iat={"essential": True},
    sid={"essential": True},
    ver={"essential": True},
)


def issue_access_token(session_key: str, auth_version: int) -> tuple[str, int]:
    """A signed token (HS256, `typ` at+jwt, RFC 9068) and its life in seconds."""
    lifetime_s = get_settings().access_token_s
    issued = int(now().timestamp())
    key_id, key = jwt_signing_key()
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sid": session_key,
        "ver": auth_version,
        "iat": issued,
        "exp": issued + lifetime_s,
    }
    header = {"alg": "HS256", "typ": "at+jwt", "kid": key_id}
    return jwt.encode(header, claims, OctKey.import_key(key)), lifetime_s


def read_access_token(token: str) -> AccessClaims | None:
    """What a valid access token says; None for any other text."""
    claims = _valid.get(token) or _verified(token)
    return claims if claims and claims.expires_at > time.time() else None


def _verified(token: str) -> AccessClaims | None:
    if len(token) > MAX_TOKEN_CHARACTERS:
        return None
    try:
        decoded = jwt.decode(token, _key_of, algorithms=["HS256"])
        _CLAIMS.validate(decoded.claims)
        claims = AccessClaims(str(decoded.claims["sid"]), int(decoded.claims["ver"]), float(decoded.claims["exp"]))
    except (JoseError, ValueError, TypeError):
        return None
    # joserfc accepts any `typ`; ASVS 9.2.2 wants a refresh or ID token refused here.
    if decoded.header.get("typ") != "at+jwt":
        return None
    if len(_valid) >= _KEPT_TOKENS:
        _valid.clear()
    _valid[token] = claims
    return claims


def _key_of(header: Any) -> OctKey:
    key = jwt_verifying_key(str(header.headers().get("kid", "")))
    if key is None:
        raise ValueError("unknown key")
    return OctKey.import_key(key)


def refresh_token(session_id: UUID, generation: int) -> str:
    """The refresh token of one generation of a session. It is derived, so nothing of it has to be stored."""
    text = f"{session_id.hex}.{generation}"
    return f"{text}.{_mac(text)}"


def read_refresh_token(token: str) -> tuple[UUID, int] | None:
    """Session id and generation of a refresh token that is ours; None for any other text."""
    text, _, mac = token.rpartition(".")
    if len(token) > 200 or not hmac.compare_digest(mac.encode(), _mac(text).encode()):
        return None
    session_id, _, generation = text.partition(".")
    return UUID(session_id), int(generation)


def _mac(text: str) -> str:
    return hmac.new(jwt_key(), f"refresh|{text}".encode(), hashlib.sha256).hexdigest()
