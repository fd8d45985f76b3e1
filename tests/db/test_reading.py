"""What the pages read: home, catalogue, lineage and findings, over a scanned SQLite file."""

import sqlite3
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import engine, unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import Asset, Finding, Waiver
from pursight_app.services import catalog, compliance, data_sources, lineage
from pursight_app.services.catalog import Filters
from pursight_app.services.column_sources import column_sources
from pursight_app.services.compliance.findings import reopen_expired
from tests.factories import Office, make_office, scan_now

pytestmark = pytest.mark.usefixtures("services")
CARDS = ["4111111111111111", "5500005555555559", "340000000000009", "4012888888881881", "5105105105105100"]


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def source_id(office: Office, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    path = tmp_path_factory.mktemp("shop") / "shop.db"
    with sqlite3.connect(path) as shop:
        shop.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT, card_number TEXT)")
        shop.executemany(
            "INSERT INTO customers VALUES (?, ?, ?)", [(n, f"kim{n}@example.com", CARDS[n % 5]) for n in range(90)]
        )
        shop.execute(
            "CREATE TABLE orders_v2 (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), total REAL)"
        )
        shop.executemany("INSERT INTO orders_v2 VALUES (?, ?, ?)", [(n, n % 90, n * 1.1) for n in range(200)])
        shop.execute("CREATE TABLE orders_v2_archive (id INTEGER, orders_note TEXT)")
        shop.execute(
            "CREATE VIEW spending AS SELECT c.email AS mail, sum(o.total) AS spent FROM customers c "
            "JOIN orders_v2 o ON o.customer_id = c.id GROUP BY c.email"
        )
    shop.close()
    with unit_of_work() as session:
        source = data_sources.create_data_source(
            session,
            office.steward,
            office.workspace_id,
            name="Shop",
            kind="sqlite",
            config={"path": str(path)},
            secret={},
        )
    run = scan_now(office, source.id)
    assert run.status == "succeeded", run.error
    return source.id


def asset(source_id: UUID, name: str) -> Asset:
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source_id, Asset.name == name)).one()


def search(office: Office, query: str, **filters: object) -> catalog.SearchPage:
    with unit_of_work() as session:
        return catalog.search_assets(
            session, office.viewer, query, Filters(workspace_id=office.workspace_id, **filters), limit=10
        )


@pytest.mark.parametrize("query", ["orders_v2", "ORDERS_V2", "orders v2", "orders", "ord"])
def test_the_exact_name_comes_first_and_parts_of_it_find_it(office: Office, source_id: UUID, query: str) -> None:
    assert search(office, query).results[0].asset.name == "orders_v2"


def test_a_column_finds_its_table_and_the_result_says_so(office: Office, source_id: UUID) -> None:
    found = search(office, "card number")

    assert [result.asset.name for result in found.results] == ["customers"]
    assert found.results[0].matched_columns == ("card_number",)


def test_facets_count_what_a_filter_would_give(office: Office, source_id: UUID) -> None:
    found = search(office, "")

    assert found.total == 4
    assert found.facets["kind"] == {"table": 3, "view": 1}
    for data_class, count in found.facets["data_class"].items():
        assert search(office, "", data_class=data_class).total == count


def test_home_adds_up(office: Office, source_id: UUID) -> None:
    with unit_of_work() as session:
        overview = catalog.get_overview(session, office.viewer, office.workspace_id)

    assert overview.table_count == 4
    assert sum(overview.by_sensitivity.values()) == overview.classified_count
    assert overview.classified_count + overview.unnamed_count == overview.column_count == 10


