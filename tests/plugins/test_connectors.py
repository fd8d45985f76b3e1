"""The conformance suite: what every connector must do, over a real source of each kind."""

import inspect
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pyarrow as pa
import pytest

from pursight_app.connectors.base import Connector, TableKind
from pursight_app.connectors.registry import connector_for, list_connectors
from pursight_app.core.errors import SourceReadError
from tests.plugins.connector_sources import CUSTOMERS, HOSTILE, ROWS, SHOPS, Shop, is_close, make_shop


@pytest.fixture(scope="module", params=SHOPS)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return make_shop(request.param, request, tmp_path_factory.mktemp(request.param))


@pytest.fixture
def connector(shop: Shop) -> Iterator[Connector]:
    with shop.connector() as made:
        yield made


def only_databases(shop: Shop) -> None:
    if not shop.is_database:
        pytest.skip("files have no such thing")


def test_ping_names_what_was_found(connector: Connector) -> None:
    assert any(sign.isdigit() for sign in connector.ping())


def test_discovery_is_ordered_complete_and_stable(shop: Shop, connector: Connector) -> None:
    found = connector.discover()
    names = [(table.schema, table.name) for table in found.tables]
    assert names == sorted(names)
    assert len(names) == len(set(names))
    assert {table.name for table in found.tables} >= {f"customers{shop.suffix}", f"wide{shop.suffix}"}
    for table in found.tables:
        assert [column.position for column in table.columns] == list(range(1, len(table.columns) + 1))
        assert len(table.fingerprint) == 32
    assert connector.discover() == found


def test_figures_equal_a_plain_computation(shop: Shop, connector: Connector) -> None:
    scan = connector.scan_table(shop.table(connector, "customers"))
    names = [name for _, name, _, _ in CUSTOMERS if name is not None]
    assert (scan.row_count, scan.row_count_error, scan.sampled_rows) == (ROWS, None, None)
    name = scan.columns["name"]
    assert (name.null_count, name.null_count_error) == (ROWS - len(names), None)
    assert (name.distinct_count, name.distinct_count_error) == (len(set(names)), None)
    assert (name.minimum, name.maximum) == (min(names), max(names))
    assert (name.min_length, name.max_length) == (min(map(len, names)), max(map(len, names)))
    assert is_close(name.mean_length, sum(map(len, names)) / len(names))
    assert (scan.columns["id"].distinct_count, scan.columns["id"].null_count) == (ROWS, 0)
    assert is_close(float(scan.columns["id"].maximum or 0), ROWS)
    assert is_close(float(scan.columns["score"].minimum or 0), 0.25)
    born = [born for *_, born in CUSTOMERS]
    assert (scan.columns["born"].minimum, scan.columns["born"].maximum) == (min(born), max(born))
    assert scan.columns["born"].shapes == {"9999-99-99": 1_000}
    assert set(name.shapes) == {"Aa-9", "Aa-99"}


def test_the_sample_is_text_spread_over_the_table_and_repeatable(shop: Shop, connector: Connector) -> None:
    table = shop.table(connector, "customers")
    first, second = connector.scan_table(table), connector.scan_table(table)
    assert first.sample.num_rows == 1_000
    assert first.sample.column_names == ["id", "name", "score", "born"]
    assert all(kind == pa.string() for kind in first.sample.schema.types)
    ids = sorted(int(value) for value in first.sample["id"].to_pylist())
    assert ids[0] < ROWS * 0.02
    assert ids[-1] > ROWS * 0.98
    assert abs(ids[500] - ROWS / 2) < ROWS * 0.08
    assert first.sample["name"].null_count > 0
    assert first.sample.equals(second.sample)
    assert connector.scan_table(table, sample_rows=7).sample.num_rows == 7


def test_an_empty_table_gives_zeros(shop: Shop, connector: Connector) -> None:
    if shop.suffix == ".jsonl":
        pytest.skip("JSON lines without a line have no columns")
    scan = connector.scan_table(shop.table(connector, "empty_table"))
    assert scan.row_count == scan.sample.num_rows == 0
    assert scan.sample.column_names == ["a", "b"]
    profile = scan.columns["b"]
    assert (profile.null_count, profile.distinct_count, profile.minimum, profile.mean_length) == (0, 0, None, None)
    assert connector.scan_table(shop.table(connector, "empty_table"), exact=False).row_count == 0


