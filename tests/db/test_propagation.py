"""Labels that follow lineage, over a scanned SQLite shop with views on views."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import (
    Asset,
    AssetColumn,
    AuditEvent,
    Classification,
    ColumnLineageEdge,
    PropagatedLabel,
    Propagation,
)
from pursight_app.services import catalog, data_sources, propagation, reviews
from pursight_app.services.access import Actor
from pursight_app.services.propagation import EndReason, Preview
from tests.factories import Office, make_office, scan_now

pytestmark = pytest.mark.usefixtures("services")
VIEWS = {
    "v_people": "SELECT id, email AS contact, upper(email) AS loud FROM customers",
    "v_masked": "SELECT id, substr(contact, 1, 1) || '***' AS hint FROM v_people",
    "v_counts": "SELECT count(contact) AS how_many FROM v_people",
    "v_far": "SELECT contact AS far FROM v_people",
}


class Shop:
    """The scanned shop with what tests ask of it."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = make_office()
        self.path = folder / "shop.db"
        with sqlite3.connect(self.path) as database:
            database.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT)")
            rows = [(n, f"kim{n}@example.com") for n in range(60)]
            database.executemany("INSERT INTO customers VALUES (?, ?)", rows)
            for name, query in VIEWS.items():
                database.execute(f"CREATE VIEW {name} AS {query}")
        database.close()
        with unit_of_work() as session:
            self.source_id = data_sources.create_data_source(
                session,
                self.office.steward,
                self.office.workspace_id,
                name="Shop",
                kind="sqlite",
                config={"path": str(self.path)},
                secret={},
            ).id
        self.scan()

    def scan(self) -> None:
        run = scan_now(self.office, self.source_id)
        assert run.status == "succeeded", run.error

    def sql(self, statement: str) -> None:
        with sqlite3.connect(self.path) as database:
            database.execute(statement)
        database.close()

    def column(self, name: str) -> UUID:
        table, _, column = name.partition(".")
        with unit_of_work() as session:
            return session.exec(
                select(AssetColumn.id)
                .join(Asset, col(Asset.id) == AssetColumn.asset_id)
                .where(Asset.data_source_id == self.source_id, Asset.name == table, AssetColumn.name == column)
            ).one()

    def asset(self, name: str) -> Asset:
        with unit_of_work() as session:
            return session.exec(select(Asset).where(Asset.data_source_id == self.source_id, Asset.name == name)).one()

    def verdict(self, name: str) -> Classification:
        column_id = self.column(name)
        with unit_of_work() as session:
            return session.exec(select(Classification).where(Classification.asset_column_id == column_id)).one()

    def review(self, name: str, decision: str, data_class: str | None = None) -> None:
        verdict_id = self.verdict(name).id
        self.act(reviews.review_classification, verdict_id, decision=decision, data_class=data_class)
        # Until reviews call it themselves; a second call does no harm.
        with unit_of_work() as session:
            propagation.refresh(session, self.office.workspace_id)

    def act(self, service: Callable[..., Any], *given: Any, by: Actor | None = None, **named: Any) -> Any:
        with unit_of_work() as session:
            return service(session, by or self.office.steward, *given, **named)

    def propagate(self) -> Propagation:
        self.review("customers.email", "confirm")
        return self.act(propagation.propagate, self.column("customers.email"))

    def labels(self) -> dict[str, tuple[str, float]]:
        """Propagated verdicts: column → class and confidence."""
        with unit_of_work() as session:
            found = session.exec(
                select(Asset.name, AssetColumn.name, Classification)
                .join(AssetColumn, col(AssetColumn.asset_id) == Asset.id)
                .join(Classification, col(Classification.asset_column_id) == AssetColumn.id)
                .where(Asset.workspace_id == self.office.workspace_id, Classification.origin == "propagated")
            ).all()
        return {f"{table}.{column}": (str(row.data_class), round(row.confidence, 3)) for table, column, row in found}


