"""Blob storage through fsspec: a local folder by default, S3 or others by URL."""

import fsspec

from pursight_app.core.settings import get_settings


def _root() -> str:
    settings = get_settings()
    return settings.blob_url or settings.path("blobs").as_uri()


def write_blob(key: str, content: bytes) -> None:
    """Stores `content`; an existing blob of that key is replaced."""
    filesystem, root = fsspec.core.url_to_fs(_root())
    path = f"{root}/{key}"
    filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
    filesystem.pipe_file(path, content)


def read_blob(key: str) -> bytes | None:
    """The content, or None when there is none."""
    filesystem, root = fsspec.core.url_to_fs(_root())
    try:
        return filesystem.cat_file(f"{root}/{key}")
    except FileNotFoundError:
        return None


def delete_blob(key: str) -> None:
    """Removes a blob; absent already is fine."""
    filesystem, root = fsspec.core.url_to_fs(_root())
    if filesystem.exists(f"{root}/{key}"):
        filesystem.rm_file(f"{root}/{key}")