def test_hostile_names_are_only_names(shop: Shop, connector: Connector) -> None:
    name = HOSTILE[0] if shop.is_database else "hostile [1] *'\""
    scan = connector.scan_table(shop.table(connector, name))
    assert scan.sample.column_names == shop.hostile
    assert [scan.columns[column].maximum for column in shop.hostile] == [str(number) for number in range(len(HOSTILE))]


def test_the_widest_table_is_profiled(shop: Shop, connector: Connector) -> None:
    scan = connector.scan_table(shop.table(connector, "wide"))
    assert len(scan.columns) == scan.sample.num_columns == shop.wide
    assert scan.row_count == 1
    assert scan.columns[f"c{shop.wide - 1}"].null_count == 0


def test_keys_and_views_are_found(shop: Shop, connector: Connector) -> None:
    only_databases(shop)
    orders, early = shop.table(connector, "orders"), shop.table(connector, "early")
    assert orders.primary_key == ("id",)
    (key,) = orders.foreign_keys
    assert (key.columns, key.referenced_table, key.referenced_columns) == (("customer_id",), "customers", ("id",))
    assert key.referenced_schema == shop.schema
    assert early.kind is TableKind.VIEW
    assert "customers" in (early.view_definition or "")
    scan = connector.scan_table(early)
    assert (scan.row_count, scan.columns["id"].distinct_count, scan.sample.num_rows) == (10, 10, 10)


def test_the_fingerprint_follows_the_declaration(shop: Shop, connector: Connector) -> None:
    only_databases(shop)
    assert shop.execute is not None
    connector.close()
    shop.execute("CREATE TABLE changing (a integer)")
    with shop.connector() as first:
        before = shop.table(first, "changing").fingerprint
    shop.execute("INSERT INTO changing VALUES (1)")
    with shop.connector() as second:
        same = shop.table(second, "changing").fingerprint
    shop.execute("ALTER TABLE changing ADD COLUMN b integer")
    with shop.connector() as third:
        after = shop.table(third, "changing").fingerprint
    shop.execute("DROP TABLE changing")
    assert before == same != after


def test_a_table_that_vanished_is_a_read_error(shop: Shop, connector: Connector) -> None:
    table = shop.table(connector, "customers")
    gone = type(table)(shop.schema, "never_there" + shop.suffix, table.kind, table.columns)
    with pytest.raises(SourceReadError, match="never_there"):
        connector.scan_table(gone)
    # The connector still works.
    assert connector.scan_table(table).row_count == ROWS


def test_a_query_that_never_ends_is_stopped(shop: Shop) -> None:
    only_databases(shop)
    with shop.connector(timeout_s=1) as connector:
        table = shop.table(connector, "endless")
        start = monotonic()
        with pytest.raises(SourceReadError, match=r"time limit|longer than 1 s"):
            connector.scan_table(table, exact=True)
        assert monotonic() - start < 6
        assert connector.scan_table(shop.table(connector, "early")).row_count == 10


def test_nothing_can_be_written_through_the_connection(shop: Shop, connector: Connector) -> None:
    only_databases(shop)
    connector.ping()
    session = connector._session  # type: ignore[attr-defined]  # the test goes where no caller goes
    for statement in ("DELETE FROM customers", "CREATE TABLE planted (a integer)", "UPDATE customers SET name = 'x'"):
        with pytest.raises(SourceReadError), session.reading("customers"):
            session.rows(statement)
    assert connector.scan_table(shop.table(connector, "customers")).columns["name"].distinct_count == 56
    assert "planted" not in {table.name for table in connector.discover().tables}


