"""Network addresses: IP, MAC, URL and domain names.

`ipv4` matches four octets, optionally with a port or a prefix length; `ipv6` any RFC 4291 form. A version number such as
1.4.0.2 is a valid IPv4 address by its own: the decision looks at the whole column before it believes one. `mac_address`
matches six hex pairs with colons or dashes, or Cisco's dotted form, not twelve bare hex digits. `url` matches http, https,
ftp, s3 and similar schemes or `www.`; `domain_name` host names under a common top-level domain, which is also the form
of a file name, so it needs support.
"""

import ipaddress
import re

from pursight_app.detectors.base import Detector, only

_MAC = re.compile(
    r"""
      [0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}       # 00:1b:44:11:3a:b7
    | [0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}       # 00-1B-44-11-3A-B7
    | [0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}      # 001b.4411.3ab7
    """,
    re.VERBOSE,
)
_URL = re.compile(
    r"""
    (?:(?:https?|ftps?|sftp|s3a?|gs|hdfs|wss?|git|ssh|jdbc:\w{1,20}|mongodb|postgres(?:ql)?|mysql|redis|amqp)://|www\.)
    [^\s/?\#]{1,255}        # host, user and port
    (?:[/?\#]\S{0,1800})?   # path, query, fragment
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DOMAIN = re.compile(
    r"""
    (?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}  # labels
    (?:com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|eu|us|uk|ca|de|fr|it|es|pt|nl|be|ch|at|pl|cz|se|no
       |fi|dk|ie|jp|cn|in|br|mx|ar|cl|au|nz|za|ru|ua|tr|gr|hu|ro|kr|cloud|online|xyz|local|internal|example|test)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_ipv4(value: str) -> bool:
    """True for four octets with an optional port (`:443`) or prefix length (`/24`)."""
    address, _, tail = value.replace("/", ":").partition(":")
    if tail and not (tail.isascii() and tail.isdigit() and int(tail) <= 65_535):
        return False
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not address.startswith("0.")


def is_ipv6(value: str) -> bool:
    """True for an IPv6 address, also in brackets with a port or with a prefix length."""
    address = value.partition("]")[0].removeprefix("[").partition("/")[0]
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def is_mac_address(value: str) -> bool:
    """True for an EUI-48 with separators."""
    return _MAC.fullmatch(value) is not None


def is_url(value: str) -> bool:
    """True for an absolute URL or a `www.` address."""
    return _URL.fullmatch(value) is not None


def is_domain_name(value: str) -> bool:
    """True for a host name under a common top-level domain."""
    return _DOMAIN.fullmatch(value) is not None


def _accepts_ipv4_shape(shape: str) -> bool:
    return 7 <= len(shape) <= 21 and shape.count(".") == 3 and set("9.:/") >= set(shape)


def _accepts_ipv6_shape(shape: str) -> bool:
    return 3 <= len(shape) <= 49 and shape.count(":") >= 2 and set("9aA:./[]%") >= set(shape)


def _accepts_url_shape(shape: str) -> bool:
    return "://" in shape[:32] or shape[:4].lower() == "aaa."


def _accepts_domain_shape(shape: str) -> bool:
    return 4 <= len(shape) <= 253 and "." in shape and shape[-1] in "aA" and not set(shape) & set(" @/:,_")


DETECTORS = (
    Detector(
        key="ipv4",
        data_class="ip_address",
        match=is_ipv4,
        random_rate=0.2,
        is_decisive=True,
        description="IPv4 address, optionally with port or prefix length.",
        accepts_shape=_accepts_ipv4_shape,
        proof="are IPv4 addresses",
    ),
    Detector(
        key="ipv6",
        data_class="ip_address",
        match=is_ipv6,
        random_rate=0.05,
        is_decisive=True,
        description="IPv6 address (RFC 4291).",
        accepts_shape=_accepts_ipv6_shape,
        proof="are IPv6 addresses",
    ),
    Detector(
        key="mac_address",
        data_class="mac_address",
        match=is_mac_address,
        random_rate=0.01,
        is_decisive=True,
        description="Hardware address (EUI-48) with separators.",
        accepts_shape=only("9aA:-.", shortest=14, longest=17),
        proof="are hardware addresses of six hex pairs",
    ),
    Detector(
        key="url",
        data_class="url",
        match=is_url,
        random_rate=0.01,
        is_decisive=True,
        description="Absolute URL or www address.",
        accepts_shape=_accepts_url_shape,
        proof="are web or network addresses",
    ),
    Detector(
        key="domain_name",
        data_class="url",
        match=is_domain_name,
        random_rate=0.2,
        is_decisive=False,
        description="Host name under a common top-level domain.",
        accepts_shape=_accepts_domain_shape,
        proof="are host names",
    ),
)
