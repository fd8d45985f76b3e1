"""Events read as sentences that people understand."""

from uuid import uuid4

import pytest

from pursight_app.core.clock import now
from pursight_app.models import AuditEvent
from pursight_app.services.audit import Names, sentence_of

ANNA, BEN, SOURCE, GROUP = (uuid4() for _ in range(4))
NAMES = Names(
    {
        ("user_account", str(ANNA)): "Anna Berg",
        ("user_account", str(BEN)): "Ben Holm",
        ("member", str(BEN)): "Ben Holm",
        ("data_source", str(SOURCE)): "Shop {it}",
        ("group", str(GROUP)): "Finance",
    }
)


def event(
    action: str, kind: str, subject: object, *, result: str = "ok", by: object = ANNA, **detail: object
) -> AuditEvent:
    return AuditEvent(
        id=uuid4(),
        created_at=now(),
        position=1,
        actor_id=by,
        actor_email="anna@example.org" if by else "",
        address="192.0.2.7",
        action=action,
        subject_kind=kind,
        subject_id=str(subject),
        result=result,
        detail=detail,
    )


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (
            event("member.set", "member", BEN, before="viewer", after="steward"),
            "Anna Berg set the role of Ben Holm from viewer to steward",
        ),
        (
            event("member.set", "member", BEN, before=None, after="viewer"),
            "Anna Berg set the role of Ben Holm to viewer",
        ),
        (event("data_source.create", "data_source", SOURCE), "Anna Berg created the data source Shop {it}"),
        (event("data_source.delete", "data_source", uuid4(), name="Old"), "Anna Berg removed the data source Old"),
        (
            event("data_source.test", "data_source", SOURCE, result="failed"),
            "Anna Berg tried to test the data source Shop {it} and failed",
        ),
        (event("group.add_member", "group", GROUP, user_id=str(BEN)), "Anna Berg added Ben Holm to the group Finance"),
        (event("session.start", "user_account", ANNA), "Anna Berg logged in"),
        (
            event("session.start", "user_account", "", result="denied", by=None, email="eve@example.net"),
            "eve@example.net tried to log in and was refused",
        ),
        (event("session.end", "user_account", ANNA), "Anna Berg ended a session of their own account"),
        (event("session.end", "user_account", BEN), "Anna Berg ended a session of the account of Ben Holm"),
        (
            event("access.deny", "workspace", uuid4(), result="denied", reason="The role viewer lacks it."),
            "Anna Berg was refused: The role viewer lacks it",
        ),
        (
            event("role.create", "role", uuid4(), before=None, after={"name": "Auditors"}),
            "Anna Berg created the role Auditors",
        ),
        (event("api_token.revoke", "api_token", uuid4(), name="ci"), "Anna Berg revoked the API token ci"),
        (event("thing.polish", "thing", "x"), "Anna Berg did polish a thing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_is_a_sentence(happened: AuditEvent, said: str) -> None:
    assert sentence_of(happened, NAMES) == said


def test_names_of_what_is_gone_are_not_needed() -> None:
    for result in ("ok", "denied", "failed"):
        said = sentence_of(event("member.set", "member", uuid4(), result=result, by=uuid4()), Names({}))

        assert said.startswith("anna@example.org ")
        assert "a member" in said
