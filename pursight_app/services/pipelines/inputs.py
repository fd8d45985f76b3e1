"""Whether the inputs of a pipeline are still those that were there before: only then must its outputs be the same."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from pursight_app.core.definitions import Definition
from pursight_app.services.pipelines.stores import open_store, unreadable

# Under which of these a store says when an object was changed; one that says it as text says at least that it was.
_CHANGED = ("LastModified", "mtime", "updated", "last_modified", "created")
# Files, bytes and newest change of one input; None where that cannot be seen.
Print = list[int] | None


def fingerprint(resolved: Definition) -> list[Print]:
    """For each input how many files it has, their bytes and the newest change in nanoseconds; paths are real ones.

    None stands for what cannot be listed from here, or is not there.
    """
    return [_of(each.path.removeprefix("file://")) for each in resolved.inputs]


def are_same(before: Sequence[Print] | None, after: Sequence[Print] | None) -> bool:
    """Whether both are known, and the same."""
    return bool(before) and before == after and all(before)


def _of(path: str) -> Print:
    found = _remote(path) if "://" in path else _local(path)
    return [len(found), sum(size for size, _ in found), max(at for _, at in found)] if found else None


def _local(path: str) -> list[tuple[int, int]]:
    whole = Path(path)
    try:
        places = [whole] if whole.exists() else list(Path("/").glob(path.lstrip("/")))
        files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
        # As Spark: what begins with these is no data.
        seen = [file.stat() for file in files if file.is_file() and not file.name.startswith((".", "_"))]
    except (OSError, ValueError):
        # It changes at this moment, may not be read, or is a pattern of Spark's own.
        return []
    return [(each.st_size, each.st_mtime_ns) for each in seen]


def _remote(path: str) -> list[tuple[int, int]]:
    try:
        filesystem, place = open_store(path)
        found: Iterable[dict[str, object]] = filesystem.find(place, detail=True).values()
    except (ImportError, *unreadable()):
        # No driver for this store here, no keys, or it does not answer.
        return []
    return [(int(str(each.get("size") or 0)), _changed_ns(each)) for each in found]


def _changed_ns(entry: dict[str, object]) -> int:
    at = next((entry[name] for name in _CHANGED if name in entry), 0)
    if isinstance(at, datetime):
        return int(at.timestamp() * 1e9)
    return int(at * 1e9) if isinstance(at, int | float) else zlib.crc32(str(at).encode())
