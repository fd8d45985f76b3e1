"""The words of a PDF, read by a process of its own: a hostile file costs that process, never the web server."""

import subprocess
import sys

import structlog

MOST_PAGES, MOST_CHARACTERS = 5, 20_000
_LONGEST_S, _MOST_BYTES = 10, 512 * 1024 * 1024

log = structlog.get_logger()


def pdf_text(content: bytes) -> str:
    """The words of the first `MOST_PAGES` pages, at most `MOST_CHARACTERS`; "" when there are none or it cannot be read."""
    try:
        done = subprocess.run(
            # By its path: through the package it would load all services first.
            [sys.executable, __file__],
            input=content,
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        log.warning("pdf.not_read", reason="timeout")
        return ""
    if done.returncode:
        log.warning("pdf.not_read", reason=f"exit {done.returncode}")
        return ""
    return done.stdout.decode("utf-8", errors="replace")[:MOST_CHARACTERS]


def _main() -> None:
    import io
    import resource

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST_S, _LONGEST_S))
    try:
        pages = PdfReader(io.BytesIO(sys.stdin.buffer.read())).pages[:MOST_PAGES]
        text = "\n\n".join(page.extract_text() for page in pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, MemoryError, AttributeError):
        sys.exit(1)
    sys.stdout.buffer.write(text.replace("\x00", "")[:MOST_CHARACTERS].encode("utf-8", errors="replace"))


if __name__ == "__main__":
    _main()
