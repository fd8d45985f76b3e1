"""Where a request really comes from, when proxies of ours stand in between."""

import ipaddress
from functools import cache

from pursight_app.core.settings import get_settings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@cache
def _trusted() -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each, strict=False) for each in get_settings().trusted_proxies)


def client_address(peer: str, forwarded_for: str) -> str:
    """The address of the client: `peer`, or the last one in X-Forwarded-For that is not a proxy of ours.

    The header is believed only as far as trusted proxies have written it: anybody can send one.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and _is_trusted(address):
        address = hops.pop()
    return address[:64]


def _is_trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _trusted())
