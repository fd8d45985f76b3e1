"""Whether an ID token holds (OpenID Connect Core 1.0, section 3.1.3.7)."""

from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from pursight_app.services.sso.discovery import Documents
from pursight_app.services.sso.errors import LoginRefusedError

LEEWAY_S = 60


def verify_id_token(
    token: str, documents: Documents, *, client_id: str, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of a token that this provider signed for this client and this log-in.

    Raises:
        LoginRefusedError: signature, algorithm, iss, aud, azp, exp, iat, nonce or at_hash is wrong. The message names
            the part, never the value.
        ProviderUnavailableError: the keys cannot be had.
    """
    try:
        decoded = _decode(token, documents)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": documents.issuer},
                "aud": {"essential": True, "value": client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(leeway=LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise LoginRefusedError(f"The identity provider's token does not hold ({_reason(error)}).") from None
    if not 1 <= len(str(claims["sub"])) <= 255:
        raise LoginRefusedError("The identity provider's token does not hold (sub).")
    return dict(claims)


def _decode(token: str, documents: Documents) -> jwt.Token:
    algorithms = documents.discovery().algorithms
    keys = documents.keys()
    try:
        return jwt.decode(token, keys, algorithms=algorithms)
    except InvalidKeyIdError:
        # The provider may have changed its keys since they were fetched.
        return jwt.decode(token, documents.newer_keys(keys), algorithms=algorithms)


def _reason(error: Exception) -> str:
    claim = getattr(error, "claim", None)
    return str(claim or getattr(error, "error", None) or "form")
