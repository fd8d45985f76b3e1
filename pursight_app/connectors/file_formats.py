"""Which files of a folder are tables, in which format, and whether their content is what their name says."""

import fnmatch
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# More files than this in one folder are a data lake for Spark, not a folder to scan file by file.
MAX_FILES = 10_000

_HEAD_BYTES = 4096


class FileFormat(StrEnum):
    """How a file's rows are written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


_EXTENSIONS = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".parquet": FileFormat.PARQUET,
    ".pq": FileFormat.PARQUET,
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
}

# First bytes of formats that people rename by mistake or malice.
_SIGNATURES = {
    b"PAR1": "Parquet",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"SQLite format 3\0": "SQLite",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"Obj\x01": "Avro",
    b"ORC": "ORC",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\x7fELF": "a program",
}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file; `name` is its path below the root, with forward slashes. `refusal` says why it is not read."""

    path: Path
    name: str
    refusal: str | None = None


def format_of(path: Path) -> FileFormat | None:
    """The format by extension, seen through a final `.gz`; None for files that are no tables."""
    name = path.name.lower().removesuffix(".gz")
    return _EXTENSIONS.get(Path(name).suffix)


def is_gzip(path: Path) -> bool:
    """Whether the name says that the file is compressed."""
    return path.name.lower().endswith(".gz")


def list_files(root: Path, pattern: str) -> Iterator[FoundFile]:
    """The files below `root` (or `root` itself, if it is a file) whose name matches `pattern`, in order of their names.

    Hidden files and folders are left out. A symbolic link that leads out of the root is returned with a refusal, and
    links to folders are not followed, so a loop ends.
    """
    if root.is_file():
        yield FoundFile(root, root.name)
        return
    real_root = root.resolve()
    count = 0
    for folder, subfolders, names in os.walk(root, followlinks=False):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if name.startswith(".") or not fnmatch.fnmatch(relative, pattern):
                continue
            count += 1
            if count > MAX_FILES:
                yield FoundFile(path, relative, f"The folder holds more than {MAX_FILES:,} files; it is not read.")
                return
            yield FoundFile(path, relative, _refusal(path, real_root))


def _refusal(path: Path, real_root: Path) -> str | None:
    if path.is_symlink() and not path.resolve().is_relative_to(real_root):
        return "It is a symbolic link that leaves the folder of the source."
    if not path.is_file():
        return "It is no regular file, or a link to nothing."
    if not os.access(path, os.R_OK):
        return "It may not be read. Grant read access to the file."
    return None


def content_problem(path: Path, expected: FileFormat) -> str | None:
    """Why the content of the file cannot be what its name says, as a sentence; None if it may be."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        return "The file is empty."
    actual = next((name for signature, name in _SIGNATURES.items() if head.startswith(signature)), None)
    if is_gzip(path):
        if expected is FileFormat.PARQUET:
            return "Parquet in gzip is not read, as Parquet compresses itself. Decompress the file."
        return None if actual == "gzip" else "Its name ends in .gz, but its content is not gzip."
    is_expected = actual == "Parquet" if expected is FileFormat.PARQUET else actual is None
    if expected is FileFormat.JSONL and _first_sign(head) not in b"{":
        is_expected, actual = False, actual or "no JSON object in its first line"
    return None if is_expected else f"Its name says {expected.value}, but its content is {actual or 'something else'}."


def _first_sign(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
