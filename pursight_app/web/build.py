"""Makes a front-end build that works under any host name."""

import re
from pathlib import Path
from typing import Any

import reflex as rx

# Reflex bakes `http://localhost:8000` into one file; the browser's own address is the right one on every machine.
_BAKED = re.compile(
    r"""
    `(?P<scheme>https?|wss?)://localhost   # what the compiler writes, in a template literal
    (?::\d{1,5})?                          # with or without a port
    (?P<path>/[^`]{0,200})`                # the endpoint's path
    """,
    re.VERBOSE,
)


class SameOriginPlugin(rx.plugins.Plugin):
    """Rewrites the baked endpoints to the page's own origin after each build."""

    def post_build(self, **context: Any) -> None:
        """Called by Reflex with the folder of the built files."""
        for file in (Path(context["static_dir"]) / "assets").glob("reflex-env-*.js"):
            file.write_text(_BAKED.sub(_same_origin, file.read_text()))


def _same_origin(found: re.Match[str]) -> str:
    as_socket = ".replace(/^http/,`ws`)" if found["scheme"].startswith("ws") else ""
    return f"(globalThis.location?.origin??`http://localhost`){as_socket}+`{found['path']}`"
