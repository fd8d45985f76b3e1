"""E-mail addresses.

Matches a whole value of the form local@domain.tld as in RFC 5321 in everyday use, also in angle brackets or behind
`mailto:`; letters of any script. Does not match quoted local parts, addresses at bare IP addresses, or an address inside
a sentence (`text_email` does), and does not ask whether the domain exists.
"""

import re

from pursight_app.detectors.base import Detector

ADDRESS = r"""
    [\w.!\#$%&'*+/=?^`{|}~-]{1,64}           # local part: letters, digits and the signs RFC 5322 calls atext
    @
    (?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,6}  # one to six domain labels, each at most 63 characters
    [^\W\d_]{2,24}                           # top-level domain: letters only, so versions and IP addresses fail
"""
_WHOLE = re.compile(
    rf"""
    (?:mailto:|<)?        # a link's scheme or a mail header's bracket
    (?P<address>{ADDRESS})
    >?
    """,
    re.VERBOSE,
)


def is_email(value: str) -> bool:
    """True when the whole value is one e-mail address."""
    if len(value) > 262:
        return False
    found = _WHOLE.fullmatch(value)
    return found is not None and ".." not in found["address"] and not found["address"].startswith(".")


def _accepts_shape(shape: str) -> bool:
    return shape.count("@") == 1 and "." in shape and " " not in shape


DETECTORS = (
    Detector(
        key="email",
        data_class="email",
        match=is_email,
        random_rate=0.01,
        is_decisive=True,
        description="E-mail address, RFC 5321 in everyday use.",
        accepts_shape=_accepts_shape,
        proof="are e-mail addresses",
    ),
)
