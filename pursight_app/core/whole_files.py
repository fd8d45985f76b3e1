"""Small files that are there whole or not at all, for their owner only."""

import os
import tempfile
from pathlib import Path


def ensure_file(path: Path, content: str) -> tuple[str, bool]:
    """The content of `path`, and whether it was written just now (with `content`)."""
    if path.exists():
        return path.read_text().strip(), False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written whole under another name, then linked: a kill in between leaves no empty key, and of two processes that
    # start together exactly one makes the key, the other reads it. mkstemp's files have mode 0600.
    descriptor, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        # A key that encrypts must outlive a power cut as surely as what it has encrypted.
        os.fsync(file.fileno())
    try:
        os.link(written, path)
    except FileExistsError:
        return path.read_text().strip(), False
    else:
        _sync_folder(path.parent)
        return path.read_text().strip(), True
    finally:
        Path(written).unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
