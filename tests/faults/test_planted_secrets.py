"""Every kind of secret is used in a running PurSight, then looked for wherever PurSight writes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pyotp
import pytest
from redis import Redis

from pursight_app.core.db import database_url
from pursight_app.core.redis import redis_url
from tests.faults.house import at_home
from tests.faults.test_up import home, rest, started
from tests.plugins.servers import POSTGRES_BIN, free_port

# The first start builds the web front end when its sources have changed.
pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
__all__ = ["home"]
CHROMIUM = Path("/usr/bin/chromium")
# Pages that hold the most: forms for secrets, lists of what has them, and the log of it all.
PAGES = ("/data-sources", "/account", "/account/tokens", "/admin/sso", "/admin/audit", "/admin/security")
_BROWSE = """
import json, sys
from playwright.sync_api import sync_playwright
origin, cookie, pages, planted = json.loads(sys.argv[1])
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    context = browser.new_context()
    context.add_cookies([{"name": "ps_session", "value": cookie, "url": origin}])
    page = context.new_page()
    for path in pages:
        page.goto(origin + path)
        page.wait_for_selector("h1")
        page.wait_for_timeout(700)
        print(page.content())
    print(json.dumps(page.evaluate("({...localStorage, ...sessionStorage})")))
    page.goto(origin + "/login")
    page.fill("input[name=email]", "admin@pursight.local")
    page.fill("input[name=password]", planted)
    page.click("button[type=submit]")
    page.wait_for_timeout(1000)
    print(page.content())
"""


def test_se_71_no_secret_stands_in_the_clear_anywhere(home: Path) -> None:
    port, password = free_port(), f"planted-{uuid4().hex}"
    with started(home, port, PURSIGHT_ADMIN_PASSWORD=password) as up:
        answers: list[str] = []
        with rest(port, password) as client:
            planted = use_everything(client, port, password, answers)
        pages = browse(port, planted)
        with at_home(home):
            places = {
                "dump of PostgreSQL": dump_of_postgres(),
                "dump of Redis": "".join(dump_of_redis()),
                "output of up": up.text,
                "error pages": "".join(answers),
                "pages": pages,
            }
        up.stop()
        places |= files_of(home)

    # A search that finds nothing anywhere proves nothing: what is no secret must be found.
    for place in ("dump of PostgreSQL", "dump of Redis", "pages"):
        assert "admin@pursight.local" in places[place] or "planted-source" in places[place], place
    assert any("appendonly" in place for place in places)
    found = [(place, kind) for place, text in places.items() for kind, secret in planted.items() if secret in text]
    assert found == []


def use_everything(client: httpx2.Client, port: int, password: str, answers: list[str]) -> dict[str, str]:
    """Makes one secret of each kind, with a key for repeating as a careful client would, and uses it wrongly too."""
    planted = {"password": password, "wrong password": f"planted-{uuid4().hex}"}
    planted["access token"] = client.headers["Authorization"].split()[1]

    def post(path: str, body: object = None) -> dict[str, object]:
        headers = {"Idempotency-Key": uuid4().hex}
        return dict(client.post(path, json=body or {}, headers=headers).raise_for_status().json())

    workspace = client.get("/api/workspaces").json()["items"][0]["id"]
    planted["source password"] = f"planted-{uuid4().hex}"
    source = post(
        f"/api/workspaces/{workspace}/data-sources",
        {
            "name": "planted-source",
            "kind": "postgresql",
            "config": {"host": "127.0.0.1", "port": free_port(), "database": "shop", "username": "reader"},
            "secret": {"password": planted["source password"]},
        },
    )
    post(f"/api/data-sources/{source['id']}/test")
    post("/racine/orchestration/scan-workflow", {"data_source_id": source["id"]})
    planted["client secret"] = f"planted-{uuid4().hex}"
    provider = {"key": "planted", "name": "Planted", "issuer": "https://idp.example.com", "client_id": "pursight"}
    post("/api/identity-providers", {**provider, "client_secret": planted["client secret"]})
    planted["API token"] = str(post("/api/tokens", {"name": "ci", "scopes": ["catalog.read"]})["token"])
    planted |= log_in(port, password)
    enrolment = post("/auth/second-factor/totp")
    planted["TOTP secret"] = str(enrolment["secret"])
    codes = post("/auth/second-factor/totp/confirm", {"code": pyotp.TOTP(planted["TOTP secret"]).now()})
    for number, code in enumerate(codes["recovery_codes"]):  # type: ignore[arg-type, call-overload]
        planted[f"recovery code {number}"] = str(code)
    answers += errors_of(client, planted, source_id=str(source["id"]))
    return planted


def log_in(port: int, password: str) -> dict[str, str]:
    """A browser's session before the second factor is set up, and a refresh token that was used."""
    with httpx2.Client(base_url=f"http://localhost:{port}") as browser:
        form = {"email": "admin@pursight.local", "password": password}
        browser.post("/auth/browser-login", data=form, headers={"Origin": f"http://localhost:{port}"})
        session = browser.cookies["ps_session"]
        tokens = browser.post("/auth/login", json=form).raise_for_status().json()
        browser.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]}).raise_for_status()
    return {"session token": session, "refresh token": str(tokens["refresh_token"])}


