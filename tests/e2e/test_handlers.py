"""AC-35: every event handler of every page, called by those without rights, over a raw socket; made from Reflex's registry.

Whoever calls names things of a workspace that is not theirs, or theirs to look at only. Nothing may change in the database
but what belongs to their own log-in, and nothing of a foreign workspace may come back.
"""

import inspect
import json
from uuid import uuid4

import aiohttp
import psycopg
import pytest
from psycopg import sql
from reflex_base.registry import RegistrationContext

from tests.e2e.conftest import Site
from tests.e2e.test_sockets import cookie_of, in_own_loop

pytestmark = pytest.mark.e2e
# Written for everybody who is there at all: sessions, the log of what was refused, their own requests.
# The version of rights counts up also when somebody takes away a second factor of their own that is not there.
# Viewers may open rooms of their own; that others' rooms do not exist for them is what test_rooms.py looks at.
OWN = {
    *("authorization_version", "login_session", "audit_event", "audit_head", "alembic_version", "idempotency_key"),
    *("room", "participant", "room_event", "activity_event"),
}
# One's own log-in; tests/api/test_sessions.py and test_passkeys.py say what these may do.
ENDS_OWN_SESSION = ("end_session", "end_one", "end_all", "end_others", "log_out")
QUIET_S = 1.5


def handlers() -> dict[str, list[str]]:
    """Full name of each handler of ours and the names of its arguments."""
    import pursight_app.pursight_app  # noqa: F401  importing the application registers its pages and states

    found = {}
    for name, registered in RegistrationContext.get().event_handlers.items():
        if getattr(registered.handler.fn, "__ps_policy__", None) is not None:
            found[name] = list(inspect.signature(registered.handler.fn).parameters)[1:]
    return found


def things(site: Site) -> dict[str, str]:
    """Ids of the demo workspace by what arguments are called."""
    home = site.workspace("Nordlicht")
    asset = site.rest.get("/api/catalog/search?q=customers").json()["items"][0]
    columns = site.rest.get(f"/api/catalog/assets/{asset['id']}/columns").json()["items"]
    verdict = next(each["classification_id"] for each in columns if each["classification_id"])
    me = site.rest.get("/auth/me").json()["user"]["id"]
    return {
        "workspace_id": home,
        "asset_id": asset["id"],
        "data_source_id": asset["data_source_id"],
        "source_id": asset["data_source_id"],
        "classification_id": verdict,
        "verdict_id": verdict,
        "scan_id": site.rest.get(f"/api/scans?workspace_id={home}").json()["items"][0]["scan_id"],
        "finding_id": site.rest.get(f"/api/findings?workspace_id={home}").json()["items"][0]["id"],
        "user_id": me,
        "owner_id": me,
        "person_id": me,
        "route": "/admin/people",
        "role": "administrator",
    }


FORM = {"name": "Forged", "reason": "long enough a reason", "role": "administrator", "kind": "files", "path": "/tmp"}


def payloads(arguments: list[str], known: dict[str, str]) -> list[dict[str, object]]:
    """What a forger would try: the right kind of id for each argument, then every id for all of them."""
    fitting = {name: known.get(name, known["asset_id"] if name.endswith("id") else "x") for name in arguments}
    form = {**FORM, **known, "email": f"{uuid4().hex[:8]}@example.org"}
    tried: list[dict[str, object]] = [{name: form if "form" in name else value for name, value in fitting.items()}]
    if arguments:
        tried += [dict.fromkeys(arguments, known[name]) for name in ("workspace_id", "data_source_id", "finding_id")]
    return tried


async def send_all(site: Site, cookie: str, known: dict[str, str], called: dict[str, list[str]]) -> str:
    """Calls every handler from one tab that says it looks at the foreign asset; everything that came back."""
    url = f"{site.url.replace('http', 'ws')}/_event/?token={uuid4()}&EIO=4&transport=websocket"
    path = f"/catalog/{known['asset_id']}"
    router = {"pathname": "/catalog/[asset_id]", "asPath": path, "query": dict(known)}
    received: list[str] = []
    headers = {"Origin": site.url, "Cookie": cookie}
    async with aiohttp.ClientSession() as client, client.ws_connect(url, headers=headers, max_msg_size=0) as socket:
        await socket.receive_str(timeout=10)
        await socket.send_str("40/_event,")

        async def listen(quiet_s: float) -> None:
            try:
                while True:
                    text = await socket.receive_str(timeout=quiet_s)
                    if text == "2":
                        await socket.send_str("3")
                    received.append(text)
            except (TimeoutError, TypeError):
                return

        await listen(0.3)
        for name, arguments in called.items():
            for payload in payloads(arguments, known):
                event = {"name": name, "payload": payload, "router_data": router}
                await socket.send_str(f"42/_event,{json.dumps(['event', event])}")
            await listen(0.02)
        await listen(QUIET_S)
        assert not socket.closed, "the tab was thrown out, so the later handlers were not tried"
    return "".join(received)


def contents(site: Site) -> dict[str, str]:
    """A digest of each table."""
    url = (site.home / "run" / "database_url").read_text().strip()
    with psycopg.connect(url) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        digest = "SELECT md5(coalesce(string_agg(md5(each::text), '' ORDER BY each.id), '')) FROM {} each"
        return {
            table: str(database.execute(sql.SQL(digest).format(sql.Identifier(table))).fetchone())
            for (table,) in tables
            if table not in OWN
        }


@pytest.mark.parametrize("who", ["stranger", "guest", "viewer", "steward elsewhere"])
def test_ac_35_no_handler_does_for_anybody_what_they_may_not(site: Site, who: str) -> None:
    called = {name: each for name, each in handlers().items() if not name.endswith(ENDS_OWN_SESSION)}
    known = things(site)
    insider, _ = site.make_user(known["workspace_id"])
    cookie, is_foreign = _cookie(site, who, known), who in {"stranger", "steward elsewhere"}
    before = contents(site)

    received = str(in_own_loop(send_all(site, cookie, known, called)))

    assert len(called) > 40
    changed = [table for table, digest in contents(site).items() if digest != before[table]]
    assert not changed
    if is_foreign:
        name = site.rest.get(f"/api/catalog/assets/{known['asset_id']}").json()["qualified_name"]
        for foreign in ("Nordlicht", name, insider):
            assert foreign not in received


def _cookie(site: Site, who: str, known: dict[str, str]) -> str:
    if who == "stranger":
        return ""
    if who in {"guest", "viewer"}:
        return cookie_of(site, *site.make_user(known["workspace_id"], who))
    made = site.post("/api/workspaces", {"name": f"Elsewhere {uuid4().hex[:6]}"})
    return cookie_of(site, *site.make_user(str(made["id"]), "steward"))
