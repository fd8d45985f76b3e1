"""Says in a sentence what an event is about, with names in place of ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, SQLModel, col, select

from pursight_app.models import (
    Asset,
    AuditEvent,
    DataSource,
    IdentityProvider,
    UserAccount,
    UserGroup,
    Workspace,
    WorkspaceRole,
)

# Kind of subject → the table that holds it, the column that names it, and the word for it.
_NAMED: Mapping[str, tuple[type[SQLModel], str, str]] = {
    "user_account": (UserAccount, "name", "the account of"),
    "member": (UserAccount, "name", ""),
    "data_source": (DataSource, "name", "the data source"),
    "workspace": (Workspace, "name", "the workspace"),
    "asset": (Asset, "qualified_name", "the table"),
    "group": (UserGroup, "name", "the group"),
    "role": (WorkspaceRole, "name", "the role"),
    "identity_provider": (IdentityProvider, "name", "the identity provider"),
}
# Verb → (to …, did …); what is not here reads "to VERB" and "did VERB".
_VERBS: Mapping[str, tuple[str, str]] = {
    "create": ("create", "created"),
    "update": ("change", "changed"),
    "delete": ("remove", "removed"),
    "remove": ("remove", "removed"),
    "revoke": ("revoke", "revoked"),
    "suspend": ("suspend", "suspended"),
    "reactivate": ("reactivate", "reactivated"),
    "merge": ("merge", "merged"),
    "request": ("ask for", "asked for"),
    "approve": ("approve", "approved"),
    "refuse": ("refuse", "refused"),
    "withdraw": ("withdraw", "withdrew"),
    "accept": ("accept", "accepted"),
    "test": ("test", "tested"),
    "use": ("use", "used"),
    "cancel": ("cancel", "cancelled"),
    "confirm": ("confirm", "confirmed"),
    "reject": ("reject", "rejected"),
    "correct": ("correct", "corrected"),
    "link": ("link", "linked"),
    "unlink": ("unlink", "unlinked"),
    "rotate": ("rotate", "rotated"),
    "enable": ("set up", "set up"),
    "disable": ("switch off", "switched off"),
    "reset": ("reset", "reset"),
    "set": ("set", "set"),
}
# Action → (to …, did …) where verb and subject alone would not be a sentence. {it} is the subject, {place} the
# workspace's log or the installation's.
_PHRASES: Mapping[str, tuple[str, str]] = {
    "session.start": ("log in", "logged in"),
    "password.verify": ("give the password", "gave the right password"),
    "session.end": ("end a session of {it}", "ended a session of {it}"),
    "session.step_up": ("confirm who they are", "confirmed who they are"),
    "member.set": ("set the role of {it}", "set the role of {it}"),
    "member.remove": ("take {it} out of the workspace", "took {it} out of the workspace"),
    "group.add_member": ("add {person} to {it}", "added {person} to {it}"),
    "group.remove_member": ("take {person} out of {it}", "took {person} out of {it}"),
    "user.create": ("make an account for {it}", "made an account for {it}"),
    "user.change_password": ("change the password of {it}", "changed the password of {it}"),
    "password_reset.request": ("ask for a new password of {it}", "asked for a new password of {it}"),
    "recovery_codes.create": ("make new recovery codes", "made new recovery codes"),
    "recovery_code.use": ("log in with a recovery code", "logged in with a recovery code"),
    "second_factor.use": ("use the second factor", "used the second factor"),
    "second_factor.enable": ("set up a second factor", "set up a second factor"),
    "second_factor.disable": ("switch off a second factor", "switched off a second factor"),
    "values.read": ("see unmasked values of {it}", "saw unmasked values of {it}"),
    "finding.waive": ("waive a finding", "waived a finding"),
    "finding.set_status": ("change the status of a finding", "changed the status of a finding"),
    "scan.request": ("start a scan", "started a scan"),
    "scan.cancel": ("cancel a scan", "cancelled a scan"),
    "security_policy.update": ("change the security settings", "changed the security settings"),
    "audit_log.export": ("export the audit log", "exported the audit log"),
    "model.train": ("retrain the classifier", "retrained the classifier"),
    "model.promote": ("promote a model of the classifier", "promoted a model of the classifier"),
    "model.dismiss": ("dismiss a model of the classifier", "dismissed a model of the classifier"),
    "model.roll_back": ("go back to an earlier model", "asked to go back to an earlier model"),
    "model.finish_training": ("finish training a model", "finished training a model"),
    "model.finish_promotion": ("put a model into use", "put a model into use"),
    "classification.rescore": ("re-score {it} with a model", "re-scored {it} with a newer model"),
    "propagation.create": (
        "let a label of {it} follow its lineage",
        "let the label of a column of {it} follow its lineage",
    ),
    "propagation.withdraw": (
        "withdraw a label of {it} from its lineage",
        "withdrew the label of a column of {it} from its lineage",
    ),
    "lineage.break": ("stop labels on their way to {it}", "stopped labels on their way to {it}"),
    "lineage.mend": ("let labels pass to {it} again", "let labels pass to {it} again"),
    "asset.relabel": ("change propagated labels of {it}", "changed propagated labels of {it}"),
    "key.rotate": ("rotate keys", "rotated the {key} keys"),
}
# What follows from a scan or a job that nobody sits behind.
_BY_ITSELF = frozenset({"asset.relabel", "classification.rescore", "model.finish_promotion", "model.finish_training"})
_TRIED = {"denied": "and was refused", "failed": "and failed"}
_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Names:
    """Names by (kind, id) of what events are about; what is gone is missing."""

    of: Mapping[tuple[str, str], str]

    def person(self, user_id: object) -> str:
        """Name of an account, "" when it is gone."""
        return self.of.get(("user_account", str(user_id or "")), "")


def names_of(session: Session, events: Iterable[AuditEvent]) -> Names:
    """Looks up everybody and everything that these events name; one statement for each kind."""
    wanted: dict[str, set[UUID]] = {}
    for event in events:
        people = [event.actor_id, event.detail.get("user_id"), event.detail.get("owner")]
        for kind, text in [("user_account", each) for each in people] + [(event.subject_kind, event.subject_id)]:
            if kind in _NAMED and (row_id := _uuid(text)):
                wanted.setdefault(kind, set()).add(row_id)
    found: dict[tuple[str, str], str] = {}
    for kind, ids in wanted.items():
        model, column, _ = _NAMED[kind]
        table: Any = model
        rows = session.exec(select(table.id, getattr(table, column)).where(col(table.id).in_(ids))).all()
        found.update({(kind, str(row_id)): str(name) for row_id, name in rows if name})
    return Names(found)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def who_of(event: AuditEvent, names: Names) -> str:
    """Who acted: a name, else an address, else what is known of somebody who is not logged in."""
    tried = str(event.detail.get("email") or "") if event.action == "session.start" else ""
    known = names.person(event.actor_id) or event.actor_email or tried
    if known:
        return known
    if event.action in _BY_ITSELF:
        return "PurSight"
    return "Somebody" if event.address or event.result != "ok" else "PurSight's command line"


def sentence_of(event: AuditEvent, names: Names) -> str:
    """What happened, in one sentence without a full stop."""
    who = who_of(event, names)
    if event.action == "access.deny":
        return f"{who} was refused: {_short(str(event.detail.get('reason', 'no right')).rstrip('.'))}"
    to_do, did = _PHRASES.get(event.action) or _made_up(event)
    subject = _subject(event, names)
    words = {
        "it": subject,
        "person": names.person(event.detail.get("user_id")) or "somebody",
        "key": event.subject_id,
    }
    change = _change(event.detail)
    if event.result == "ok":
        return f"{who} {_filled(did, words)}{change}"
    return f"{who} tried to {_filled(to_do, words)} {_TRIED.get(event.result, '')}"


def _filled(phrase: str, words: Mapping[str, str]) -> str:
    # Not str.format: names come from people and may hold braces.
    for name, value in words.items():
        phrase = phrase.replace(f"{{{name}}}", value)
    return phrase


def _made_up(event: AuditEvent) -> tuple[str, str]:
    noun, _, verb = event.action.partition(".")
    to_do, did = _VERBS.get(verb, (verb.replace("_", " "), f"did {verb.replace('_', ' ')}"))
    # What the action is about and the kind of its subject are mostly the same word.
    thing = "{it}" if noun in event.subject_kind or noun == "user" else f"{_with_article(noun)} of {{it}}"
    return f"{to_do} {thing}", f"{did} {thing}"


def _subject(event: AuditEvent, names: Names) -> str:
    if event.subject_id and event.subject_id == str(event.actor_id) and event.subject_kind == "user_account":
        return "their own account"
    name = names.of.get((event.subject_kind, event.subject_id), "")
    detail = event.detail
    facts = next((part for part in (detail.get("after"), detail.get("before")) if isinstance(part, dict)), {})
    name = name or str(detail.get("name") or detail.get("email") or detail.get("table") or facts.get("name") or "")
    article = _NAMED[event.subject_kind][2] if event.subject_kind in _NAMED else f"the {_words(event.subject_kind)}"
    if not name:
        return _with_article(_words(event.subject_kind) or "thing")
    return f"{article} {_short(name)}".strip()


def _words(noun: str) -> str:
    return noun.replace("_", " ").replace("user account", "account").replace("api token", "API token")


def _with_article(noun: str) -> str:
    words = _words(noun)
    return f"an {words}" if words[:1].lower() in "aeio" else f"a {words}"


def _change(detail: Mapping[str, Any]) -> str:
    before, after = detail.get("before"), detail.get("after")
    if isinstance(after, str) and after:
        start = f" from {_short(before)}" if isinstance(before, str) and before else ""
        return f"{start} to {_short(after)}"
    return ""


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
