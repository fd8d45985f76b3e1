"""What a view does to the values of a column: SQL snippets over one table, with the words that decide."""

import pytest

from pursight_app.services.column_sources import column_sources

SCHEMA = {("crm", "people"): ("id", "email", "name", "phone", "total", "born"), ("crm", "notes"): ("person_id", "text")}
IDENTITY, CHANGED, MASKED, SUMMED = "identity", "transformation", "masking", "aggregation"


def transformations(sql: str, dialect: str = "postgres") -> dict[tuple[str, str], str]:
    """(column, output) → transformation."""
    return {
        (found.column, found.output): str(found.transformation)
        for found in column_sources(sql, dialect=dialect, schema=SCHEMA)
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("email", IDENTITY),
        ("(email)", IDENTITY),
        ("email::text", IDENTITY),
        ("CAST(email AS varchar(300))", IDENTITY),
        ("(SELECT q.email FROM crm.people q WHERE q.id = p.id)", IDENTITY),
        ("upper(email)", CHANGED),
        ("trim(lower(email))", CHANGED),
        ("coalesce(email, '-')", CHANGED),
        ("substring(email, 1, 3)", CHANGED),
        ("email || '***'", CHANGED),
        ("left(email, 1) || '.'", CHANGED),
        ("CASE WHEN id > 3 THEN email ELSE '' END", CHANGED),
        ("max(email)", CHANGED),
        ("string_agg(email, ', ' ORDER BY id)", CHANGED),
        ("array_agg(email ORDER BY id)", CHANGED),
        ("first_value(email) OVER (ORDER BY id)", CHANGED),
        ("mode() WITHIN GROUP (ORDER BY email)", CHANGED),
        ("my_own_function(email)", CHANGED),
        ("md5(email)", MASKED),
        ("md5(upper(email))", MASKED),
        ("upper(md5(email))", MASKED),
        ("max(md5(email))", MASKED),
        ("encode(digest(email, 'sha256'), 'hex')", MASKED),
        ("encode(sha256(email::bytea), 'hex')", MASKED),
        ("crypt(email, gen_salt('bf'))", MASKED),
        ("hmac(email, 'k', 'sha1')", MASKED),
        ("mask_email(email)", MASKED),
        ("""("left"((email)::text, 1) || '***@'::text) || split_part((email)::text, '@'::text, 2)""", MASKED),
        ("concat(left(email, 2), 'xxx')", MASKED),
        ("rpad(left(email, 2), 9, '*')", MASKED),
        ("regexp_replace(email, '.', '*', 'g')", MASKED),
        ("translate(email, 'abc', '***')", MASKED),
        ("overlay(email PLACING '****' FROM 2)", MASKED),
        ("count(email)", SUMMED),
        ("count(DISTINCT email)", SUMMED),
        ("length(email)", SUMMED),
        ("email IS NOT NULL", SUMMED),
        ("email LIKE '%@example.com'", SUMMED),
        ("bool_or(email = 'x')", SUMMED),
        ("CASE WHEN email IS NULL THEN 'no' ELSE 'yes' END", SUMMED),
        ("CASE email WHEN 'a' THEN 1 ELSE 2 END", SUMMED),
        ("EXISTS (SELECT q.email FROM crm.people q WHERE q.id = p.id)", SUMMED),
        ("row_number() OVER (PARTITION BY email)", SUMMED),
        ("count(md5(email))", SUMMED),
        ("row_number() OVER (ORDER BY email)", None),
        ("(SELECT max(text) FROM crm.notes WHERE text = email)", None),
    ],
)
def test_what_an_expression_leaves_of_a_value(expression: str, expected: str | None) -> None:
    assert transformations(f"SELECT {expression} AS x FROM crm.people p").get(("email", "x")) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("WITH q AS (SELECT md5(email) AS h FROM crm.people) SELECT upper(h) AS x FROM q", MASKED),
        ("WITH q AS (SELECT upper(email) AS h FROM crm.people) SELECT h AS x FROM q GROUP BY h", CHANGED),
        ("SELECT x FROM (SELECT email AS x FROM crm.people) AS q", IDENTITY),
        # A derived table beside a JOIN is a source like any other.
        ("SELECT q.x FROM crm.notes n JOIN (SELECT id, email AS x FROM crm.people) q ON q.id = n.person_id", IDENTITY),
        # Where values come two ways, the way that keeps most decides.
        ("SELECT md5(email) AS x FROM crm.people UNION ALL SELECT email FROM crm.people", IDENTITY),
        ("SELECT left(email, 1) || '***' || upper(email) AS x FROM crm.people", CHANGED),
        ("SELECT count(h) AS x FROM (SELECT md5(email) AS h FROM crm.people) q", SUMMED),
    ],
)
def test_steps_add_up_through_subqueries(sql: str, expected: str) -> None:
    assert transformations(sql)["email", "x"] == expected


def test_each_column_of_an_expression_has_its_own_answer() -> None:
    found = transformations("SELECT CASE WHEN phone = '' THEN name ELSE md5(email) END AS x FROM crm.people")

    assert found == {("phone", "x"): SUMMED, ("name", "x"): CHANGED, ("email", "x"): MASKED}


def test_figures_are_no_values() -> None:
    found = transformations(
        "SELECT sum(total) AS s, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS m FROM crm.people"
    )

    assert found == {("total", "s"): SUMMED, ("total", "m"): SUMMED}


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("SELECT sha2(email, 256) AS x FROM crm.people", "mysql"),
        ("SELECT concat(left(email, 1), '***') AS x FROM crm.people", "mysql"),
        ("SELECT hash(email) AS x FROM crm.people", "duckdb"),
        ("SELECT substr(email, 1, 1) || '***' AS x FROM crm.people", "sqlite"),
    ],
)
def test_other_dialects_mask_too(sql: str, dialect: str) -> None:
    assert transformations(sql, dialect)["email", "x"] == MASKED
