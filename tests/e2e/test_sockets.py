"""What a stranger, a foreign site and a member without rights can do with the pages' socket: nothing."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from uuid import uuid4

import aiohttp
import httpx2
import pytest

from pursight_app.web.gate import MOST_SOCKETS
from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e
STATE = "reflex___state____state"


def in_own_loop(work: object) -> object:
    """Playwright keeps a loop running on the main thread, so sockets get a thread with a loop of their own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def cookie_of(site: Site, email: str, password: str) -> str:
    with httpx2.Client(base_url=site.url) as client:
        answer = client.post(
            "/auth/browser-login", data={"email": email, "password": password}, headers={"Origin": site.url}
        )
    return answer.headers["set-cookie"].split(";")[0]


async def send_event(site: Site, name: str, payload: dict[str, object], *, cookie: str = "", origin: str = "") -> str:
    """Connects as the pages do, sends one event, returns everything that came back within two seconds."""
    url = f"{site.url.replace('http', 'ws')}/_event/?token={uuid4()}&EIO=4&transport=websocket"
    headers = {"Origin": origin or site.url, "Cookie": cookie}
    received = ""
    async with aiohttp.ClientSession() as client, client.ws_connect(url, headers=headers) as socket:
        await socket.receive_str(timeout=5)
        await socket.send_str("40/_event,")
        event = {"name": f"{STATE}.{name}", "payload": payload, "router_data": {"pathname": "/", "asPath": "/"}}
        await socket.send_str(f"42/_event,{json.dumps(['event', event])}")
        try:
            while len(received) < 200_000:
                received += await socket.receive_str(timeout=2)
        except (TimeoutError, TypeError):
            return received
    return received


def test_a_socket_from_another_site_is_refused(site: Site) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        in_own_loop(send_event(site, "hydrate", {}, origin="http://evil.example"))

    assert refused.value.status == 403


def test_a_stranger_is_sent_to_log_in_and_gets_no_data(site: Site) -> None:
    handler = "state___data_sources____data_sources_state.load"

    received = in_own_loop(send_event(site, handler, {}))

    assert "/login" in received
    assert "Nordlicht" not in received


def test_ex_101_one_person_cannot_take_all_sockets_of_pages(site: Site) -> None:
    pourer, other = (cookie_of(site, *site.make_user()) for _ in range(2))

    async def pour() -> list[int]:
        refused: list[int] = []
        unlimited = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=unlimited) as client, AsyncExitStack() as opened:

            async def connect(cookie: str) -> None:
                url = f"{site.url.replace('http', 'ws')}/_event/?token={uuid4()}&EIO=4&transport=websocket"
                try:
                    await opened.enter_async_context(
                        client.ws_connect(url, headers={"Origin": site.url, "Cookie": cookie})
                    )
                except aiohttp.WSServerHandshakeError as error:
                    refused.append(error.status)

            for _ in range(MOST_SOCKETS + 5):
                await connect(pourer)
            assert len(refused) == 5
            await connect(other)
        return refused

    assert in_own_loop(pour()) == [403] * 5
    # Once they are closed there is room again.
    assert "/_event" in str(in_own_loop(send_event(site, "hydrate", {}, cookie=pourer)))


def test_an_unmarked_method_does_not_run(site: Site) -> None:
    cookie = cookie_of(site, *site.make_user())

    received = in_own_loop(
        send_event(
            site,
            "state___session____session_state.setvar",
            {"var_name": "user_name", "value": "Mallory"},
            cookie=cookie,
        )
    )

    assert "Mallory" not in received


def test_a_viewers_forged_event_changes_nothing(site: Site) -> None:
    workspace_id = site.workspace("Nordlicht")
    source = site.rest.get(f"/api/workspaces/{workspace_id}/data-sources").json()["items"][0]
    before = site.rest.get(f"/api/scans?workspace_id={workspace_id}").json()["total"]
    cookie = cookie_of(site, *site.make_user(workspace_id))

    received = in_own_loop(
        send_event(
            site,
            "state___data_sources____data_sources_state.scan",
            {"data_source_id": source["id"]},
            cookie=cookie,
        )
    )

    assert "allows scan.run" in received
    assert site.rest.get(f"/api/scans?workspace_id={workspace_id}").json()["total"] == before


def test_a_forged_path_shows_nothing_of_another_workspace(site: Site) -> None:
    """`router_data` is the client's word; the asset's id in it must still be checked against the person's rights."""
    asset = site.rest.get("/api/catalog/search?q=customers").json()["items"][0]
    cookie = cookie_of(site, *site.make_user())

    async def forged() -> str:
        url = f"{site.url.replace('http', 'ws')}/_event/?token={uuid4()}&EIO=4&transport=websocket"
        received = ""
        headers = {"Origin": site.url, "Cookie": cookie}
        async with aiohttp.ClientSession() as client, client.ws_connect(url, headers=headers) as socket:
            await socket.receive_str(timeout=5)
            await socket.send_str("40/_event,")
            path = f"/catalog/{asset['id']}"
            event = {
                "name": f"{STATE}.state___asset____asset_state.load",
                "payload": {},
                "router_data": {"pathname": "/catalog/[asset_id]", "asPath": path, "query": {"asset_id": asset["id"]}},
            }
            await socket.send_str(f"42/_event,{json.dumps(['event', event])}")
            try:
                while True:
                    received += await socket.receive_str(timeout=2)
            except (TimeoutError, TypeError):
                return received

    received = in_own_loop(forged())

    assert asset["qualified_name"] not in received
    assert "is_missing" in received
