"""Whether the inputs of a pipeline are still those that were there before: only then must its outputs be the same."""

from pathlib import Path

from pursight_app.core.definitions import Definition


def fingerprint(definition: Definition) -> list[list[object]]:
    """For each input on this machine its files, bytes and newest change; empty lists for what lies elsewhere."""
    return [
        _of(Path(each.path.removeprefix("file://"))) if "://" not in each.path.removeprefix("file://") else []
        for each in definition.inputs
    ]


def _of(path: Path) -> list[object]:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    found = [each.stat() for each in files]
    return [len(found), sum(each.st_size for each in found), max((each.st_mtime_ns for each in found), default=0)]
