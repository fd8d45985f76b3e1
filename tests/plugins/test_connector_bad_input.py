"""Connectors against wrong settings, hostile servers and broken files: a clear error, in time, without a secret."""

import codecs
import gzip
import json
import socket
import sqlite3
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pursight_app.connectors import file_copies
from pursight_app.connectors.base import Connector, TableInfo, TableKind, TableScan
from pursight_app.connectors.registry import connector_for, from_target
from pursight_app.core.errors import (
    ExternalError,
    InvalidInputError,
    SourceLoginFailedError,
    SourceReadError,
    SourceUnreachableError,
)
from tests.plugins.servers import PASSWORD, Server, free_port, mariadb_admin, postgres_admin


def made(kind: str, config: dict[str, Any], password: str | None = None, timeout_s: float = 5) -> Connector:
    connector = connector_for(kind)
    secret = connector.Secret.model_validate({} if password is None else {"password": password})
    return connector(connector.Config.model_validate(config), secret, timeout_s=timeout_s)


def files(path: Path, timeout_s: float = 20, **config: str) -> Connector:
    return made("files", {"path": str(path), **config}, timeout_s=timeout_s)


def scan_one(path: Path) -> TableScan:
    with files(path) as connector:
        return connector.scan_table(TableInfo("", path.name, TableKind.FILE, ()))


def skipped_reason(path: Path) -> str:
    with files(path) as connector:
        found = connector.discover()
    assert not found.tables
    return found.skipped[0].reason


# --- servers ----------------------------------------------------------------------------------------------------------

SERVERS = ["postgresql", "mysql"]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    kind = request.param
    port = request.getfixturevalue("postgres" if kind == "postgresql" else "mariadb").port
    database = "postgres" if kind == "postgresql" else "shop"
    return kind, {"host": "127.0.0.1", "port": port, "database": database, "username": "reader"}


@pytest.mark.parametrize(
    ("change", "password", "error"),
    [
        ({}, "planted-wrong-pw", SourceLoginFailedError),
        ({}, None, SourceLoginFailedError),
        ({"username": "nobody_here"}, PASSWORD, SourceLoginFailedError),
        ({"database": "no_such_database"}, PASSWORD, SourceLoginFailedError),
        ({"port": 1}, PASSWORD, SourceUnreachableError),
        ({"host": "no-such-host.invalid"}, PASSWORD, SourceUnreachableError),
    ],
)
def test_se_76_wrong_settings_are_named_without_the_password(
    server: tuple[str, dict[str, Any]], change: dict[str, Any], password: str | None, error: type[ExternalError]
) -> None:
    kind, config = server
    with made(kind, {**config, **change}, password) as connector, pytest.raises(error) as caught:
        connector.ping()
    message = caught.value.message
    assert str(change.get("host", config["host"])) in message
    assert PASSWORD not in message
    assert "planted" not in message
    assert caught.value.__suppress_context__


