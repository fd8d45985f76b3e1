"""Object stores as pipelines name them, through fsspec."""

from typing import Any

import fsspec

# Keys and address come from the usual variables (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL); boto would wait for minutes.
_S3 = {"config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}}


def open_store(place: str) -> tuple[Any, str]:
    """The file system of a path or URL, and the path in it. Nothing is remembered of what a folder held before.

    Raises:
        ImportError: the driver of the store is not installed.
    """
    url = place.replace("s3a://", "s3://", 1)
    filesystem, root = fsspec.core.url_to_fs(url, **(_S3 if url.startswith("s3://") else {}))
    filesystem.invalidate_cache()
    return filesystem, root


def unreadable() -> tuple[type[Exception], ...]:
    """What comes of a place without keys or network; boto's errors are no OSErrors."""
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, ValueError, BotoCoreError, ClientError
