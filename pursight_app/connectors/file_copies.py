"""Makes text files readable that a strict reader refuses: compressed, in another encoding, with broken bytes."""

import codecs
import gzip
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pursight_app.connectors.file_formats import is_gzip
from pursight_app.core.errors import SourceReadError

_CHUNK_BYTES = 1 << 20

# Text compresses up to about 20:1 in practice; a file that grows far more is a bomb (97 kB of gzip can hold 100 MB).
EXPANSION_LIMIT = 200
EXPANSION_FLOOR_BYTES = 32 * 1024 * 1024

_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file to be read: `name` in messages, `deadline` on the clock of `time.monotonic`, and how much of it.

    `head_bytes` limits the reading to about that many bytes, up to the end of a line; None means all. `line_bytes` is
    the longest line that the reader takes.
    """

    path: Path
    name: str
    deadline: float
    line_bytes: int
    head_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ReadableFile:
    """A file in UTF-8 and what had to be done to get it; a copy is the caller's to delete."""

    path: Path
    is_copy: bool
    notes: tuple[str, ...]


def readable_file(file: TextFile, workspace: Path) -> ReadableFile:
    """The file itself if it is plain UTF-8, or else a UTF-8 copy in the folder `workspace`.

    Raises:
        SourceReadError: the compressed file is damaged or expands beyond the limit, or the time is over.
    """
    encoding, is_clean = _encoding(file)
    notes: tuple[str, ...] = ()
    if encoding != "utf-8":
        notes = (f"The text is no UTF-8 and was read as {encoding}.",)
    elif not is_clean:
        notes = ("Some bytes are no valid UTF-8; they are shown as \ufffd.",)
    if not notes and not is_gzip(file.path):
        return ReadableFile(file.path, is_copy=False, notes=())
    copy = workspace / "copy.txt"
    _write_copy(file, copy, encoding)
    return ReadableFile(copy, is_copy=True, notes=notes)


def _chunks(file: TextFile) -> Iterator[bytes]:
    """The bytes of the file, decompressed while they are counted, so that a bomb stops early."""
    limit = max(EXPANSION_FLOOR_BYTES, EXPANSION_LIMIT * file.path.stat().st_size)
    total = 0
    try:
        with _opened(file.path) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                total += len(chunk)
                if is_gzip(file.path) and total > limit:
                    raise SourceReadError(
                        f"Cannot read {file.name}: it expands beyond the limit of {limit:,} bytes. Decompress it first."
                    )
                if time.monotonic() > file.deadline:
                    raise SourceReadError(f"Cannot read {file.name}: it took too long. Raise the time limit.")
                yield chunk
                if file.head_bytes is not None and total >= file.head_bytes:
                    return
    except (gzip.BadGzipFile, zlib.error, EOFError):
        raise SourceReadError(f"Cannot read {file.name}: its compressed content is damaged. Write it anew.") from None


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if is_gzip(path) else path.open("rb")


def _encoding(file: TextFile) -> tuple[str, bool]:
    """The encoding to decode with, and whether every byte fits it."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    characters = broken = 0
    lines = _LineMeter(file)
    for index, chunk in enumerate(_chunks(file)):
        lines.add(chunk)
        if index == 0 and (mark := _UTF16_MARKS.get(chunk[:2])):
            return mark, True
        if chunk.isascii():
            continue
        text = decoder.decode(chunk)
        replaced = text.count("\ufffd")
        broken += replaced
        # Only counted where something is broken: a clean file needs no verdict on which encoding it is closest to.
        characters += sum(character > "\x7f" for character in text) - replaced if replaced else 1
    if not broken:
        return "utf-8", True
    # Mostly whole multi-byte characters: UTF-8 with some broken bytes. Else a single-byte encoding, of which cp1252 (a
    # superset of the printable Latin-1) is by far the most frequent.
    return ("utf-8", False) if characters >= broken else ("cp1252", True)


class _LineMeter:
    """Stops at the first line that is too long, with its number, before a reader tries to hold it in memory."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._number = 1
        self._length = 0

    def add(self, chunk: bytes) -> None:
        """Counts one more piece of the file; a line can only grow too long over several pieces."""
        ends = [position for sign in (b"\n", b"\r") if (position := chunk.find(sign)) >= 0]
        self._length += min(ends, default=len(chunk))
        if self._length > self._file.line_bytes:
            raise SourceReadError(
                f"Cannot read {self._file.name}: line {self._number} is longer than the limit of "
                f"{self._file.line_bytes:,} bytes. Mend or remove that line."
            )
        if ends:
            self._number += chunk.count(b"\n")
            self._length = len(chunk) - 1 - max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))


def _write_copy(file: TextFile, copy: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    size = 0
    with copy.open("wb") as stream:
        for chunk in _chunks(file):
            size += stream.write(decoder.decode(chunk).encode())
        if file.head_bytes is None:
            stream.write(decoder.decode(b"", final=True).encode())
    if file.head_bytes is not None and size >= file.head_bytes:
        _cut_last_line(copy)


def _cut_last_line(copy: Path) -> None:
    """Removes the line that the head ended in the middle of."""
    with copy.open("rb+") as stream:
        start = max(0, copy.stat().st_size - _CHUNK_BYTES)
        stream.seek(start)
        end = stream.read().rfind(b"\n")
        if end >= 0:
            stream.truncate(start + end + 1)
