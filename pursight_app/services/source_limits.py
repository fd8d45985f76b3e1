"""What a data source may not be used for: reaching PurSight's own servers, and looking round in the network."""

import time
from urllib.parse import urlsplit

from pursight_app.connectors.boundaries import check_host, is_same_machine
from pursight_app.core.errors import InvalidInputError, SourceUnreachableError
from pursight_app.core.settings import get_settings
from pursight_app.services import auth
from pursight_app.services.access import Actor

TEST_TIMEOUT_S = 5.0
# Drivers count in whole seconds, and some begin anew after the first exchange: no attempt lasts longer than this.
LONGEST_TEST_S = 7.5
TESTS_PER_MINUTE = 20
_DEFAULT_PORTS = {"postgresql": 5432, "postgres": 5432, "redis": 6379, "rediss": 6379}


def address_for(host: str, port: int, *, is_demo: bool) -> str:
    """The one address to connect to, resolved and checked once; `is_demo` is the demo's own login on our PostgreSQL.

    Raises:
        InvalidInputError: the settings do not allow the host, or it is PurSight's own PostgreSQL or Redis, which no
            setting allows: who can read it reads everybody's password hashes and sessions.
        SourceUnreachableError: the name does not resolve.
    """
    address = check_host(host, allowed_hosts=get_settings().allowed_hosts)
    if not is_demo and any(port == own_port and is_same_machine(address, own) for own, own_port in _own_servers()):
        raise InvalidInputError(
            f"The host {host} is not allowed as a source. Ask an administrator to add it to the allowed hosts."
        )
    return address


def _own_servers() -> list[tuple[str, int]]:
    # The embedded ones listen on sockets in our home, which no source can name.
    settings = get_settings()
    urls = [urlsplit(url) for url in (settings.database_url, settings.redis_url) if url]
    return [
        (url.hostname, url.port or _DEFAULT_PORTS[url.scheme])
        for url in urls
        if url.hostname and url.scheme in _DEFAULT_PORTS
    ]


def count_test(actor: Actor) -> None:
    """Counts a test of a connection.

    Raises:
        RateLimitedError: more than anybody needs who sets up sources by hand.
    """
    auth.throttle("source_test", str(actor.user_id), limit=TESTS_PER_MINUTE, window_s=60)


def blurred(error: SourceUnreachableError, place: str, *, started: float) -> str:
    """What a tester is told when no database answers at `place`.

    On a server that others can reach, closed, filtered and foreign ports get one text after one time: else everybody
    who may add sources could list what listens in the network behind it. On one's own machine the cause helps.
    """
    if get_settings().is_loopback_only:
        return error.message
    time.sleep(max(0.0, LONGEST_TEST_S - (time.monotonic() - started)))
    return f"No database answers at {place}. Check host, port and firewall, then test the connection again."
