"""Programs that live for seconds spend most of them on loading and compiling classes; what spares the tests both.

The JVM's first compiler alone has to do, and a first program leaves an archive of its classes for all others of the machine.
"""

import getpass
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from pursight_app.core.definitions import parse_definition
from pursight_app.spark.jobs import SparkJob, Variant

OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
ARCHIVE = Path(tempfile.gettempdir()) / f"pursight-tests-{getpass.getuser()}" / f"spark-{version('pyspark')}.jsa"


def quick_environment() -> dict[str, str]:
    """Variables for processes that start Spark."""
    archive = {"SPARK_SUBMIT_OPTS": f"-XX:SharedArchiveFile={ARCHIVE}"} if ARCHIVE.exists() else {}
    return {"JAVA_TOOL_OPTIONS": OPTIONS, **archive}


def make_archive(orders: Path, folder: Path) -> None:
    """Leaves the archive, by a program that sums up `orders`, unless there is one."""
    if ARCHIVE.exists():
        return
    ARCHIVE.parent.mkdir(exist_ok=True)
    partial = folder / "classes.jsa"
    sums = {
        "inputs": [{"name": "orders", "path": str(orders), "format": "parquet"}],
        "steps": [{"name": "sums", "sql": "SELECT note, max(amount) AS most FROM orders GROUP BY note"}],
        "outputs": [{"step": "sums", "path": str(folder / "sums"), "format": "parquet"}],
    }
    job = SparkJob(folder / "job")
    job.add(0, Variant(parse_definition(sums), (str(folder / "side"),)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", OPTIONS)
        patch.setenv("SPARK_SUBMIT_OPTS", f"-XX:ArchiveClassesAtExit={partial}")
        job.start("classes", {})
    deadline = time.monotonic() + 180
    while job.is_alive():
        assert time.monotonic() < deadline, job.log_tail()
        time.sleep(0.2)
    assert partial.exists(), job.log_tail()
    partial.replace(ARCHIVE)
