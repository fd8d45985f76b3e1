"""Restricted values are planted in a source and go through everything that learns from them; then they are looked for.

They may be where values are kept on purpose, behind `values.read`: the samples, and the extremes and frequent values in
`asset_column.profile`. They may be nowhere else: no other column of any table, not Redis, no log, export, answer or event.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from uuid import UUID

import pytest
from faker import Faker
from fastapi.testclient import TestClient
from redis import Redis
from sqlalchemy import TextClause, text
from sqlmodel import col, select

from pursight_app.api.app import create_app
from pursight_app.core.db import engine, unit_of_work
from pursight_app.core.redis import redis_url
from pursight_app.models import Asset, AssetColumn, Classification
from pursight_app.services import data_sources, learning, reviews
from tests.factories import Office, bearer, request_scan
from tests.faults.house import House, wait_for_end
from tests.faults.processes import wait_until
from tests.faults.test_models import model_of

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
ROWS, TABLES = 40, 4
LABELS = {
    "social_security_number": "us_ssn",
    "card_number": "credit_card",
    "password": "password",
    "iban": "iban",
    "passport_no": "passport_number",
    "diagnosis": "medical_condition",
}
REMARK = "remark"
KEPT = {"asset_column.profile"}
"""Where values stand on purpose: catalog/values.py shows them, masked or to those with the right and a reason."""
ENDLESS = {"/racine/events"}
"""A stream of events; what it would send is read from Redis."""
SHORTEST = 8
_READERS: dict[str, Callable[[Redis, bytes], object]] = {
    "string": lambda client, key: client.get(key),
    "hash": lambda client, key: client.hgetall(key),
    "list": lambda client, key: client.lrange(key, 0, -1),
    "set": lambda client, key: client.smembers(key),
    "zset": lambda client, key: client.zrange(key, 0, -1),
    "stream": lambda client, key: client.xrange(key),
}


class Planted:
    """A SQLite source full of restricted values, and the workspace that scans it."""

    def __init__(self, house: House, office: Office, folder: Path) -> None:
        self.house, self.office = house, office
        self.rows = {number: list(_rows(number)) for number in range(TABLES)}
        self.path = folder / "clinic.db"
        self._write()
        with unit_of_work() as session:
            self.source_id = data_sources.create_data_source(
                session, office.steward, office.workspace_id,
                name="planted-clinic", kind="sqlite", config={"path": str(self.path)}, secret={},
            ).id  # fmt: skip

    def _write(self) -> None:
        names = [*LABELS, REMARK]
        with sqlite3.connect(self.path) as database:
            for number, rows in self.rows.items():
                database.execute(f"CREATE TABLE patients{number} ({', '.join(f'{name} TEXT' for name in names)})")
                database.executemany(f"INSERT INTO patients{number} VALUES ({', '.join('?' for _ in names)})", rows)
            database.execute("CREATE VIEW v_patients AS SELECT social_security_number AS number FROM patients0")
        database.close()

    @property
    def needles(self) -> set[str]:
        """What is looked for: each value as it is, without separators, and the numbers inside the remarks."""
        cells = {cell for rows in self.rows.values() for row in rows for cell in row}
        bare = {cell.replace("-", "").replace(" ", "") for cell in cells}
        return {needle.lower() for needle in cells | bare if len(needle) >= SHORTEST}

    def found_in(self, text: str) -> list[str]:
        """Which of them the text holds, shortened: a failing test must not print them either."""
        lowered = text.lower()
        return [f"{needle[:2]}… ({len(needle)} characters)" for needle in self.needles if needle in lowered]


def _rows(seed: int) -> Iterator[tuple[str, ...]]:
    fake = Faker("en_US")
    fake.seed_instance(900 + seed)
    choose = random.Random(900 + seed)
    letters = "bcdfghjkmnpqrstvwxz"
    for _ in range(ROWS):
        number = fake.ssn()
        word = "".join(choose.choices(letters, k=9))
        yield (
            number,
            fake.credit_card_number("visa16"),
            fake.password(14),
            fake.iban(),
            f"{choose.choice('CFGHK')}{choose.randint(10_000_000, 99_999_999)}",
            f"chronic {word} syndrome",
            f"the patient {word} gave {fake.ssn()} on the telephone",
        )


@pytest.fixture
def planted(house: House, office: Office, tmp_path: Path) -> Planted:
    return Planted(house, office, tmp_path)


def test_no_restricted_value_leaves_the_places_that_keep_values(planted: Planted) -> None:
    # Only one pool, so that what it says is all that is said.
    planted.house.end_workers()
    pool = planted.house.start_workers()
    run = wait_for_end(request_scan(planted.office, planted.source_id), within_s=90)
    assert run.status == "succeeded", run.error
    review(planted)
    model_id = learn(planted)
    places = answers_of_rest(planted, scan_id=run.id, model_id=model_id)
    places |= {"Redis": "".join(everything_in_redis()), "output of the workers": pool.text, **files_of(planted.house)}

    # A search that finds nothing anywhere proves nothing: what is no secret must be found.
    for place in ("Redis", "steward GET /api/workspaces/{workspace_id}/evidence", "output of the workers"):
        assert str(planted.office.workspace_id) in places[place] or "patients0" in places[place], place
    assert {place: found for place, text in places.items() if (found := planted.found_in(text))} == {}
    # The profile is found because it keeps values on purpose: the search works.
    assert columns_with(planted) == KEPT


def verdicts_of(planted: Planted) -> dict[tuple[str, str], Classification]:
    with unit_of_work() as session:
        rows = session.exec(
            select(Asset.name, AssetColumn.name, Classification)
            .join(AssetColumn, col(AssetColumn.asset_id) == Asset.id)
            .join(Classification, col(Classification.asset_column_id) == AssetColumn.id)
            .where(Asset.data_source_id == planted.source_id)
        ).all()
    return {(table, column): verdict for table, column, verdict in rows}


def review(planted: Planted) -> None:
    """Every planted column of three tables gets its right class."""
    office, verdicts = planted.office, verdicts_of(planted)
    assert len(verdicts) == TABLES * (len(LABELS) + 1) + 1
    for number in range(TABLES - 1):
        for column, label in LABELS.items():
            verdict = verdicts[f"patients{number}", column]
            is_right = verdict.data_class == label
            with unit_of_work() as session:
                reviews.review_many(
                    session, office.steward, office.workspace_id, [verdict.id],
                    decision="confirm" if is_right else "correct", data_class=None if is_right else label,
                )  # fmt: skip


def learn(planted: Planted) -> UUID:
    """The workers train a model and put it into use."""
    office = planted.office
    with unit_of_work() as session:
        model_id = learning.request_training(session, office.steward, office.workspace_id).id
    wait_until(lambda: model_of(model_id).status == "challenger", "the training ends", within_s=120)
    with unit_of_work() as session:
        learning.promote_model(session, office.steward, model_id, override=True)
    wait_until(lambda: model_of(model_id).status == "champion", "the promotion ends", within_s=120)
    return model_id


def answers_of_rest(planted: Planted, *, scan_id: UUID, model_id: UUID) -> dict[str, str]:
    """All that REST answers a steward and a viewer about the workspace, after a propagation and a trial of the values."""
    office, verdicts = planted.office, verdicts_of(planted)
    with unit_of_work() as session:
        column = session.get_one(AssetColumn, verdicts["patients0", "social_security_number"].asset_column_id)
        column_id, asset_id = column.id, column.asset_id
    known = {
        "workspace_id": office.workspace_id, "asset_id": asset_id, "column_id": column_id, "scan_id": scan_id,
        "classification_id": verdicts["patients0", "iban"].id, "data_source_id": planted.source_id, "model_id": model_id,
    }  # fmt: skip
    steward = bearer(office.steward)
    ibans = [row[list(LABELS).index("iban")] for row in planted.rows[0]]
    tried = {"column": "iban", "table": "t", "values": ibans}
    with TestClient(create_app(), base_url="http://localhost") as client:
        answers = {
            "propagation": client.post(f"/api/columns/{column_id}/propagate", headers=steward),
            "trial": client.post(f"/api/workspaces/{office.workspace_id}/classify", json=tried, headers=steward),
            "wrong trial": client.post(
                f"/api/workspaces/{office.workspace_id}/classify",
                json={**tried, "values": {"all": ibans}},
                headers=steward,
            ),
            "search": client.get("/api/catalog/search", params={"q": "patients"}, headers=steward),
        }
        assert [answers[name].status_code for name in answers] == [201, 200, 422, 200]
        for who, actor in {"steward": office.steward, "viewer": office.viewer}.items():
            headers = bearer(actor)
            for path in sorted(path for path, verbs in client.app.openapi()["paths"].items() if "get" in verbs):  # type: ignore[attr-defined]  # TestClient types it as any ASGI app
                if path not in ENDLESS and _is_known(path, known):
                    answers[f"{who} GET {path}"] = client.get(path.format(**known), headers=headers)
    read = {name: answer for name, answer in answers.items() if name.startswith("steward") and answer.is_success}
    assert len(read) > 20, sorted(read)
    return {name: answer.text for name, answer in answers.items()}


def _is_known(path: str, known: dict[str, UUID]) -> bool:
    return all(name is None or name in known for _, name, _, _ in Formatter().parse(path))


def everything_in_redis() -> Iterator[str]:
    """Every key of every database: sessions, counters, jobs, live events and states of tabs."""
    with Redis.from_url(redis_url()) as client:
        databases = [int(name.removeprefix("db")) for name in client.info("keyspace")]
    for number in databases:
        with Redis.from_url(redis_url(), db=number) as client:
            for key in client.scan_iter():
                yield f"{key!r} {_READERS[client.type(key).decode()](client, key)!r}\n"


def files_of(house: House) -> dict[str, str]:
    """Logs and what Redis keeps on disk. Not the samples and not PostgreSQL's own files: those hold the kept values."""
    kept = (path for path in house.home.rglob("*") if path.is_file())
    return {
        str(path.relative_to(house.home)): path.read_bytes().decode(errors="replace")
        for path in kept
        if not {"blobs", "postgres", "secrets"} & set(path.relative_to(house.home).parts)
    }


def columns_with(planted: Planted) -> set[str]:
    """All `table.column` of the database that hold a planted value, whatever their type."""
    with engine().connect() as connection:
        columns = connection.execute(
            text(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "JOIN information_schema.tables USING (table_schema, table_name) "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        ).all()
        return {
            f"{table}.{column}"
            for table, column, kind in columns
            if connection.execute(_search(table, column, kind), {"needles": sorted(planted.needles)}).scalar()
        }


def _search(table: str, column: str, kind: str) -> TextClause:
    # Bytes are read as Latin-1, which has a letter for each of them.
    words = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
    return text(
        f'SELECT EXISTS (SELECT FROM "{table}" t JOIN unnest(CAST(:needles AS text[])) n ON position(n IN lower({words})) > 0)'
    )
