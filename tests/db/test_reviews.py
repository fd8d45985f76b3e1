"""Reviews in bulk, undo, the queue and its order, against a real catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import engine, unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.models import (
    AccessGrant,
    Asset,
    AssetColumn,
    AuditEvent,
    Classification,
    DataSource,
    Finding,
    Member,
    Review,
)
from pursight_app.services import access, catalog, reviews
from pursight_app.services.access import Actor, Permission
from pursight_app.services.reviews import QueueFilters
from tests.factories import Office, actor_of, make_office, make_user

pytestmark = pytest.mark.usefixtures("services")


class Shelf:
    """A workspace whose columns and verdicts the test writes itself."""

    def __init__(self) -> None:
        self.office: Office = make_office()
        with unit_of_work() as session:
            source = DataSource(workspace_id=self.office.workspace_id, name="Shelf", kind="files")
            session.add(source)
        self.source_id = source.id

    def table(self, name: str, *columns: tuple[str, str | None, float, tuple[str, float] | None]) -> list[UUID]:
        """An asset with (name, class, confidence, runner-up) for each column; the ids of the verdicts."""
        home, made = self.office.workspace_id, []
        with unit_of_work() as session:
            asset = Asset(
                workspace_id=home, data_source_id=self.source_id, kind="table", namespace="n",
                qualified_name=f"db.{name}", name=name, search_vector="",
            )  # fmt: skip
            session.add(asset)
            session.flush()
            for position, (column_name, data_class, confidence, runner_up) in enumerate(columns):
                column = AssetColumn(
                    workspace_id=home, asset_id=asset.id, name=column_name, position=position, data_type="text"
                )
                session.add(column)
                session.flush()
                verdict = _verdict(data_class, confidence, runner_up)
                row = Classification(workspace_id=home, asset_column_id=column.id, suggestion=verdict, **verdict)
                session.add(row)
                made.append(row.id)
        return made

    def verdict(self, verdict_id: UUID) -> Classification:
        with unit_of_work() as session:
            return session.get_one(Classification, verdict_id)

    def asset(self, name: str) -> Asset:
        with unit_of_work() as session:
            return session.exec(select(Asset).where(Asset.data_source_id == self.source_id, Asset.name == name)).one()

    def review(self, ids: list[UUID], decision: str, data_class: str | None = None, actor: Actor | None = None) -> UUID:
        with unit_of_work() as session:
            return reviews.review_many(
                session,
                actor or self.office.steward,
                self.office.workspace_id,
                ids,
                decision=decision,
                data_class=data_class,
            ).batch_id

    def undo(self, batch_id: UUID, *review_ids: UUID, actor: Actor | None = None) -> int:
        with unit_of_work() as session:
            return reviews.undo_reviews(session, actor or self.office.steward, batch_id, review_ids or None).reviewed

    def queue(self, filters: QueueFilters | None = None, actor: Actor | None = None) -> list[str]:
        with unit_of_work() as session:
            rows, total = reviews.list_queue(session, actor or self.office.steward, self.office.workspace_id, filters)
        assert total == len(rows)
        return [row.column.name for row in rows]


def _verdict(data_class: str | None, confidence: float, runner_up: tuple[str, float] | None) -> dict[str, object]:
    known = TAXONOMY.get(data_class or "")
    return {
        "data_class": data_class,
        "confidence": confidence,
        "sensitivity": str(known.sensitivity) if known else None,
        "regulations": list(known.regulations) if known else [],
        "evidence": {"runner_up": list(runner_up) if runner_up else None, "examples": ["j***@e***.com"]},
        "model_version": "7",
    }


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements that run inside."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine(), "before_cursor_execute", note)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


EMAILS = [(f"email_{n}", "email", 0.6, ("username", 0.2)) for n in range(4)]


def test_a_batch_is_for_those_who_may_review_every_column_of_it(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)

    with pytest.raises(PermissionDeniedError):
        shelf.review(ids, "confirm", actor=shelf.office.viewer)
    with pytest.raises(NotFoundError):
        shelf.review(ids, "confirm", actor=shelf.office.outsider)
    with pytest.raises(NotFoundError, match="1 of these 5 verdicts"):
        shelf.review([*ids, uuid4()], "confirm")

    assert {shelf.verdict(each).status for each in ids} == {"suggested"}


def test_a_verdict_of_another_workspace_is_not_reviewed_along(shelf: Shelf) -> None:
    other = Shelf()
    ids = [*shelf.table("people", *EMAILS), *other.table("people", *EMAILS)]

    with pytest.raises(NotFoundError, match="4 of these 8"):
        shelf.review(ids, "confirm")

    assert {shelf.verdict(each).status for each in ids} == {"suggested"}


def test_what_is_denied_on_one_column_refuses_the_batch_with_its_name(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS, ("iban", "iban", 0.5, None))
    steward = _denied(shelf.office.workspace_id, "iban")

    with pytest.raises(PermissionDeniedError, match=r"1 of these 5 columns, such as people\.iban"):
        shelf.review(ids, "confirm", actor=steward)
    shelf.review(ids[:4], "confirm", actor=steward)

    assert [shelf.verdict(each).status for each in ids] == ["confirmed"] * 4 + ["suggested"]


def _denied(workspace_id: UUID, data_class: str) -> Actor:
    user = make_user()
    with unit_of_work() as session:
        session.add(Member(workspace_id=workspace_id, user_id=user.id, role="steward"))
        session.add(
            AccessGrant(
                workspace_id=workspace_id,
                user_id=user.id,
                effect="deny",
                scope_kind="data_class",
                permission=Permission.CLASSIFICATION_REVIEW,
                scope_value=data_class,
            )
        )
    return actor_of(user)


@pytest.mark.parametrize(
    ("decision", "data_class", "said"),
    [
        ("praise", None, "confirm, reject or correct"),
        ("correct", None, "no data class"),
        ("correct", "teapot", "no data class"),
        ("confirm", None, r"1 of these 2|people\.note has"),
        ("reject", None, "no data class to reject"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(shelf: Shelf, decision: str, data_class: str | None, said: str) -> None:
    ids = shelf.table("people", EMAILS[0], ("note", None, 0.2, None))

    with pytest.raises(InvalidInputError, match=said):
        shelf.review(ids, decision, data_class)

    assert shelf.verdict(ids[0]).status == "suggested"


def test_a_batch_has_at_most_500_columns(shelf: Shelf) -> None:
    with pytest.raises(InvalidInputError, match="1 to 500"):
        shelf.review([uuid4() for _ in range(501)], "confirm")
    with pytest.raises(InvalidInputError, match="1 to 500"):
        shelf.review([], "confirm")


def test_a_corrected_batch_changes_verdicts_assets_findings_and_history(shelf: Shelf) -> None:
    ids = shelf.table("notes", ("a", "free_text", 0.4, None), ("b", "free_text", 0.4, None))

    batch_id = shelf.review(ids, "correct", "us_ssn")

    changed = shelf.verdict(ids[0])
    assert (changed.origin, changed.status, changed.confidence) == ("manual", "confirmed", 1.0)
    assert changed.decided_by_id == shelf.office.steward.user_id
    assert changed.suggestion["data_class"] == "free_text"
    asset = shelf.asset("notes")
    assert asset.sensitivity == changed.sensitivity == "restricted"
    with unit_of_work() as session:
        kept = session.exec(select(Review).where(Review.batch_id == batch_id)).all()
        events = session.exec(
            select(AuditEvent).where(
                AuditEvent.workspace_id == shelf.office.workspace_id, col(AuditEvent.action).startswith("review_batch")
            )
        ).all()
        history = [each.what for each in catalog.list_history(session, shelf.office.steward, asset.id)]
        findings = session.exec(select(Finding).where(Finding.asset_id == asset.id)).all()
    assert {(each.before["data_class"], each.data_class) for each in kept} == {("free_text", changed.data_class)}
    assert [(each.action, each.detail["columns"], each.detail["tables"]) for each in events] == [
        ("review_batch.create", 2, 1)
    ]
    assert history == [f"Corrected 2 columns to {changed.data_class}: a, b"]
    assert findings


def test_a_rejection_keeps_the_class_that_the_column_does_not_have(shelf: Shelf) -> None:
    [only] = shelf.table("people", EMAILS[0])

    batch_id = shelf.review([only], "reject")

    with unit_of_work() as session:
        review = session.exec(select(Review).where(Review.batch_id == batch_id)).one()
    assert (review.before["data_class"], review.data_class) == ("email", None)
    assert (shelf.verdict(only).status, shelf.asset("people").sensitivity) == ("rejected", None)


def test_the_number_of_statements_does_not_grow_with_the_batch(shelf: Shelf) -> None:
    few = shelf.table("few", *EMAILS[:2])
    many = [each for n in range(30) for each in shelf.table(f"many{n}", *EMAILS)]

    with counted() as first:
        shelf.review(few, "correct", "phone")
    with counted() as second:
        shelf.review(many, "correct", "phone")
        batch = len(second)
    with counted() as undoing:
        with unit_of_work() as session:
            batch_id = session.exec(select(Review.batch_id).order_by(col(Review.created_at).desc())).first()
        assert batch_id
        shelf.undo(batch_id)

    assert batch <= len(first) + 1
    assert len(undoing) <= 25


def test_an_undone_batch_leaves_no_trace_in_verdicts(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)
    before = [shelf.verdict(each).model_dump() for each in ids]

    batch_id = shelf.review(ids, "correct", "us_ssn")
    undone = shelf.undo(batch_id)

    assert undone == 4
    assert [shelf.verdict(each).model_dump() for each in ids] == before
    assert shelf.asset("people").sensitivity == "confidential"
    with unit_of_work() as session:
        kept = session.exec(select(Review).where(Review.batch_id == batch_id)).all()
        history = [each.what for each in catalog.list_history(session, shelf.office.steward, shelf.asset("people").id)]
    assert {each.undone_by_id for each in kept} == {shelf.office.steward.user_id}
    assert history[0] == "Undid the review of 4 columns: email_0, email_1, email_2 and 1 more"


def test_one_review_of_a_batch_can_be_undone(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)
    batch_id = shelf.review(ids, "correct", "phone")
    with unit_of_work() as session:
        rows, total = reviews.list_reviews(session, shelf.office.viewer, shelf.office.workspace_id, batch_id=batch_id)
    one = next(row for row in rows if row.column.name == "email_2")

    assert (total, shelf.undo(batch_id, one.review.id)) == (4, 1)

    assert [shelf.verdict(each).data_class for each in ids] == ["phone", "phone", "email", "phone"]
    assert shelf.undo(batch_id) == 3
    with pytest.raises(ConflictError, match="undone already"):
        shelf.undo(batch_id)


def test_undo_brings_the_newest_suggestion_back(shelf: Shelf) -> None:
    [only] = shelf.table("people", EMAILS[0])
    batch_id = shelf.review([only], "correct", "phone")
    with unit_of_work() as session:
        row = session.get_one(Classification, only)
        row.suggestion = {**_verdict("username", 0.9, ("email", 0.05)), "model_version": "8"}

    shelf.undo(batch_id)

    now = shelf.verdict(only)
    assert (now.data_class, now.confidence, now.model_version) == ("username", 0.9, "8")
    assert (now.status, now.origin, now.decided_by_id, now.runner_up) == ("suggested", "automated", None, "email")


def test_a_review_under_a_newer_one_stays_until_that_is_undone(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS[:2])
    first = shelf.review(ids, "confirm")
    second = shelf.review(ids[:1], "correct", "phone")

    with pytest.raises(ConflictError, match="reviewed again since"):
        shelf.undo(first)
    shelf.undo(second)

    assert (shelf.verdict(ids[0]).status, shelf.verdict(ids[0]).data_class) == ("confirmed", "email")
    assert shelf.undo(first) == 2
    assert {shelf.verdict(each).status for each in ids} == {"suggested"}


def test_undo_is_for_those_who_may_review(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)
    batch_id = shelf.review(ids, "confirm")

    with pytest.raises(PermissionDeniedError):
        shelf.undo(batch_id, actor=shelf.office.viewer)
    with pytest.raises(NotFoundError):
        shelf.undo(batch_id, actor=shelf.office.outsider)
    with pytest.raises(NotFoundError):
        shelf.undo(uuid4())
    with pytest.raises(NotFoundError):
        shelf.undo(batch_id, uuid4())

    assert {shelf.verdict(each).status for each in ids} == {"confirmed"}


# The queue.


def test_the_queue_puts_restricted_doubts_before_harmless_ones(shelf: Shelf) -> None:
    shelf.table(
        "mixed",
        ("colour", "category", 0.4, None),
        ("tax", "us_ssn", 0.4, ("phone", 0.3)),
        ("sure", "us_ssn", 0.99, None),
        ("mail", "email", 0.7, None),
    )

    assert shelf.queue() == ["tax", "mail", "colour"]
    assert shelf.queue(QueueFilters(only_doubtful=False)) == ["tax", "mail", "colour", "sure"]


def test_a_sensitive_runner_up_counts_as_much_as_the_verdict(shelf: Shelf) -> None:
    shelf.table("t", ("a", "category", 0.5, None), ("b", "category", 0.5, ("us_ssn", 0.4)))

    assert shelf.queue() == ["b", "a"]


def test_columns_that_teach_about_others_come_first(shelf: Shelf) -> None:
    shelf.table("one", ("contact", "email", 0.5, None))
    shelf.table("two", ("Mail_1", "email", 0.5, None), ("mail2", "email", 0.5, None), ("MAIL", "phone", 0.5, None))

    with unit_of_work() as session:
        rows, _ = reviews.list_queue(session, shelf.office.steward, shelf.office.workspace_id)

    assert {row.column.name: row.similar_count for row in rows} == {"Mail_1": 2, "mail2": 2, "contact": 1, "MAIL": 1}
    assert {row.column.name for row in rows[:2]} == {"Mail_1", "mail2"}


def test_the_queue_is_narrowed_by_each_filter(shelf: Shelf) -> None:
    shelf.table(
        "people", ("mail", "email", 0.6, None), ("tax", "us_ssn", 0.3, None), ("note", None, 0.2, ("phone", 0.2))
    )
    shelf.table("empty", ("nothing", None, 0.0, None))

    assert shelf.queue(QueueFilters(query="PEOPLE.T")) == ["tax"]
    assert shelf.queue(QueueFilters(data_class="email")) == ["mail"]
    assert shelf.queue(QueueFilters(sensitivity="restricted")) == ["tax"]
    assert shelf.queue(QueueFilters(named="unnamed")) == ["note"]
    assert sorted(shelf.queue(QueueFilters(named="named"))) == ["mail", "tax"]
    assert shelf.queue(QueueFilters(min_confidence=0.5)) == ["mail"]
    assert sorted(shelf.queue(QueueFilters(max_confidence=0.4))) == ["note", "tax"]
    assert shelf.queue(QueueFilters(data_source_id=uuid4())) == []
    assert len(shelf.queue(QueueFilters(data_source_id=shelf.source_id))) == 3


def test_what_is_decided_leaves_the_queue_and_comes_back_with_undo(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)

    batch_id = shelf.review(ids[:3], "confirm")
    assert shelf.queue() == ["email_3"]
    shelf.undo(batch_id)

    assert len(shelf.queue()) == 4


def test_the_queue_holds_only_what_one_may_review(shelf: Shelf) -> None:
    shelf.table("people", EMAILS[0], ("iban", "iban", 0.5, None), ("note", None, 0.2, ("phone", 0.2)))
    steward = _denied(shelf.office.workspace_id, "iban")

    with unit_of_work() as session:
        count = reviews.count_queue(session, steward, shelf.office.workspace_id)
    with pytest.raises(PermissionDeniedError):
        shelf.queue(actor=shelf.office.viewer)
    with pytest.raises(NotFoundError):
        shelf.queue(actor=shelf.office.outsider)

    assert (sorted(shelf.queue(actor=steward)), count) == (["email_0", "note"], 2)


@pytest.mark.parametrize("kind", ["data_class", "sensitivity"])
def test_a_right_on_a_part_shows_that_part_of_the_queue(shelf: Shelf, kind: str) -> None:
    shelf.table(
        "people", EMAILS[0], ("tax", "us_ssn", 0.5, None), ("note", None, 0.2, ("phone", 0.2)), ("c", "city", 0.5, None)
    )
    user = make_user()
    value = {"data_class": "email", "sensitivity": "restricted"}[kind]
    with unit_of_work() as session:
        session.add(Member(workspace_id=shelf.office.workspace_id, user_id=user.id, role="viewer"))
        session.add(
            AccessGrant(
                workspace_id=shelf.office.workspace_id,
                user_id=user.id,
                effect="allow",
                scope_kind=kind,
                permission=Permission.CLASSIFICATION_REVIEW,
                scope_value=value,
            )
        )
    actor = actor_of(user)

    # A column that nobody could name counts as restricted.
    expected = {"data_class": ["email_0"], "sensitivity": ["note", "tax"]}[kind]
    assert sorted(shelf.queue(actor=actor)) == expected
    with unit_of_work() as session:
        for verdict in session.exec(
            select(Classification).where(Classification.workspace_id == shelf.office.workspace_id)
        ).all():
            decided = actor.decide(Permission.CLASSIFICATION_REVIEW, access.resource_of(session, verdict)).allowed
            column = session.get_one(AssetColumn, verdict.asset_column_id)
            assert decided == (column.name in expected)


def test_a_page_of_the_queue_takes_two_statements(shelf: Shelf) -> None:
    shelf.table("people", *EMAILS, ("iban", "iban", 0.5, None))

    with counted() as seen, unit_of_work() as session:
        rows, total = reviews.list_queue(session, shelf.office.steward, shelf.office.workspace_id, limit=2)

    assert (len(rows), total, len(seen)) == (2, 5, 2)
    assert "waiting" in seen[0]


def test_missing_columns_wait_for_nobody(shelf: Shelf) -> None:
    shelf.table("people", *EMAILS[:2])
    with unit_of_work() as session:
        column = session.exec(
            select(AssetColumn).where(
                AssetColumn.workspace_id == shelf.office.workspace_id, AssetColumn.name == "email_0"
            )
        ).one()
        column.missing_since = now()

    assert shelf.queue() == ["email_1"]


# What was decided.


def test_batches_are_listed_with_counts_and_the_class_they_share(shelf: Shelf) -> None:
    ids = shelf.table("people", *EMAILS)
    shelf.review(ids, "correct", "phone")
    shelf.review(ids[:1], "reject")

    with unit_of_work() as session:
        batches, total = reviews.list_batches(session, shelf.office.viewer, shelf.office.workspace_id)
        hidden = shelf.office.outsider
        with pytest.raises(NotFoundError):
            reviews.list_batches(session, hidden, shelf.office.workspace_id)

    assert total == 2
    assert [(each.decision, each.column_count, each.data_class, each.before_class) for each in batches] == [
        ("reject", 1, None, "phone"),
        ("correct", 4, "phone", "email"),
    ]


def test_a_review_says_whether_it_is_the_newest_of_its_column(shelf: Shelf) -> None:
    ids = shelf.table("people", EMAILS[0])
    shelf.review(ids, "confirm")
    shelf.review(ids, "correct", "phone")

    with unit_of_work() as session:
        rows, _ = reviews.list_reviews(session, shelf.office.steward, shelf.office.workspace_id)

    assert [(row.review.decision, row.is_newest) for row in rows] == [("correct", True), ("confirm", False)]
