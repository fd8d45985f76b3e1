"""Reads a model file that skops wrote, without skops: that would import scikit-learn, which takes longer than the work.

Only dictionaries, lists, texts, numbers and plain numpy arrays are rebuilt; anything else in the file is refused, so a
file can bring wrong numbers but no code.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import Any, cast

import numpy as np

_READABLE = {
    ("builtins", "dict"): "DictNode",
    ("builtins", "list"): "ListNode",
    ("builtins", "str"): "JsonNode",
    ("numpy", "ndarray"): "NdArrayNode",
}


class UnreadableArtefactError(ValueError):
    """The file is damaged, or holds more than plain data."""


def read_artefact(data: bytes) -> dict[str, Any]:
    """The dictionary in a skops file.

    Raises:
        UnreadableArtefactError: it is no skops file, or something in it is no plain data.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            state = _rebuilt(json.loads(archive.read("schema.json")), archive)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadableArtefactError(f"The model file cannot be read: {error}") from error
    if not isinstance(state, dict):
        raise UnreadableArtefactError("The model file holds no dictionary.")
    return cast("dict[str, Any]", state)


def _rebuilt(node: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    kind = (node["__module__"], node["__class__"])
    loader = node["__loader__"]
    if _READABLE.get(kind) != loader:
        raise UnreadableArtefactError(f"{'.'.join(map(str, kind))} is no plain data")
    if loader == "JsonNode":
        return json.loads(node["content"])
    if loader == "ListNode":
        return [_rebuilt(each, archive) for each in node["content"]]
    if loader == "DictNode":
        return {str(name): _rebuilt(each, archive) for name, each in node["content"].items()}
    return np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)


def dump_artefact(state: dict[str, Any]) -> bytes:
    """Plain data as a compressed skops file. Needs scikit-learn, which training has loaded anyway."""
    import skops.io

    return skops.io.dumps(state, compression=zipfile.ZIP_DEFLATED, compresslevel=9)


def write_artefact(state: dict[str, Any], path: Path) -> None:
    """Writes plain data as `dump_artefact` gives it."""
    path.write_bytes(dump_artefact(state))
