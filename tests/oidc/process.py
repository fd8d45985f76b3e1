"""Starts and stops the real OpenID Connect providers that the tests log in at, and plays the browser there."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin

import httpx2
import pytest

from pursight_app.core.settings import PROJECT_ROOT, get_settings
from pursight_app.runtime.frontend import build_environment
from tests.plugins.servers import free_port

HERE = Path(__file__).parent
CLIENT_ID, CLIENT_SECRET = "pursight", "a client's secret, for tests only"


@cache
def installed() -> Path:
    """A folder with server.mjs and its packages, made once per version of the lock file."""
    files = [HERE / name for name in ("package.json", "package-lock.json", "server.mjs")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    folder = PROJECT_ROOT / ".reflex" / f"oidc-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for file in files:
                shutil.copy(file, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(
                command, cwd=folder, env=build_environment(), capture_output=True, text=True, check=False
            )
            if done.returncode:
                pytest.skip(f"npm could not install oidc-provider: {done.stderr[-300:]}")
            (folder / "done").touch()
    return folder


@dataclass
class OidcServer:
    """One provider on loopback. Every start makes new signing keys."""

    keys: list[str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        client = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [f"{get_settings().origin}/auth/sso/{key}/callback" for key in self.keys],
            "scope": "openid email profile groups",
        }
        self.process = subprocess.Popen(
            ["node", "server.mjs", json.dumps({"port": self.port, "clients": [client]})],
            cwd=installed(),
            env=build_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("ready"), "the provider did not start"
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def control(self, what: str, value: Any = None) -> dict[str, int]:
        """Sets what the provider does wrong, or reads how often its paths were asked for."""
        return httpx2.post(f"{self.issuer}/test/{what}", json=value, timeout=20).json()

    def log_in(self, location: str, **person: Any) -> str:
        """Goes through the provider's pages as `person` and returns the address that it sends the browser back to."""
        url = f"{location}&{urlencode({'login_hint': json.dumps(person)})}"
        with httpx2.Client(timeout=20) as browser:
            for _ in range(10):
                answer = browser.get(url)
                assert answer.is_redirect, answer.text
                url = urljoin(url, answer.headers["location"])
                if not url.startswith(self.issuer):
                    return url
        raise AssertionError("the provider never sent the browser back")