def errors_of(client: httpx2.Client, planted: dict[str, str], *, source_id: str) -> list[str]:
    """Requests that fail with a secret in hand."""
    secret, texts = planted["source password"], []
    email = "admin@pursight.local"
    requests = [
        ("POST", "/auth/login", {"email": email, "password": planted["wrong password"]}),
        ("POST", "/auth/login", {"email": email, "password": {"nested": planted["wrong password"]}}),
        ("POST", "/auth/refresh", {"refresh_token": planted["refresh token"]}),
        ("PATCH", f"/api/data-sources/{source_id}", {"secret": {"password": [secret]}}),
        ("PATCH", f"/api/data-sources/{source_id}", {"config": {"password": secret}}),
        ("PATCH", f"/api/data-sources/{source_id}", {"secret": {"unknown": secret}}),
    ]
    for method, path, body in requests:
        answer = client.request(method, path, json=body)
        assert answer.status_code >= 400, answer.text
        texts.append(answer.text)
    wrong_token = {"Authorization": f"Bearer {planted['API token']}x"}
    texts.append(client.get("/api/catalog/search?q=x", headers=wrong_token).text)
    # A wrong one may be thrown away with the session it came from; the right one works to the end.
    right_token = {"Authorization": f"Bearer {planted['API token']}"}
    assert client.get("/api/catalog/search?q=x", headers=right_token).status_code == 200
    return texts


def browse(port: int, planted: dict[str, str]) -> str:
    """What a browser shows and keeps; the server keeps a state of each tab meanwhile."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    origin = f"http://localhost:{port}"
    argument = json.dumps([origin, planted["session token"], PAGES, planted["wrong password"]])
    command = [sys.executable, "-c", _BROWSE, argument]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dump_of_postgres() -> str:
    command = [str(POSTGRES_BIN / "pg_dump"), "--dbname", database_url(), "--inserts"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def dump_of_redis() -> Iterator[str]:
    with Redis.from_url(redis_url()) as client:
        for key in client.scan_iter():
            # DUMP may compress long strings; what their commands give is whole.
            kind = client.type(key).decode()
            yield f"{key!r} "
            match kind:
                case "string":
                    yield (client.get(key) or b"").decode(errors="replace")
                case "hash":
                    yield str(client.hgetall(key))
                case "list":
                    yield str(client.lrange(key, 0, -1))
                case "set":
                    yield str(client.smembers(key))
                case "zset":
                    yield str(client.zrange(key, 0, -1))
                case "stream":
                    yield str(client.xrange(key))
                case _:
                    pytest.fail(f"no way to read {key!r}, a {kind}")


def files_of(home: Path) -> dict[str, str]:
    """Logs, Redis's own files, samples and PostgreSQL's files; the folder of keys holds keys."""
    kept = (path for path in home.rglob("*") if path.is_file() and "secrets" not in path.relative_to(home).parts)
    return {str(path.relative_to(home)): path.read_bytes().decode(errors="replace") for path in kept}
