"""Opening event logs: plain or compressed files and rolling folders, as one stream of lines in bounded memory."""

import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import lz4.block
import lz4.frame
import zstandard

from pursight_app.core.errors import InvalidInputError

# A line of Spark is one event; the largest known carry a plan of some megabytes.
MAX_LINE_BYTES = 64 * 1024 * 1024
# A gigabyte of packed zeros would keep a worker for a day; the largest known logs have some gigabytes.
MAX_UNPACKED_BYTES = 20 * 1024**3
_ZSTD, _GZIP, _LZ4_FRAME, _LZ4_BLOCK = b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"\x04\x22\x4d\x18", b"LZ4Block"
_ROLLED = re.compile(r"events_(?P<index>\d{1,9})_")


class CutError(Exception):
    """A file ends in the middle, is damaged there or is read no further; what came before it was given."""


def list_parts(path: Path) -> list[Path]:
    """The files of a log in order: the file itself, or the parts of a rolling folder.

    Raises:
        InvalidInputError: there is nothing of that name, or a folder that is no rolling log.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InvalidInputError(f"There is no event log at {path}. Check the path.")
    found = {int(match["index"]): part for part in path.iterdir() if (match := _ROLLED.match(part.name))}
    if not found:
        raise InvalidInputError(
            f"{path} is a folder without events_1_… files, so it is no rolling event log. Name one log, not their folder."
        )
    return [found[index] for index in sorted(found)]


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of one file, decompressed by what its first bytes say.

    Raises:
        CutError: after the last line that could be read.
    """
    with path.open("rb") as file, io.BufferedReader(_UpToDamage(_decompressed(file)), 1 << 20) as stream:
        while line := stream.readline(MAX_LINE_BYTES):
            yield line
        damage = stream.raw.damage  # type: ignore[attr-defined]  # the raw stream is ours
        if isinstance(damage, OverflowError):
            raise CutError(f"{path.name} has more than {MAX_UNPACKED_BYTES:,} bytes; the rest was not read")
        if damage:
            raise CutError(f"{path.name} is damaged or ends in the middle ({type(damage).__name__})")


def _decompressed(file: IO[bytes]) -> Any:
    head = file.read(8)
    file.seek(0)
    if head.startswith(_ZSTD):
        # Spark flushes frames while it writes: a log is several of them, one after the other.
        return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(_LZ4_FRAME):
        return lz4.frame.open(file)
    return _Lz4Blocks(file) if head == _LZ4_BLOCK else file


class _UpToDamage(io.RawIOBase):
    """A stream that ends where the one behind it breaks, and remembers why: what came before is not lost in a buffer."""

    def __init__(self, source: Any) -> None:
        self._read = getattr(source, "read1", source.read)
        self.damage: Exception | None = None
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As many bytes as one step gives."""
        if self._given > MAX_UNPACKED_BYTES:
            self.damage = OverflowError()
            return 0
        try:
            given = self._read(min(len(buffer), 1 << 16))
        except (zstandard.ZstdError, EOFError, RuntimeError, OSError, ValueError) as error:
            self.damage = error
            return 0
        buffer[: len(given)] = given
        self._given += len(given)
        return len(given)


class _Lz4Blocks(io.RawIOBase):
    """What lz4-java's LZ4BlockOutputStream writes, Spark's own lz4: blocks with a header of 21 bytes.

    Magic "LZ4Block", a token whose high half names the method (0x10 stored, 0x20 lz4), then compressed length, length and
    checksum, little endian. See net.jpountz.lz4.LZ4BlockOutputStream.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._rest = file, b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As many bytes as are at hand, at most the buffer's length."""
        while not self._rest:
            header = self._file.read(21)
            if not header:
                return 0
            if len(header) < 21 or not header.startswith(_LZ4_BLOCK):
                raise EOFError
            packed, length = (int.from_bytes(header[at : at + 4], "little") for at in (9, 13))
            if max(packed, length) > MAX_LINE_BYTES:
                raise EOFError
            block = self._file.read(packed)
            if len(block) < packed:
                raise EOFError
            self._rest = block if header[8] & 0xF0 == 0x10 else lz4.block.decompress(block, uncompressed_size=length)
            if not length:
                return 0
        given = self._rest[: len(buffer)]
        self._rest = self._rest[len(given) :]
        buffer[: len(given)] = given
        return len(given)
