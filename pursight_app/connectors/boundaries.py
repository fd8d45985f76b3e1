"""Which hosts and paths a source may name. Pure rules; the service layer calls them with the settings.

The command line does not: there the person's own rights are the limit.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import psutil

from pursight_app.core.errors import InvalidInputError, SourceUnreachableError

_HOST_NAME = re.compile(
    r"""
    (?=.{1,253}\Z)                               # the whole name, as RFC 1035 limits it
    [A-Za-z0-9_] [A-Za-z0-9_-]{0,62}             # one label; underscores occur in container networks
    (?: \. [A-Za-z0-9_] [A-Za-z0-9_-]{0,62} )*   # further labels
    \.? \Z
    """,
    re.VERBOSE,
)

# "127.1", "0x7f.1", "2130706433": forms that old resolvers read as addresses and that no person types.
_NUMERIC_NAME = re.compile(
    r"""
    (?: 0[xX][0-9a-fA-F]{0,16} | [0-9]{1,20} )          # a decimal, octal or hexadecimal number
    (?: \. (?: 0[xX][0-9a-fA-F]{0,16} | [0-9]{1,20} ) ){0,3}
    \.? \Z
    """,
    re.VERBOSE,
)

# Carrier-grade NAT is neither private nor global to Python; cloud metadata services live in some of these as well.
_ALSO_REFUSED = (
    ipaddress.ip_network("100.64.0.0/10"),
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("2002::/16"),
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_host(host: str, *, allowed_hosts: Sequence[str]) -> str:
    """The one IP address to connect to for `host`, resolved once so that DNS rebinding cannot swap it.

    Args:
        host: a host name or IP literal; socket paths, URLs and numeric disguises are refused.
        allowed_hosts: names, addresses and networks ("10.0.0.0/8") that may be reached although they are not public.

    Raises:
        InvalidInputError: the host is malformed, or its address is private, loopback, link-local, reserved or a
            metadata service and not allowed. The message does not say which, so it cannot be used to map the network.
        SourceUnreachableError: the name does not resolve.
    """
    name = host.strip().rstrip(".").lower()
    literal = _address(name.removeprefix("[").removesuffix("]"))
    if literal is None and (_HOST_NAME.match(name) is None or _NUMERIC_NAME.match(name) is not None):
        raise InvalidInputError("The host is neither a host name nor an IP address. Give one such as db.example.com.")
    addresses = [literal] if literal is not None else _resolved(name)
    if name not in {allowed.strip().rstrip(".").lower() for allowed in allowed_hosts}:
        # All of them, because the driver of a name with a public and a private address may pick either.
        for address in addresses:
            _refuse_inner(address, name, allowed_hosts)
    return str(_plain(addresses[0]))


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _resolved(name: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceUnreachableError(f"The host name {name} is unknown. Check its spelling, then test again.") from None
    # A link-local IPv6 address carries its interface after "%".
    texts = [str(entry[4][0]).partition("%")[0] for entry in found]
    return [address for text in texts if (address := _address(text)) is not None]


def _refuse_inner(address: Address, name: str, allowed_hosts: Sequence[str]) -> None:
    plain = _plain(address)
    is_public = plain.is_global and not plain.is_multicast and not any(plain in network for network in _ALSO_REFUSED)
    if is_public or any(plain in network for network in _networks(allowed_hosts)):
        return
    raise InvalidInputError(
        f"The host {name} is not allowed as a source. Ask an administrator to add it to the allowed hosts."
    )


def is_same_machine(address: str, host: str) -> bool:
    """Whether `address` leads to the machine called `host`; this machine has many addresses."""
    wanted = _plain(ipaddress.ip_address(address))
    try:
        literal = _address(host)
        found = [_plain(each) for each in ([literal] if literal else _resolved(host))]
    except SourceUnreachableError:
        return False
    return wanted in found or (_is_here(wanted) and any(_is_here(each) for each in found))


def _is_here(address: Address) -> bool:
    # Linux takes a connection to the unspecified address as one to itself.
    if address.is_loopback or address.is_unspecified:
        return True
    own = (_address(each.address.partition("%")[0]) for each in chain.from_iterable(psutil.net_if_addrs().values()))
    return address in own


def _plain(address: Address) -> Address:
    """::ffff:127.0.0.1 is 127.0.0.1 to the operating system."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _networks(allowed_hosts: Sequence[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    for allowed in allowed_hosts:
        try:
            networks.append(ipaddress.ip_network(allowed.strip(), strict=False))
        except ValueError:
            # A host name; check_host compares those itself.
            continue
    return networks


def check_path(path: str, *, allowed_roots: Sequence[str | Path]) -> Path:
    """The real path of a source's file or folder, all symbolic links resolved.

    Args:
        path: an absolute path, or one relative to the first root.
        allowed_roots: folders below which sources may lie; none means that no path is allowed.

    Raises:
        InvalidInputError: the path is a URL, holds NUL or "..", or leaves the allowed roots. It does not matter
            whether the file exists: the answer is the same.
    """
    if not path.strip() or "\0" in path or "://" in path or path.lower().startswith("file:") or "%2e" in path.lower():
        raise InvalidInputError(
            "The path is empty, a URL, or holds characters that no path may hold. Give a plain path."
        )
    given = Path(path)
    if ".." in given.parts or path.startswith("~"):
        raise InvalidInputError('The path may not hold ".." or start with "~". Give the full path.')
    roots = [Path(root).resolve() for root in allowed_roots]
    real = (given if given.is_absolute() or not roots else roots[0] / given).resolve()
    if not any(real.is_relative_to(root) for root in roots):
        raise InvalidInputError(
            "The path is outside the folders that sources may use. Ask an administrator to allow its folder."
        )
    return real
