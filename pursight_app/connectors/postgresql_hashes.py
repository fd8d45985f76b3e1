"""Streams 64-bit hashes of whole columns out of PostgreSQL and counts their distinct values with little memory."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from psycopg.abc import Buffer

from pursight_app.connectors.aggregates import select
from pursight_app.connectors.postgresql_session import Session

Hashes = npt.NDArray[np.int64]

# The hashes of all columns of one stream are held at once; more columns take more streams.
STREAM_BYTES = 256 * 1024 * 1024

# A binary COPY starts with an 11-byte signature, 4 bytes of flags and 4 bytes of header length, and ends with -1 as a
# 16-bit number (PostgreSQL documentation, COPY, "Binary Format").
_HEADER_BYTES = 19
_TRAILER_BYTES = 2
_PIECES_PER_STEP = 16_384


@dataclass(frozen=True, slots=True)
class HashMatrix:
    """One row of hashes for each column, in row order of the stream; 0 stands for null."""

    hashes: Hashes

    def count_distinct(self) -> list[int]:
        """Distinct non-null values of each column; sorts the hashes in place.

        Two different values share a hash with probability 2^-64, so a column of a million values is miscounted about
        once in 37 million scans.
        """
        # NumPy releases the interpreter lock while it sorts, so two threads use two cores.
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(_count_distinct, self.hashes))

    def frequencies(self, column: int) -> Hashes:
        """How often each distinct non-null value of one column occurs, in no particular order."""
        hashes = self.hashes[column]
        return np.unique(hashes[hashes != 0], return_counts=True)[1].astype(np.int64)


def columns_per_stream(row_count: int) -> int:
    """How many columns' hashes fit into `STREAM_BYTES`; 0 if not even one does."""
    return STREAM_BYTES // (8 * max(1, row_count))


def read_hashes(session: Session, source: str, hashes: Sequence[str], row_count: int) -> HashMatrix:
    """The values of the SQL expressions `hashes` (none of them null) over `source`; call inside `session.reading`.

    Args:
        session: the open session.
        source: a FROM clause, with or without WHERE.
        hashes: expressions of type bigint.
        row_count: how many rows to expect; more are accepted.
    """
    # Each row is a 16-bit number of fields, then for each field its 32-bit length and the value. No field is null, so
    # every row has the same width and the stream is an array that needs no parser.
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for index in range(len(hashes)):
        fields += [(f"length{index}", ">i4"), (f"hash{index}", "<i8")]
    layout = np.dtype(fields)
    matrix = np.empty((len(hashes), max(1, row_count)), dtype=np.int64)
    filled = 0
    pieces: list[Buffer] = []
    rest = b""
    skip = _HEADER_BYTES
    for piece in session.copy_binary(select(", ".join(hashes), source)):
        pieces.append(piece)
        if len(pieces) < _PIECES_PER_STEP:
            continue
        data = b"".join([rest, *pieces])[skip:]
        pieces, skip = [], 0
        # The last two bytes may be the trailer.
        rows = (len(data) - _TRAILER_BYTES) // layout.itemsize
        matrix, filled = _append(matrix, filled, np.frombuffer(data, layout, rows))
        rest = data[rows * layout.itemsize :]
    data = b"".join([rest, *pieces])[skip:-_TRAILER_BYTES]
    matrix, filled = _append(matrix, filled, np.frombuffer(data, layout))
    return HashMatrix(matrix[:, :filled])


def _append(matrix: Hashes, filled: int, rows: npt.NDArray[np.void]) -> tuple[Hashes, int]:
    end = filled + len(rows)
    if end > matrix.shape[1]:
        matrix = np.concatenate([matrix[:, :filled], np.empty((len(matrix), end), dtype=np.int64)], axis=1)
    for index in range(len(matrix)):
        # The bytes stay in network order: equality is all that counts, and 0 is 0 either way.
        matrix[index, filled:end] = rows[f"hash{index}"]
    return matrix, end


def _count_distinct(hashes: Hashes) -> int:
    if not len(hashes):
        return 0
    hashes.sort()
    changes = int(np.count_nonzero(hashes[1:] != hashes[:-1])) + 1
    return changes - int(np.searchsorted(hashes, 0, "left") != np.searchsorted(hashes, 0, "right"))
