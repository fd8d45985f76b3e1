"""The numbers of a column as bytes for the database. They hold no text: n-grams are bucket numbers."""

import struct
import zlib

import numpy as np

from pursight_app.assistant.features import ColumnFeatures
from pursight_app.assistant.ngrams import Grams

FEATURES_VERSION = "2"
"""Raised whenever the numbers of the same column change in order or meaning: older ones cannot be learned from."""
_COUNTS = struct.Struct("<HH")
_GRAM_BYTES = 4


def pack_features(features: ColumnFeatures) -> bytes:
    """The numbers as about 1 kB. Without loss: features are rounded to half precision where they are made."""
    grams = features.grams
    return zlib.compress(
        _COUNTS.pack(len(features.dense), len(grams.buckets))
        + features.dense.astype("<f2").tobytes()
        + grams.buckets.astype("<u2").tobytes()
        + grams.weights.astype("<f2").tobytes(),
        level=1,
    )


def unpack_features(packed: bytes) -> ColumnFeatures:
    """What `pack_features` was given, but for the named word-list shares.

    Raises:
        ValueError: these bytes were not made by `pack_features`.
    """
    try:
        raw = zlib.decompress(packed)
        dense_count, gram_count = _COUNTS.unpack_from(raw)
    except (zlib.error, struct.error) as error:
        raise ValueError("These are no packed features.") from error
    grams_at = _COUNTS.size + 2 * dense_count
    if len(raw) != grams_at + _GRAM_BYTES * gram_count:
        raise ValueError("These packed features are cut short.")
    halves = np.frombuffer(raw, "<f2", dense_count, _COUNTS.size)
    buckets = np.frombuffer(raw, "<u2", gram_count, grams_at)
    weights = np.frombuffer(raw, "<f2", gram_count, grams_at + 2 * gram_count)
    return ColumnFeatures(halves.astype(np.float32), Grams(buckets.astype(np.uint16), weights.astype(np.float32)))
