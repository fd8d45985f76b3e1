"""Programs on Spark as processes: started, watched, found again, ended. What they say is in files of their folder."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import structlog

from pursight_app.core.definitions import Definition
from pursight_app.core.settings import get_settings
from pursight_app.spark.environment import is_local, spark_environment, spark_home

PROGRAM = Path(__file__).with_name("program.py")
# Only what a session takes while it lives; the rest is fixed when Spark starts.
_RUNTIME_PREFIX = "spark.sql."
_LOG_TAIL = 4_000
# The program's own number is written before anything of it runs: a worker that is killed at this moment leaves nothing unknown.
_NOTED = 'echo $$ > pid.part && mv pid.part pid && exec "$@"'

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Variant:
    """A definition to run, where each of its outputs is written, and after how many seconds it is stopped (0: never)."""

    definition: Definition
    write_to: tuple[str, ...]
    limit_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Application:
    """A program as Spark knows it; `ui` is the address of its REST API while it runs."""

    app_id: str
    ui: str
    pid: int
    started_at_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """How a variant ended. `outputs` are the checksums of what it wrote, `inputs` (name, type) of each input's columns.

    `plans` are Spark's analysed plans, as its `toJSON` lists them, of the steps that were written somewhere.
    """

    status: str
    duration_s: float
    error: str = ""
    step: str = ""
    outputs: tuple[Mapping[str, Any], ...] = ()
    inputs: Mapping[str, list[list[str]]] = field(default_factory=dict[str, list[list[str]]])
    plans: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict[str, list[Mapping[str, Any]]])


class SparkJob:
    """One program in `folder`. Making it starts nothing; `start` in a folder with a living program adopts that one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def event_logs(self) -> Path:
        """The folder where Spark writes the event log of this job."""
        return self.folder / "eventlog"

    def start(self, name: str, static_conf: Mapping[str, str], *, stays: bool = False) -> None:
        """Submits the program unless it runs already; with `stays` it waits for more variants until `end`."""
        if self.is_alive():
            log.info("spark_job.adopted", folder=str(self.folder))
            return
        self.event_logs.mkdir(parents=True, exist_ok=True)
        static = {key: value for key, value in static_conf.items() if not key.startswith(_RUNTIME_PREFIX)}
        _write_whole(self.folder / "job.json", {"stays": stays})
        (self.folder / "application.json").unlink(missing_ok=True)
        with (self.folder / "driver.log").open("ab") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _NOTED, "sh", *self._command(name, static)],
                env=spark_environment(),
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # It outlives a worker that is killed; the next one finds it by its folder.
                start_new_session=True,
            )

    def has_begun(self) -> bool:
        """Whether this was submitted before, by whomever."""
        return (self.folder / "pid").exists()

    def add(self, number: int, variant: Variant) -> None:
        """Gives the program something to run; one that was given before stays as it was."""
        wanted = self.folder / f"variant-{number}.json"
        if not wanted.exists():
            _write_whole(wanted, _variant_json(variant))

    def end(self) -> None:
        """Nothing more comes: the program ends when it has done what it has."""
        (self.folder / "end").touch()

    def _command(self, name: str, static: Mapping[str, str]) -> list[str]:
        settings = get_settings()
        conf = {
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": self.event_logs.as_uri(),
            "spark.eventLog.compress": "false",
            "spark.eventLog.rolling.enabled": "false",
            "spark.sql.warehouse.dir": (self.folder / "warehouse").as_uri(),
            "spark.driver.memory": settings.spark_driver_memory,
            "spark.ui.port": "0",
            **static,
        }
        if is_local(settings.spark_master):
            conf |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        pairs = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
        submit = str(spark_home() / "bin" / "spark-submit")
        return [
            submit,
            "--master",
            settings.spark_master,
            "--name",
            name,
            *pairs,
            str(PROGRAM),
            str(self.folder / "job.json"),
        ]

    def is_alive(self) -> bool:
        """Whether the program runs, whoever started it. A number that another process has got meanwhile does not count."""
        if self._process is not None:
            return self._process.poll() is None
        written = self.folder / "pid"
        try:
            process = psutil.Process(int(written.read_text().split()[0]))
            # A second for clocks; who got the number later was made later.
            is_it = process.create_time() < written.stat().st_mtime + 1
            return is_it and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return False

    def application(self) -> Application | None:
        """What Spark calls the program; None before Spark answers."""
        found = _read_json(self.folder / "application.json")
        if found is None:
            return None
        return Application(
            str(found["app_id"]), str(found["ui"] or ""), int(found["pid"]), float(found["started_at_s"])
        )

    def result(self, number: int = 0) -> Result | None:
        """How a variant ended, None while it has not."""
        found = _read_json(self.folder / f"result-{number}.json")
        if found is None:
            return None
        return Result(
            str(found["status"]), float(found["duration_s"]), str(found.get("error", "")), str(found.get("step", "")),
            tuple(found.get("outputs", ())),
            found.get("inputs", {}), found.get("plans", {}),
        )  # fmt: skip

    def log_tail(self) -> str:
        """The last lines that the driver wrote."""
        try:
            return (self.folder / "driver.log").read_bytes()[-_LOG_TAIL:].decode(errors="replace")
        except OSError:
            return ""

    def stop(self) -> None:
        """Ends the program and its JVM; what it wrote to side paths is left to `clear`."""
        pid = self._process.pid if self._process else self._written_pid()
        if not pid or not self.is_alive():
            return
        for sent in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(pid, sent)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + 10
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.1)
            if not self.is_alive():
                break
        if self._process is not None:
            self._process.wait()

    def _written_pid(self) -> int:
        try:
            return int((self.folder / "pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def event_log(self) -> Path | None:
        """The event log, None before Spark made it."""
        found = sorted(self.event_logs.iterdir()) if self.event_logs.is_dir() else []
        return found[0] if found else None

    def clear(self) -> None:
        """Removes everything of the job."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _variant_json(variant: Variant) -> dict[str, Any]:
    runtime = {key: value for key, value in variant.definition.spark_conf.items() if key.startswith(_RUNTIME_PREFIX)}
    return {
        "definition": variant.definition.to_json(),
        "runtime_conf": runtime,
        "write_to": [{"path": path} for path in variant.write_to],
        "limit_s": variant.limit_s or None,
    }


def _write_whole(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(content))
    partial.replace(path)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
