"""A throw-away PurSight home for the benches: its own PostgreSQL and Redis with all migrations."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pursight_app.core.db import engine
from pursight_app.core.redis import redis
from pursight_app.core.settings import get_settings
from pursight_app.runtime.migrations import migrate
from pursight_app.runtime.postgres import start_postgres
from pursight_app.runtime.redis_server import start_redis

_CONFIGURED = ("PURSIGHT_DATABASE_URL", "PURSIGHT_REDIS_URL", "PURSIGHT_BLOB_URL")


@contextmanager
def empty_home() -> Generator[Path]:
    """A new folder that PURSIGHT_HOME points at; removed afterwards. A bench never touches configured servers."""
    # A short path, because that of a Unix socket has at most 108 bytes; readable, because PostgreSQL is no root.
    home = Path(tempfile.mkdtemp(prefix="psb-", dir="/tmp"))
    home.chmod(0o755)
    os.environ["PURSIGHT_HOME"] = str(home)
    for name in _CONFIGURED:
        os.environ.pop(name, None)
    get_settings.cache_clear()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_home() -> Generator[Path]:
    """An empty home whose servers run and whose database has every table."""
    with empty_home() as home:
        postgres, redis_process = start_postgres(home), start_redis(home)
        try:
            migrate()
            yield home
        finally:
            engine().dispose()
            redis().close()
            redis_process.terminate()
            redis_process.wait()
            postgres.stop()
