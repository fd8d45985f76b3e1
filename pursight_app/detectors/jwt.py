"""JSON Web Tokens (RFC 7519).

Matches three base64url parts (the signature may be empty) whose first one decodes to a JSON object with an `alg`. Does
not match encrypted tokens of five parts, and does not check the signature.
"""

import base64
import binascii
import json
import re

from pursight_app.detectors.base import Detector

_JWT = re.compile(
    r"""
    (?:Bearer[ ])?
    (?P<header>eyJ[A-Za-z0-9_-]{5,1000})    # {" in base64url
    \.[A-Za-z0-9_-]{2,2000}                 # payload
    \.?[A-Za-z0-9_-]{0,1000}                # signature; a long token may be cut by the sample
    """,
    re.VERBOSE,
)


def is_jwt(value: str) -> bool:
    """True when the first part decodes to a JOSE header."""
    found = _JWT.fullmatch(value)
    if found is None:
        return False
    header = found["header"]
    try:
        decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(decoded, dict) and "alg" in decoded


def _accepts_shape(shape: str) -> bool:
    return len(shape) >= 20 and "." in shape and shape.startswith(("aaA", "Aaaaaa aaA"))


DETECTORS = (
    Detector(
        key="jwt",
        data_class="jwt",
        match=is_jwt,
        random_rate=0.001,
        is_decisive=True,
        description="JSON Web Token with a decodable header.",
        accepts_shape=_accepts_shape,
        proof="are JSON Web Tokens",
    ),
)
