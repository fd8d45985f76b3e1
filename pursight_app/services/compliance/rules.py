"""The rules of a workspace: rows, started from the packs."""

from dataclasses import asdict
from uuid import UUID

from sqlmodel import Session, select

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import Rule, RuleScope, Severity
from pursight_app.rules.environment import check_condition
from pursight_app.rules.packs import pack_rules
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission


def install_packs(session: Session, workspace_id: UUID) -> int:
    """Adds the pack rules that the workspace lacks; returns how many. Rules that people changed stay as they are."""
    present = set(session.exec(select(Rule.key).where(Rule.workspace_id == workspace_id)).all())
    missing = [rule for rule in pack_rules() if rule.key not in present]
    session.add_all(Rule(workspace_id=workspace_id, **asdict(rule)) for rule in missing)
    session.flush()
    return len(missing)


def list_rules(session: Session, actor: Actor, workspace_id: UUID) -> list[Rule]:
    """All rules of a workspace by key."""
    access.require_somewhere(actor, Permission.FINDING_READ, workspace_id)
    return list(session.exec(select(Rule).where(Rule.workspace_id == workspace_id).order_by(Rule.key)).all())


def create_rule(session: Session, actor: Actor, workspace_id: UUID, rule: Rule) -> Rule:
    """Adds a rule made by people; it is evaluated from the next scan on.

    Raises:
        InvalidInputError: the condition, scope or severity is not acceptable.
        ConflictError: the key is taken.
    """
    access.require(actor, Permission.RULE_MANAGE, workspace_id)
    if rule.severity not in set(Severity) or rule.scope not in set(RuleScope):
        raise InvalidInputError("Severity is low, medium, high or critical; scope is column or table.")
    check_condition(rule.condition, scope=rule.scope)
    taken = select(Rule.id).where(Rule.workspace_id == workspace_id, Rule.key == rule.key)
    if session.exec(taken).first():
        raise ConflictError(f"There is a rule {rule.key} already.", code="key_taken")
    rule.workspace_id = workspace_id
    session.add(rule)
    session.flush()
    audit.record(session, actor, "rule.create", audit.Subject("rule", rule.id, workspace_id), key=rule.key)
    return rule