def test_all_figures_come_from_one_snapshot(shop: Shop) -> None:
    if shop.kind not in {"postgresql", "mysql", "sqlite"}:
        pytest.skip("the format allows no writer beside a reader")
    execute = shop.execute
    assert execute is not None
    execute("CREATE TABLE growing (id integer)")
    if shop.kind == "sqlite":
        execute("PRAGMA journal_mode = WAL")
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            execute(f"INSERT INTO growing VALUES ({number}), ({number + 1})")
            number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts: list[int] = []
        with shop.connector() as connector:
            table = shop.table(connector, "growing")
            deadline = monotonic() + 10
            while len(counts) < 15 or (counts[-1] == counts[0] and monotonic() < deadline):
                scan = connector.scan_table(table)
                # The distinct count and the sample are other queries than the row count.
                assert scan.columns["id"].distinct_count == scan.row_count
                assert scan.sample.num_rows == min(scan.row_count, 1_000)
                counts.append(scan.row_count)
    finally:
        stop.set()
        writer.join()
        execute("DROP TABLE growing")
    assert counts[-1] > counts[0]


def test_sampled_figures_hold_their_error_bars(shop: Shop) -> None:
    if shop.kind not in {"postgresql", "mysql", "sqlite"}:
        pytest.skip("reads every row anyway")
    assert shop.execute is not None
    rows = 120_000
    series = {
        "postgresql": f"SELECT i FROM generate_series(1, {rows}) AS s(i)",
        "mysql": f"SELECT seq AS i FROM seq_1_to_{rows}",
        "sqlite": f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows}) SELECT i FROM s",
    }[shop.kind]
    shop.execute("CREATE TABLE large (id integer PRIMARY KEY, kind integer, code integer, gap integer)")
    shop.execute(
        "INSERT INTO large SELECT i, i % 7, (i * 7919) % 30011, CASE WHEN i % 4 = 0 THEN NULL ELSE i END "
        f"FROM ({series}) AS numbers"
    )
    with shop.connector() as connector:
        scan = connector.scan_table(shop.table(connector, "large"), exact=False)
    shop.execute("DROP TABLE large")
    assert scan.sampled_rows is not None
    assert scan.sampled_rows < rows * 0.6
    assert abs(scan.row_count - rows) <= 2 * (scan.row_count_error or 0)
    truths = {"id": (0, rows), "kind": (0, 7), "code": (0, 30_011), "gap": (rows // 4, rows * 3 // 4)}
    for name, (nulls, distinct) in truths.items():
        profile = scan.columns[name]
        assert profile.null_count_error is not None
        assert profile.distinct_count_error is not None
        # A 95 % interval misses one draw in twenty, so a single draw is held to twice its width; test_estimates.py
        # measures how often the interval itself holds.
        assert abs(profile.null_count - nulls) <= 2 * profile.null_count_error, name
        assert abs(profile.distinct_count - distinct) <= 2 * profile.distinct_count_error, name
    ids = [int(value) for value in scan.sample["id"].to_pylist()]
    assert len(ids) == 1_000
    assert min(ids) < rows * 0.03
    assert max(ids) > rows * 0.97


def test_closing_twice_is_harmless(shop: Shop) -> None:
    with shop.connector() as connector:
        connector.ping()
        connector.close()
        connector.close()
        assert connector.discover().tables


def test_names_follow_openlineage(shop: Shop, connector: Connector) -> None:
    assert connector.namespace().partition("://")[0] in {"postgres", "mysql", "sqlite", "duckdb", "file"}
    assert connector.database() == shop.config.get("database", "" if shop.kind == "files" else "shop")


@pytest.mark.parametrize("made", list_connectors(), ids=lambda made: made.key)
def test_every_field_explains_itself(made: type[Connector]) -> None:
    assert made.label
    assert made.description
    assert len(inspect.getdoc(made) or "") > 100
    assert connector_for(made.key) is made
    for model in (made.Config, made.Secret):
        schema = model.model_json_schema()
        assert schema["additionalProperties"] is False
        for name, field in schema.get("properties", {}).items():
            assert field.get("title"), name
            assert field.get("description", "").endswith("."), name


def test_the_source_folder_of_files_stays_untouched(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,name\n1,caf\xe9\n")
    made = connector_for("files")
    with made(made.Config.model_validate({"path": str(tmp_path)})) as connector:
        connector.scan_table(connector.discover().tables[0])
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
