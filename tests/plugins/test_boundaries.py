"""Which hosts and paths a source may name."""

import socket
from pathlib import Path
from typing import Any

import pytest

from pursight_app.connectors.boundaries import check_host, check_path
from pursight_app.core.errors import InvalidInputError, SourceUnreachableError

INNER = [
    "127.0.0.1", "::1", "[::1]", "0.0.0.0", "169.254.169.254", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fd00::1", "fe80::1", "224.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::1", "192.0.0.192", "localhost", "LOCALHOST.",
]  # fmt: skip

DISGUISED = [
    "0x7f.1", "2130706433", "127.1", "0177.0.0.1", "0x7f000001", "/var/run/postgresql", "../socket", "", " ", "a b",
    "http://db", "db:5432", "user@db", "db,127.0.0.1", "db\0", "x" * 300, "-db", "db?options=-c", "%31%32%37.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", INNER)
def test_sf_58_inner_addresses_are_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="not allowed"):
        check_host(host, allowed_hosts=[])


@pytest.mark.parametrize("host", DISGUISED)
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(InvalidInputError, match="neither a host name nor"):
        check_host(host, allowed_hosts=["0.0.0.0/0", "::/0"])


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("10.1.2.3", "10.0.0.0/8"),
    ],
)
def test_allowed_networks_open_inner_addresses(host: str, allowed: str) -> None:
    assert check_host(host, allowed_hosts=[allowed, "some.name"]) == host.removeprefix("::ffff:")


def test_an_allowed_name_opens_itself_only() -> None:
    assert check_host("localhost", allowed_hosts=["LocalHost"]) in {"127.0.0.1", "::1"}
    with pytest.raises(InvalidInputError):
        check_host("127.0.0.1", allowed_hosts=["localhost"])


def test_public_literals_pass() -> None:
    assert check_host("8.8.8.8", allowed_hosts=[]) == "8.8.8.8"
    assert check_host("[2606:4700::1111]", allowed_hosts=[]) == "2606:4700::1111"


def _resolver(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    asked: list[str] = []

    def answer(name: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        asked.append(name)
        return [(0, 0, 0, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_sf_59_a_name_is_resolved_once_and_its_address_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _resolver(monkeypatch, "93.184.216.34")
    assert check_host("db.example.com", allowed_hosts=[]) == "93.184.216.34"
    assert asked == ["db.example.com"]


def test_one_inner_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolver(monkeypatch, "93.184.216.34", "169.254.169.254")
    with pytest.raises(InvalidInputError, match="not allowed"):
        check_host("rebind.example.com", allowed_hosts=[])


def test_an_unknown_name_is_unreachable() -> None:
    with pytest.raises(SourceUnreachableError, match="unknown"):
        check_host("no-such-host.invalid", allowed_hosts=[])


def test_a_path_below_a_root_passes_resolved(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert check_path(str(tmp_path / "a"), allowed_roots=[tmp_path]) == tmp_path.resolve() / "a"
    assert check_path("a/new.csv", allowed_roots=[tmp_path]) == tmp_path.resolve() / "a" / "new.csv"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "s3://bucket/x",
        "%2e%2e/x",
        "a\0b",
        "",
        " ",
        "~/x",
        "/",
    ],
)
def test_paths_outside_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidInputError):
        check_path(path, allowed_roots=[tmp_path])


def test_a_link_that_leaves_the_root_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to("/etc")
    (root / "sibling").symlink_to(tmp_path / "root2")
    for path in ("out/passwd", "out", "sibling"):
        with pytest.raises(InvalidInputError, match="outside"):
            check_path(path, allowed_roots=[root])


def test_a_sibling_with_the_same_prefix_is_outside(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(InvalidInputError):
        check_path(str(tmp_path / "data-secret"), allowed_roots=[tmp_path / "data"])


def test_without_roots_no_path_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError):
        check_path(str(tmp_path), allowed_roots=[])