def test_lineage_knows_views_and_foreign_keys_by_column(office: Office, source_id: UUID) -> None:
    with unit_of_work() as session:
        graph = lineage.get_lineage(session, office.viewer, asset(source_id, "spending").id, direction="upstream")
        keys = lineage.get_lineage(session, office.viewer, asset(source_id, "orders_v2").id, direction="upstream")

    assert {(one, two) for _, one, two in graph.columns} == {("email", "mail"), ("total", "spent")}
    assert [(edge.kind, edge.upstream_id) for edge in keys.edges] == [("foreign_key", asset(source_id, "customers").id)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM customers", {("email", "email"), ("id", "id"), ("card_number", "card_number")}),
        ("WITH c AS (SELECT email e FROM customers) SELECT upper(e) AS big FROM c", {("email", "big")}),
        (
            "SELECT email x FROM customers UNION ALL SELECT card_number FROM customers",
            {("email", "x"), ("card_number", "x")},
        ),
        ("SELECT (SELECT max(total) FROM orders_v2 o WHERE o.customer_id = c.id) m FROM customers c", {("total", "m")}),
        ("SELECT 1 AS one", set()),
    ],
)
def test_column_sources_follow_the_values(sql: str, expected: set[tuple[str, str]]) -> None:
    schema = {("", "customers"): ("id", "email", "card_number"), ("", "orders_v2"): ("id", "customer_id", "total")}

    found = column_sources(sql, dialect="sqlite", schema=schema)

    assert {(origin.column, origin.output) for origin in found} == expected


@pytest.mark.parametrize("sql", ["SELECT FROM WHERE (", "(" * 3_000, "x" * 300_000, "DROP TABLE x"])
def test_a_view_that_cannot_be_analysed_is_refused_and_does_no_harm(sql: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        column_sources(sql, dialect="postgres", schema={})

    assert "x" * 100 not in refused.value.message


def test_a_readable_card_number_is_a_finding_with_evidence(office: Office, source_id: UUID) -> None:
    with unit_of_work() as session:
        rows, total = compliance.list_findings(session, office.viewer, workspace_id=office.workspace_id)

    worst = rows[0]
    assert total == len(rows)
    assert (worst.rule.key, worst.finding.severity) == ("PCI-3.5.1", "critical")
    assert worst.finding.evidence["matched"] > 0
    assert not any(card in str(worst.finding.evidence) for card in CARDS)


def finding_of(source_id: UUID, office: Office) -> Finding:
    with unit_of_work() as session:
        return compliance.list_findings(session, office.viewer, asset_id=asset(source_id, "customers").id, statuses=())[
            0
        ][0].finding


def test_a_waiver_needs_a_reason_and_an_end_and_runs_out(office: Office, source_id: UUID) -> None:
    finding = finding_of(source_id, office)
    soon = now() + timedelta(days=30)
    with unit_of_work() as session:
        for reason, until in (
            ("short", soon),
            ("a good long reason", now()),
            ("a good long reason", now() + timedelta(days=900)),
        ):
            with pytest.raises(InvalidInputError):
                compliance.waive_finding(session, office.steward, finding.id, reason=reason, expires_at=until)
        waiver = compliance.waive_finding(
            session, office.steward, finding.id, reason="Tokenised in March", expires_at=soon
        )
    with unit_of_work() as session, pytest.raises(ConflictError):
        compliance.waive_finding(session, office.steward, finding.id, reason="And once more", expires_at=soon)
    with unit_of_work() as session:
        session.get_one(Waiver, waiver.id).expires_at = now() - timedelta(seconds=1)

    with unit_of_work() as session:
        reopen_expired(session)

    with unit_of_work() as session:
        assert session.get_one(Finding, finding.id).status == "open"


def test_a_stranger_finds_nothing(office: Office, source_id: UUID) -> None:
    with unit_of_work() as session:
        assert catalog.search_assets(session, office.outsider, "customers", Filters()).total == 0
        for read in (catalog.get_asset, catalog.list_columns, lineage.get_lineage, catalog.list_history):
            with pytest.raises(NotFoundError):
                read(session, office.outsider, asset(source_id, "customers").id)
        with pytest.raises(NotFoundError):
            catalog.get_overview(session, office.outsider, office.workspace_id)


def count_statements(work: object) -> int:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine(), "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return len(seen)


def test_lists_take_a_fixed_number_of_statements(office: Office, source_id: UUID) -> None:
    """However many rows: one query per row would show here."""

    def pages() -> None:
        with unit_of_work() as session:
            catalog.search_assets(session, office.viewer, "", Filters(workspace_id=office.workspace_id))

    def findings() -> None:
        with unit_of_work() as session:
            compliance.list_findings(session, office.viewer, workspace_id=office.workspace_id)

    assert count_statements(pages) <= 9
    assert count_statements(findings) <= 3
