"""One throw-away home for the run: real PostgreSQL and Redis, started once, used by every test that asks for them.

Tests commit like the product does; each makes its own workspace, and a workspace sees nothing of another one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

# Before anything reads the settings; short, because the path of a Unix socket has at most 108 bytes.
HOME = Path(tempfile.mkdtemp(prefix="ps-", dir="/tmp"))
HOME.chmod(0o755)
os.environ["PURSIGHT_HOME"] = str(HOME)
os.environ["PURSIGHT_LEASE_S"] = "3"
for _name in ("PURSIGHT_DATABASE_URL", "PURSIGHT_REDIS_URL", "PURSIGHT_PORT"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def services() -> Generator[None]:
    """PostgreSQL and Redis with all migrations, for this process."""
    from pursight_app.core.db import engine
    from pursight_app.core.redis import redis
    from pursight_app.runtime.migrations import migrate
    from pursight_app.runtime.postgres import start_postgres
    from pursight_app.runtime.redis_server import start_redis

    postgres, redis_process = start_postgres(HOME), start_redis(HOME)
    migrate()
    yield
    engine().dispose()
    redis().close()
    redis_process.terminate()
    redis_process.wait()
    postgres.stop()


Put = Callable[[str, bytes], object]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Generator[Put]:
    """Puts objects into the bucket `lake` of a real S3 endpoint on loopback, which the usual variables name."""
    import boto3
    import fsspec
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**keys, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    yield lambda key, body: s3.put_object(Bucket="lake", Key=key, Body=body)
    server.stop()
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