@contextmanager
def listening(answer: Any = None) -> Iterator[int]:
    """A server that accepts and then does what `answer` says with the socket, or nothing at all."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        listener.settimeout(15)
        accepted: list[socket.socket] = []

        def serve() -> None:
            try:
                while True:
                    peer, _ = listener.accept()
                    accepted.append(peer)
                    if answer is not None:
                        answer(peer)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for peer in accepted:
            peer.close()


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_never_answers_is_given_up(kind: str) -> None:
    with listening() as port:
        config = {"host": "127.0.0.1", "port": port, "database": "x", "username": "x"}
        start = monotonic()
        with (
            made(kind, config, "pw", timeout_s=2) as connector,
            pytest.raises(SourceUnreachableError, match=r"no answer|broke off"),
        ):
            connector.ping()
        assert monotonic() - start < 8


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_talks_nonsense_is_unreachable(kind: str) -> None:
    def nonsense(peer: socket.socket) -> None:
        peer.sendall(b"\x00\xff GET / HTTP/1.1 planted-secret\r\n\r\n" * 10)
        peer.close()

    with listening(nonsense) as port:
        config = {"host": "127.0.0.1", "port": port, "database": "x", "username": "x"}
        with made(kind, config, "pw", timeout_s=2) as connector, pytest.raises(ExternalError) as caught:
            connector.ping()
    assert "planted" not in caught.value.message


def test_a_rogue_mysql_server_gets_no_local_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("planted-local-file")
    received: list[bytes] = []

    def packet(number: int, body: bytes) -> bytes:
        return struct.pack("<I", len(body))[:3] + bytes([number]) + body

    def rogue(peer: socket.socket) -> None:
        greeting = (
            b"\x0a8.0.30\x00" + struct.pack("<I", 1) + b"abcdefgh\x00" + struct.pack("<H", 0xFFFF) + b"\x21\x02\x00"
            + struct.pack("<H", 0xC7FF) + b"\x15" + b"\x00" * 10 + b"ijklmnopqrst\x00mysql_native_password\x00"
        )  # fmt: skip
        peer.settimeout(30)
        peer.sendall(packet(0, greeting))
        received.append(peer.recv(65536))
        peer.sendall(packet(2, b"\x00\x00\x00\x02\x00\x00\x00"))
        received.append(peer.recv(65536))
        # Whatever the client asks, the answer is: send me this file of yours.
        peer.sendall(packet(1, b"\xfb" + str(secret).encode()))
        received.append(peer.recv(65536))
        peer.close()

    with listening(rogue) as port:
        config = {"host": "127.0.0.1", "port": port, "database": "x", "username": "x"}
        with made("mysql", config, "pw", timeout_s=20) as connector, pytest.raises(ExternalError):
            connector.ping()
    # It may hang up at once, which drops what it said last.
    assert received
    assert b"planted-local-file" not in b"".join(received)


def test_a_refused_table_is_skipped_with_a_reason_and_the_rest_is_read(postgres: Server) -> None:
    with postgres_admin(postgres) as admin:
        admin.execute("CREATE SCHEMA closed; CREATE TABLE closed.a (x int); GRANT SELECT ON closed.a TO reader")
        admin.execute("CREATE SCHEMA mixed; CREATE TABLE mixed.open (x int); CREATE TABLE mixed.shut (x int)")
        admin.execute("GRANT USAGE ON SCHEMA mixed TO reader; GRANT SELECT ON mixed.open TO reader")
        admin.execute(
            "CREATE TABLE mixed.parts (x int) PARTITION BY RANGE (x); CREATE TABLE mixed.part1 PARTITION OF mixed.parts FOR VALUES FROM (0) TO (9)"
        )
        admin.execute("GRANT SELECT ON mixed.parts TO reader; INSERT INTO mixed.parts VALUES (1), (2)")
    try:
        config = {
            "host": "127.0.0.1",
            "port": postgres.port,
            "database": "postgres",
            "username": "reader",
            "include_schemas": ["closed", "mixed"],
        }
        with made("postgresql", config, PASSWORD) as connector:
            found = connector.discover()
            reasons = {(skipped.schema, skipped.name): skipped.reason for skipped in found.skipped}
            assert [table.name for table in found.tables] == ["open", "parts"]
            assert connector.scan_table(found.tables[1]).row_count == 2
            assert connector.scan_table(found.tables[1], exact=False).row_count == 2
            with pytest.raises(SourceReadError, match="Grant SELECT"):
                connector.scan_table(TableInfo("mixed", "shut", TableKind.TABLE, ()))
        assert "partition" in reasons["mixed", "part1"]
        assert "Grant SELECT" in reasons["mixed", "shut"]
        assert "USAGE" in reasons["closed", "a"]
    finally:
        with postgres_admin(postgres) as admin:
            admin.execute("DROP SCHEMA closed CASCADE; DROP SCHEMA mixed CASCADE")


STRANGE = """
CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN posint AS int CHECK (value > 0); CREATE TYPE pair AS (a int, b text);
CREATE TABLE strange (j json, jb jsonb, arr int[], tarr text[], raw bytea, n numeric, f float8, d date, ts timestamp, tz timestamptz,
  i interval, m mood, p posint, c pair, pt point, bx box, ip inet, cd cidr, mc macaddr, b bit(5), vb varbit, u uuid, o oid, xi xid,
  t time, ttz timetz, mo money, r int4range, v tsvector, ch "char", bp char(9), na name, ok boolean, l pg_lsn, q tsquery, pa path, f4 real,
  jp jsonpath, huge text, hugeraw bytea, md mood[], emptyc text);