@pytest.fixture
def shop(services: None, tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_confirmed_label_follows_views_and_weakens_by_what_they_do(shop: Shop) -> None:
    shop.propagate()

    whole = shop.verdict("customers.email").confidence
    assert shop.labels() == {
        "v_people.contact": ("email", round(whole, 3)),
        "v_people.loud": ("email", round(whole * 0.8, 3)),
        "v_masked.hint": ("email", round(whole * 0.6, 3)),
        "v_far.far": ("email", round(whole, 3)),
    }
    source, masked = shop.verdict("customers.email"), shop.verdict("v_masked.hint")
    assert (source.sensitivity, masked.sensitivity) == ("confidential", "internal")
    assert masked.status == "suggested"
    assert [step["transformation"] for step in masked.evidence["path"]] == ["identity", "masking"]
    assert masked.suggestion["data_class"] != "email"


def test_a_preview_says_what_would_happen_and_changes_nothing(shop: Shop) -> None:
    shop.review("customers.email", "confirm")
    shop.review("v_far.far", "correct", "username")

    seen: Preview = shop.act(propagation.preview_propagation, shop.column("customers.email"))

    assert shop.labels() == {}
    places = {f"{each.name.asset}.{each.name.column}": each for each in seen.targets}
    assert list(places) == ["v_people.contact", "v_people.loud", "v_far.far", "v_masked.hint"]
    assert places["v_far.far"].stays == "confirmed as username by Test Person"
    assert places["v_masked.hint"].stays == ""
    assert [(step.to.asset if step.to else "", str(step.transformation)) for step in places["v_masked.hint"].path] == [
        ("v_people", "identity"),
        ("v_masked", "masking"),
    ]
    assert {(end.downstream.asset, end.reason) for end in seen.ends} == {
        ("v_counts", EndReason.AGGREGATED),
        ("v_far", EndReason.DECIDED_OTHERWISE),
    }
    assert (seen.hidden_count, seen.is_cut, seen.refusal, seen.propagation_id) == (0, False, "", None)


def test_only_what_a_person_confirmed_can_follow(shop: Shop) -> None:
    email = shop.column("customers.email")

    assert "Confirm it first" in shop.act(propagation.preview_propagation, email).refusal
    with pytest.raises(ConflictError):
        shop.act(propagation.propagate, email)


def test_people_win_over_labels(shop: Shop) -> None:
    shop.review("v_people.loud", "correct", "username")
    shop.review("v_far.far", "reject")

    shop.propagate()

    assert set(shop.labels()) == {"v_people.contact", "v_masked.hint"}
    assert shop.verdict("v_people.loud").data_class == "username"
    assert shop.verdict("v_far.far").status == "rejected"


def test_no_way_leads_through_a_column_that_people_decided_otherwise(shop: Shop) -> None:
    shop.review("v_people.contact", "correct", "username")

    shop.propagate()

    assert set(shop.labels()) == {"v_people.loud"}


def test_withdrawal_brings_the_suggestions_back(shop: Shop) -> None:
    before = {name: shop.verdict(name).data_class for name in ("v_masked.hint", "v_people.contact")}
    started = shop.propagate()

    shop.act(propagation.withdraw, started.id)

    assert shop.labels() == {}
    after = {name: shop.verdict(name) for name in before}
    assert {name: row.data_class for name, row in after.items()} == before
    assert {row.origin for row in after.values()} == {"automated"}
    with pytest.raises(ConflictError):
        shop.act(propagation.withdraw, started.id)


def test_a_break_stops_labels_behind_it_until_it_is_mended(shop: Shop) -> None:
    shop.propagate()
    ends = shop.column("customers.email"), shop.column("v_people.contact")

    shop.act(propagation.break_edge, *ends, reason="The view shows test accounts only")

    assert set(shop.labels()) == {"v_people.loud"}
    links, _ = shop.act(propagation.list_column_links, shop.asset("v_people").id)
    broken = [link for link in links if link.is_broken]
    assert [(link.downstream.column, link.reason, link.broken_by) for link in broken] == [
        ("contact", "The view shows test accounts only", "Test Person")
    ]
    with pytest.raises(ConflictError):
        shop.act(propagation.break_edge, *ends, reason="Once more")
    shop.scan()
    assert set(shop.labels()) == {"v_people.loud"}

    shop.act(propagation.mend_edge, *ends)

    assert set(shop.labels()) == {"v_people.contact", "v_people.loud", "v_masked.hint", "v_far.far"}
    with pytest.raises(NotFoundError):
        shop.act(propagation.mend_edge, *ends)


def test_a_break_needs_a_reason_and_an_edge(shop: Shop) -> None:
    email, contact, hint = map(shop.column, ("customers.email", "v_people.contact", "v_masked.hint"))

    with pytest.raises(InvalidInputError):
        shop.act(propagation.break_edge, email, contact, reason="no")
    with pytest.raises(NotFoundError):
        shop.act(propagation.break_edge, email, hint, reason="There is no such edge")


def test_labels_go_when_their_way_dies_and_the_history_says_so(shop: Shop) -> None:
    shop.propagate()
    shop.sql("DROP VIEW v_people")
    shop.sql("CREATE VIEW v_people AS SELECT id, 'nobody' AS contact, upper(email) AS loud FROM customers")

    shop.scan()

    assert set(shop.labels()) == {"v_people.loud"}
    said = [entry.what for entry in shop.act(catalog.list_history, shop.asset("v_far").id)]
    assert "Along lineage a label was taken back: far" in said
    assert "Along lineage a label came: far as email" in said


def test_a_dropped_view_takes_its_labels_with_it(shop: Shop) -> None:
    shop.propagate()
    shop.sql("DROP VIEW v_far")

    shop.scan()

    assert set(shop.labels()) == {"v_people.contact", "v_people.loud", "v_masked.hint"}


def test_a_new_view_gets_the_label_with_the_next_scan(shop: Shop) -> None:
    shop.propagate()
    shop.sql("CREATE VIEW v_new AS SELECT contact AS fresh FROM v_people")

    shop.scan()

    assert shop.labels()["v_new.fresh"][0] == "email"


def test_labels_wait_while_the_source_is_not_confirmed_and_follow_its_new_class(shop: Shop) -> None:
    shop.propagate()

    shop.review("customers.email", "reject")
    assert shop.labels() == {}

    shop.review("customers.email", "correct", "username")
    assert shop.labels()["v_far.far"] == ("username", 1.0)


def test_the_stronger_of_two_labels_wins_and_the_other_one_follows_when_it_goes(shop: Shop) -> None:
    shop.propagate()
    shop.review("v_people.loud", "correct", "username")
    shop.sql("CREATE VIEW v_mixed AS SELECT coalesce(contact, '') || loud AS mixed FROM v_people")
    shop.scan()
    assert shop.labels()["v_mixed.mixed"][0] == "email"

    other: Propagation = shop.act(propagation.propagate, shop.column("v_people.loud"))
    # Both are confidential; the nearer one has lost nothing on its way here but the last step.
    assert shop.labels()["v_mixed.mixed"] == ("username", 0.8)
    received = shop.act(propagation.list_received, shop.column("v_mixed.mixed"))
    assert {label.data_class for label in received} == {"email", "username"}

    shop.act(propagation.withdraw, other.id)
    assert shop.labels()["v_mixed.mixed"][0] == "email"


def test_asking_twice_and_at_once_is_asking_once(shop: Shop) -> None:
    shop.review("customers.email", "confirm")
    email = shop.column("customers.email")
    both = [Thread(target=shop.act, args=(propagation.propagate, email)) for _ in range(4)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    shop.act(propagation.propagate, email)

    rows, total = shop.act(propagation.list_propagations, shop.office.workspace_id)
    assert (total, rows[0].label_count, rows[0].data_class) == (1, 4, "email")
    with unit_of_work() as session:
        labels = session.exec(
            select(PropagatedLabel.asset_column_id).where(PropagatedLabel.workspace_id == shop.office.workspace_id)
        ).all()
    assert len(labels) == len(set(labels)) == 4


def test_a_second_refresh_changes_nothing(shop: Shop) -> None:
    shop.propagate()
    moments = {name: shop.verdict(name).evaluated_at for name in shop.labels()}

    with unit_of_work() as session:
        assert propagation.refresh(session, shop.office.workspace_id) == set()

    assert {name: shop.verdict(name).evaluated_at for name in shop.labels()} == moments


def test_a_cycle_ends(shop: Shop) -> None:
    """Lineage is declared by sources; two of them could name each other."""
    with unit_of_work() as session:
        edge = session.exec(
            select(ColumnLineageEdge).where(ColumnLineageEdge.downstream_column_id == shop.column("v_far.far"))
        ).one()
        for upstream, downstream in (("v_far.far", "v_people.contact"), ("v_far.far", "customers.email")):
            session.add(
                ColumnLineageEdge(
                    workspace_id=edge.workspace_id,
                    lineage_edge_id=edge.lineage_edge_id,
                    upstream_column_id=shop.column(upstream),
                    downstream_column_id=shop.column(downstream),
                )
            )

    shop.propagate()

    assert set(shop.labels()) == {"v_people.contact", "v_people.loud", "v_masked.hint", "v_far.far"}


def test_strangers_find_nothing_and_viewers_may_not(shop: Shop) -> None:
    started = shop.propagate()
    email, contact = shop.column("customers.email"), shop.column("v_people.contact")
    calls = [
        (propagation.preview_propagation, (email,), {}),
        (propagation.propagate, (email,), {}),
        (propagation.withdraw, (started.id,), {}),
        (propagation.break_edge, (email, contact), {"reason": "Stop it here"}),
        (propagation.mend_edge, (email, contact), {}),
    ]
    for service, given, named in calls:
        with pytest.raises(NotFoundError):
            shop.act(service, *given, by=shop.office.outsider, **named)
        with pytest.raises(PermissionDeniedError):
            shop.act(service, *given, by=shop.office.viewer, **named)
    with pytest.raises(NotFoundError):
        shop.act(propagation.list_propagations, shop.office.workspace_id, by=shop.office.outsider)
    with pytest.raises(NotFoundError):
        shop.act(propagation.list_received, contact, by=shop.office.outsider)
    assert len(shop.labels()) == 4


def test_the_audit_log_holds_who_did_it_and_no_value(shop: Shop) -> None:
    shop.propagate()

    with unit_of_work() as session:
        events = session.exec(
            select(AuditEvent).where(
                AuditEvent.workspace_id == shop.office.workspace_id,
                col(AuditEvent.action).in_(["propagation.create", "asset.relabel"]),
            )
        ).all()
    assert {event.actor_id for event in events} == {shop.office.steward.user_id}
    assert len(events) == 4
    assert not any("example.com" in str(event.detail) for event in events)
    assert not any("example.com" in str(shop.verdict(name).evidence) for name in shop.labels())
    assert all(event.created_at <= now() for event in events)


def test_the_asset_takes_the_sensitivity_of_its_labels(shop: Shop) -> None:
    shop.propagate()

    assert shop.asset("v_masked").sensitivity in {"internal", "confidential"}
    with unit_of_work() as session:
        levels = session.exec(
            select(Classification.sensitivity)
            .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
            .where(AssetColumn.asset_id == shop.asset("v_people").id)
        ).all()
    assert shop.asset("v_people").sensitivity in levels
