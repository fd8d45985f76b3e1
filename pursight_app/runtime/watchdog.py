"""Whether the web process still answers. One that hangs is ended, and granian starts another one in its place.

A frozen process is not dead, so nothing else notices it. granian 2.8 can freeze for good when sockets close: a thread that holds
Python's lock waits for a lock of the socket, whose holder waits for Python's (its issues 862 and 884).
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from pursight_app.core.settings import Settings
from pursight_app.runtime import processes

ASK_EVERY_S = 1.0


def answers(settings: Settings, timeout_s: float) -> bool:
    """Whether the web process has anything to say to a request, within `timeout_s` for each step."""
    with closing(HTTPConnection(settings.host, settings.port, timeout=timeout_s)) as connection:
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except (OSError, HTTPException):
            return False
    return True


def keep_answering(
    settings: Settings, web_pid: Callable[[], int | None], say: Callable[[str], None], ended: threading.Event
) -> None:
    """Says where PurSight is once it answers; from then until `ended` kills the workers of granian when they fall silent.

    `web_pid` gives granian's own pid. Silent for `web_silent_s` is judged only of one that has answered before: a start takes as
    long as it takes, and the port is open before the pages are loaded.
    """
    while not answers(settings, 60):
        if ended.wait(0.1):
            return
    heard_at: float | None = time.monotonic()
    say(f"PurSight is ready at {settings.origin}  (Ctrl-C stops it)")
    while not ended.wait(ASK_EVERY_S):
        if answers(settings, settings.web_silent_s):
            heard_at = time.monotonic()
        elif heard_at is not None and time.monotonic() - heard_at > settings.web_silent_s and not ended.is_set():
            say(f"The web process has not answered for {settings.web_silent_s:g} seconds; another one takes its place")
            processes.kill_children_of(web_pid())
            heard_at = None