INSERT INTO strange VALUES ('{"a":1}', '{"a": 1}', '{1,2}', '{a,null}', '\\x00ff', 'NaN', 'NaN', '0044-03-15 BC', '-infinity', 'infinity',
  '1 year 2 days', 'glad', 5, '(1,x)', '(1,2)', '(1,1),(0,0)', '::1', '10.0.0.0/8', '08:00:2b:01:02:03', B'10101', B'1',
  '00000000-0000-0000-0000-000000000001', 7, '8', '24:00', '10:00+14', '$1,234.50', '[1,5)', 'a b', 'x', 'abc', 'nm', true, '0/1', 'a & b', '((0,0),(1,1))', 'Infinity',
  '$.a', repeat('ü', 60000000), convert_to(repeat('x', 60000000), 'UTF8'), '{sad}', '');
INSERT INTO strange (n, f, d) VALUES ('Infinity', '-Infinity', 'infinity'), (1e300, 1e-300, '1800-02-03');
INSERT INTO strange DEFAULT VALUES;
INSERT INTO strange (n, f, f4, i) VALUES (0, 0, 0, '0'), (0.00, -0.0, -0.0, '0'), ('-Infinity', 1, 1, '1 day');
"""


@pytest.mark.parametrize("exact", [True, False])
def test_every_type_and_huge_values_are_profiled(postgres: Server, exact: bool) -> None:
    with postgres_admin(postgres) as admin:
        admin.execute("CREATE SCHEMA strange; SET search_path = strange; " + STRANGE)
        admin.execute("GRANT USAGE ON SCHEMA strange TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA strange TO reader")
    try:
        before = psutil.Process().memory_info().rss
        config = {
            "host": "127.0.0.1",
            "port": postgres.port,
            "database": "postgres",
            "username": "reader",
            "include_schemas": ["strange"],
        }
        with made("postgresql", config, PASSWORD, timeout_s=30) as connector:
            (table,) = connector.discover().tables
            scan = connector.scan_table(table, exact=exact)
        assert scan.row_count == scan.sample.num_rows == 7
        assert scan.columns["huge"].max_length == 60_000_000
        assert scan.columns["hugeraw"].max_length == 120_000_002
        assert max(len(value or "") for column in scan.sample.columns for value in column.to_pylist()) <= 256
        assert (scan.columns["d"].minimum, scan.columns["d"].maximum) == ("0044-03-15 BC", "infinity")
        assert (scan.columns["f"].minimum, scan.columns["f"].maximum) == ("-Infinity", "NaN")
        assert [scan.columns[name].distinct_count for name in ("n", "f", "f4", "i")] == [5, 5, 3, 3]
        assert [scan.columns[name].null_count for name in ("n", "f", "f4")] == [1, 1, 3]
        assert scan.columns["m"].maximum == "glad"
        assert all(profile.distinct_count >= 1 for profile in scan.columns.values())
        assert psutil.Process().memory_info().rss - before < 200 * 1024 * 1024
    finally:
        with postgres_admin(postgres) as admin:
            admin.execute("DROP SCHEMA strange CASCADE")


def test_bytes_that_are_no_utf8_are_shown_and_noted(postgres: Server) -> None:
    with postgres_admin(postgres, "ascii") as admin:
        admin.execute(b"CREATE TABLE legacy (\"n\xc3\xa4me\" text); INSERT INTO legacy VALUES (E'caf\\xe9'), ('plain')")
        admin.execute("GRANT SELECT ON legacy TO reader")
    config = {"host": "127.0.0.1", "port": postgres.port, "database": "ascii", "username": "reader"}
    with made("postgresql", config, PASSWORD) as connector:
        (table,) = connector.discover().tables
        scan = connector.scan_table(table)
    assert scan.sample["näme"].to_pylist() == ["caf\ufffd", "plain"]
    assert scan.columns["näme"].distinct_count == 2
    assert "UTF-8" in scan.notes[0]


def test_a_function_of_the_source_cannot_stand_in_for_a_built_in_one(postgres: Server) -> None:
    with postgres_admin(postgres) as admin:
        admin.execute("CREATE FUNCTION public.length(varchar) RETURNS int LANGUAGE sql AS 'SELECT 666'")
        admin.execute(
            "CREATE TABLE trap (v varchar(9)); INSERT INTO trap VALUES ('four'); GRANT SELECT ON trap TO reader"
        )
    try:
        config = {"host": "127.0.0.1", "port": postgres.port, "database": "postgres", "username": "reader"}
        with made("postgresql", config, PASSWORD) as connector:
            scan = connector.scan_table(TableInfo("public", "trap", TableKind.TABLE, ()))
        assert scan.columns["v"].max_length == 4
    finally:
        with postgres_admin(postgres) as admin:
            admin.execute("DROP TABLE trap; DROP FUNCTION public.length(varchar)")


def test_a_lock_ends_one_scan_only(postgres: Server) -> None:
    config = {"host": "127.0.0.1", "port": postgres.port, "database": "postgres", "username": "reader"}
    with postgres_admin(postgres) as admin, made("postgresql", config, PASSWORD, timeout_s=1) as connector:
        admin.execute("CREATE TABLE locked (x int); GRANT SELECT ON locked TO reader")
        with admin.transaction():
            admin.execute("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(SourceReadError, match=r"lock|time limit"):
                connector.scan_table(TableInfo("public", "locked", TableKind.TABLE, ()))
        assert connector.scan_table(TableInfo("public", "locked", TableKind.TABLE, ())).row_count == 0
        admin.execute("DROP TABLE locked")


def test_a_killed_session_is_unreachable_not_a_crash(postgres: Server) -> None:
    config = {"host": "127.0.0.1", "port": postgres.port, "database": "postgres", "username": "reader"}
    with made("postgresql", config, PASSWORD) as connector:
        connector.ping()
        with postgres_admin(postgres) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        with pytest.raises(SourceUnreachableError, match="broke off"):
            connector.discover()
        # The next use connects anew.
        assert connector.ping()


def test_strange_values_of_mariadb_are_profiled(mariadb: Server) -> None:
    with closing(mariadb_admin(mariadb)) as admin, admin.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE strange (z date, d datetime(6), t time, y year, b bit(9), g geometry, j json, s set('a','b'), "
            "l longblob, x longtext, f float, n decimal(65,30), latin varchar(9) CHARACTER SET latin1)"
        )
        cursor.execute("SET sql_mode = ''")
        cursor.execute(
            "INSERT INTO strange VALUES ('0000-00-00', '1000-01-01', '-838:59:59', 0, b'1', point(1, 2), '{}', 'a,b', "
            "repeat(x'ff', 8000000), repeat('ü', 8000000), 1e38, 1, x'e9'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
            "NULL, NULL, NULL, NULL, NULL, NULL)"
        )
    try:
        config = {"host": "127.0.0.1", "port": mariadb.port, "database": "shop", "username": "reader"}
        with made("mysql", config, PASSWORD) as connector:
            for exact in (True, False):
                scan = connector.scan_table(TableInfo("", "strange", TableKind.TABLE, ()), exact=exact)
                assert scan.row_count == 2
                assert scan.columns["z"].minimum == "0000-00-00"
                assert scan.columns["x"].max_length == 8_000_000
                assert scan.columns["latin"].maximum == "é"
                assert scan.columns["l"].max_length == 16_000_002
    finally:
        with closing(mariadb_admin(mariadb)) as admin, admin.cursor() as cursor:
            cursor.execute("DROP TABLE strange")


# --- database files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_database_files_that_are_none(kind: str, tmp_path: Path) -> None:
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"planted-secret " * 1000)
    with made(kind, {"path": str(junk)}) as connector, pytest.raises(SourceReadError, match="is no") as caught:
        connector.ping()
    assert "planted" not in caught.value.message
    with (
        made(kind, {"path": str(tmp_path / "absent.db")}) as connector,
        pytest.raises(SourceUnreachableError, match="no"),
    ):
        connector.ping()
    assert not (tmp_path / "absent.db").exists()


def test_sqlite_with_broken_views_and_mixed_types(tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE odd (a integer, b)")
        rows = [("text in an integer", b"\x00\xff"), (1, 2.5), (None, "nul\0byte"), (2**62, "x" * 5_000_000)]
        connection.executemany("INSERT INTO odd VALUES (?, ?)", rows)
        connection.execute("INSERT INTO odd VALUES (3, CAST(x'ff41' AS TEXT))")
        connection.execute("CREATE VIEW broken AS SELECT * FROM odd")
        connection.execute(
            "CREATE VIEW loop AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"
        )
        connection.execute("CREATE TABLE temporary (c); ")
        connection.execute("CREATE VIEW lost AS SELECT c FROM temporary")
        connection.execute("PRAGMA legacy_alter_table = ON")
        connection.execute("DROP TABLE temporary")
    with made("sqlite", {"path": str(path)}, timeout_s=1) as connector:
        found = connector.discover()
        assert [skipped.name for skipped in found.skipped] == ["lost"]
        tables = {table.name: table for table in found.tables}
        scan = connector.scan_table(tables["odd"])
        assert (scan.row_count, scan.columns["a"].null_count) == (5, 1)
        assert scan.columns["b"].max_length == 5_000_000
        assert "\ufffdA" in scan.sample["b"].to_pylist()
        with pytest.raises(SourceReadError, match="longer than 1 s"):
            connector.scan_table(tables["loop"])


def test_a_duckdb_view_cannot_reach_out(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\nplanted\n")
    path = tmp_path / "reach.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"CREATE VIEW reach AS SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    view = TableInfo("main", "reach", TableKind.VIEW, ())
    with made("duckdb", {"path": str(path)}) as connector, pytest.raises(SourceReadError, match="outside the source"):
        connector.scan_table(view)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["reach.duckdb", "secret.csv"]


# --- text files -------------------------------------------------------------------------------------------------------


def test_ragged_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    lines = [f"{number},n{number},2024-01-02" for number in range(100)]
    lines[20], lines[50] = "20,short", "50,far,too,long"
    path.write_text("id,name,born\n" + "\n".join(lines) + "\n")
    scan = scan_one(path)
    assert scan.row_count == 98
    assert scan.notes == ("2 lines do not fit the header and were left out; the first is line 22.",)
    assert (scan.columns["id"].minimum, scan.columns["id"].maximum) == ("0", "99")


def test_mostly_broken_lines_fail_with_a_line_number(tmp_path: Path) -> None:
    path = tmp_path / "mess.csv"
    good = "".join(f"{number},b,c\n" for number in range(30_000))
    path.write_text("a,b,c\n" + good + "planted-secret,1\n" * 30_000)
    with pytest.raises(SourceReadError, match="first is line 30002") as caught:
        scan_one(path)
    assert "planted" not in caught.value.message


@pytest.mark.parametrize(
    ("content", "expected", "note"),
    [
        (codecs.BOM_UTF8 + "id,name\n1,café\n".encode(), "café", ""),
        ("id,name\n1,café\n".encode("cp1252"), "café", "cp1252"),
        (codecs.BOM_UTF16_LE + "id,name\n1,café\n".encode("utf-16-le"), "café", "utf-16"),
        (b"id,name\n1," + "déjà vu ü".encode() + b"\xff\n", "déjà vu ü\ufffd", "no valid UTF-8"),
        (b"id,name\n1,a\x00b\n", "a\ufffdb", ""),
        (b"id;name\r\n1;caf\xc3\xa9\r\n", "café", ""),
        (b"id\tname\n1\tcaf\xc3\xa9\n", "café", ""),
    ],
)
def test_encodings_are_read_as_well_as_possible(tmp_path: Path, content: bytes, expected: str, note: str) -> None:
    path = tmp_path / "text.csv"
    path.write_bytes(content)
    scan = scan_one(path)
    assert scan.sample.to_pylist() == [{"id": "1", "name": expected}]
    assert note in " ".join(scan.notes)


def test_a_character_cut_by_the_read_buffer_is_no_broken_byte(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 262_141 + b"1," + "é".encode() + b"\n" + b"2,y\n" * 10)
    scan = scan_one(path)
    assert scan.notes == ()
    assert scan.columns["name"].maximum == "é"


def test_one_huge_field_fails_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"id,name\n1,")
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n2,b\n")
    with pytest.raises(SourceReadError, match="line 2 is longer than the limit of 2,000,000 bytes"):
        scan_one(path)
    assert psutil.Process().memory_info().rss < 1_200_000_000


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(b"id,name\n")
        for _ in range(100):
            file.write(b"1,a\n" * 250_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(SourceReadError, match=r"expands beyond the limit of [\d,]+ bytes"):
        scan_one(path)


def test_gzip_is_read_and_damage_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "good.csv.gz"
    path.write_bytes(gzip.compress(b"id,name\n1,a\n2,b\n"))
    assert scan_one(path).row_count == 2
    path.write_bytes(gzip.compress(b"id,name\n" + b"1,a\n" * 9)[:-9])
    with pytest.raises(SourceReadError, match="damaged"):
        scan_one(path)
    monkeypatch.setattr(file_copies, "EXPANSION_FLOOR_BYTES", 10)
    monkeypatch.setattr(file_copies, "EXPANSION_LIMIT", 1)
    path.write_bytes(gzip.compress(b"id,name\n" + b"1,a\n" * 900))
    with pytest.raises(SourceReadError, match="expands"):
        scan_one(path)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty"),
        ("a.parquet", b"", "empty"),
        ("a.csv", b"PAR1xxxxPAR1", "is Parquet"),
        ("a.parquet", b"id,name\n1,2\n", "something else"),
        ("a.jsonl", b"id,name\n1,2\n", "no JSON object"),
        ("a.csv", gzip.compress(b"a,b"), "is gzip"),
        ("a.csv.gz", b"a,b\n", "not gzip"),
        ("a.csv", b"PK\x03\x04rest", "zip"),
        ("a.csv", b"%PDF-1.7", "PDF"),
        ("a.parquet", b"PAR1" + b"\x00" * 100 + b"PAR1", "malformed"),
        ("a.parquet", b"PAR1" + b"\xff" * 60 + struct.pack("<I", 50) + b"PAR1", "malformed"),
        ("a.jsonl", b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}\n", "nested deeper"),
        ("a.jsonl", b'{"a": 1}\n{"a": planted}\n', "line 2 is malformed"),
        ("a.xlsx", b"PK\x03\x04rest", "extension"),
    ],
)
def test_wrong_and_broken_content_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert reason in skipped_reason(path)
    with pytest.raises(SourceReadError, match=reason) as caught:
        scan_one(path)
    assert "planted" not in caught.value.message


def test_a_truncated_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": list(range(10_000))}), path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(SourceReadError, match="malformed"):
        scan_one(path)


def test_a_parquet_bomb_stays_within_the_memory_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    value = "x" * 10_000_000
    table = pa.table({"a": pa.array([value] * 100).dictionary_encode()})
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(2):
            writer.write_table(table)
    assert path.stat().st_size < 1_000_000
    before = psutil.Process().memory_info().rss
    try:
        scan = scan_one(path)
        assert scan.columns["a"].max_length == 10_000_000
    except SourceReadError as error:
        assert "512 MB" in error.message or "longer than" in error.message  # noqa: PT017  # either end is right
    assert psutil.Process().memory_info().rss - before < 800_000_000


def test_json_lines_of_changing_types_become_text(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = [{"a": 1, "b": "x"}, {"a": "two", "b": {"c": [1]}}, {"a": [3], "z": None}, {}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "\n")
    scan = scan_one(path)
    assert scan.row_count == 4
    assert scan.sample["a"].to_pylist() == ["1", "two", "[3]", None]
    assert scan.columns["b"].distinct_count == 2


def test_a_file_that_grows_during_the_scan_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_text("id,name\n" + "".join(f"{number},n\n" for number in range(300_000)))
    stop = threading.Event()

    def grow() -> None:
        with path.open("a") as file:
            while not stop.wait(0.001):
                file.write("7,more\n")
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(SourceReadError, match="changed while it was read"):
            scan_one(path)
    finally:
        stop.set()
        writer.join()


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    with files(tmp_path) as connector:
        assert connector.discover().tables == ()
        assert "0 readable files" in connector.ping()
    with files(tmp_path / "absent") as connector, pytest.raises(SourceUnreachableError):
        connector.ping()


def test_links_out_of_the_folder_and_hidden_files_are_not_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / ".hidden.csv").write_text("a\n1\n")
    (tmp_path / "outside.csv").write_text("a\nplanted\n")
    (root / "link.csv").symlink_to(tmp_path / "outside.csv")
    (root / "loop").symlink_to(root)
    (root / "dangling.csv").symlink_to(root / "nothing")
    (root / "sub" / "inside.csv").write_text("a\n1\n")
    (root / "alias.csv").symlink_to(root / "sub" / "inside.csv")
    with files(root) as connector:
        found = connector.discover()
        assert [table.name for table in found.tables] == ["alias.csv", "sub/inside.csv"]
        assert {skipped.name for skipped in found.skipped} == {"link.csv", "dangling.csv"}
        for name in ("link.csv", "../outside.csv", str(tmp_path / "outside.csv"), ".hidden.csv"):
            with pytest.raises(SourceReadError):
                connector.scan_table(TableInfo("", name, TableKind.FILE, ()))
    with files(root, include="sub/*.csv") as connector:
        assert [table.name for table in connector.discover().tables] == ["sub/inside.csv"]


def test_the_temporary_folder_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(b"a,b\n1,\xe9\n")
    with files(path) as connector:
        connector.discover()
        workspace = connector._session.workspace  # type: ignore[attr-defined]  # where copies of the data would be left
        assert workspace.exists()
        assert list(workspace.glob("*.txt")) == []
    assert not workspace.exists()


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        "", "ftp://host/x", "postgresql://u:planted@h/d?options=-c%20x", "postgresql://u:planted@h/d?service=x",
        "postgresql://u:planted@h/d?sslkey=/etc/x", "mysql://u:planted@h/d?allowLoadLocalInfile=true",
        "mysql://u:planted@h/d?init_command=x", "postgresql://u:planted@h:99999999/d", "postgresql://u:planted@h:x/d",
        "postgresql://u:planted@h/", "postgresql://h/d?passfile=/etc/passwd", "sqlite://", "sqlite://host/x",
        "duckdb:///x?access_mode=read_write", "/no/such/file.csv", "x\0y", "postgresql://u:planted@h/d#frag",
        "postgresql://u:planted@h/d?sslmode=nonsense", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_bad_targets_are_refused_without_their_password(target: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        from_target(target)
    assert "planted" not in caught.value.message
    assert len(caught.value.message) < 400


def test_targets_name_their_connector(tmp_path: Path, postgres: Server) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (a)")
    (tmp_path / "b.csv").write_text("a\n1\n")
    assert from_target(f"sqlite://{tmp_path}/a.db").key == "sqlite"
    assert from_target(f"{tmp_path}/a.db").key == "sqlite"
    assert from_target(str(tmp_path / "b.csv")).key == "files"
    assert from_target(str(tmp_path)).key == "files"
    assert from_target("mysql://u:p%40ss@h:1/d?tls=require").key == "mysql"
    with from_target(f"postgres://reader:{PASSWORD}@127.0.0.1:{postgres.port}/postgres?sslmode=disable") as connector:
        assert connector.ping().startswith("PostgreSQL 18")


def test_a_socket_folder_is_reached_without_a_port_on_the_network(postgres: Server) -> None:
    config = {"host": str(postgres.folder), "port": postgres.port, "database": "postgres", "username": "reader"}
    with made("postgresql", config, PASSWORD) as connector:
        assert connector.ping()


def test_a_checked_address_is_used_instead_of_the_name(postgres: Server) -> None:
    connector = connector_for("postgresql")
    config = connector.Config.model_validate(
        {
            "host": "name-that-does-not-resolve.invalid",
            "port": postgres.port,
            "database": "postgres",
            "username": "reader",
        }
    )
    secret = connector.Secret.model_validate({"password": PASSWORD})
    with connector(config, secret, address="127.0.0.1") as pinned:
        assert pinned.ping()


@pytest.fixture(autouse=True)
def _no_stray_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # A password of the machine's owner must never reach a source.
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def test_dates_before_1900_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "old.parquet"
    pq.write_table(pa.table({"d": [date(1, 1, 1), date(1899, 12, 31)], "f": [float("nan"), float("inf")]}), path)
    scan = scan_one(path)
    assert scan.columns["d"].minimum == "0001-01-01"
    assert scan.columns["f"].distinct_count == 2


def test_free_port_refuses(tmp_path: Path) -> None:
    target = f"postgresql://u:planted@127.0.0.1:{free_port()}/d"
    with (
        from_target(target, timeout_s=2) as connector,
        pytest.raises(SourceUnreachableError, match="connection refused"),
    ):
        connector.ping()
