"""The security policy of the installation: who needs a second factor, how long sessions and tokens live."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from pursight_app.api.dependencies import CurrentActor
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import security_policy
from pursight_app.services.access import Permission
from pursight_app.services.security_policy import SecurityPolicyValues

router = APIRouter(tags=["security policy"], route_class=GuardedRoute)


@router.get("/api/security-policy")
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def get_security_policy(actor: CurrentActor) -> SecurityPolicyValues:  # noqa: ARG001  asked for so that the guard's actor is one of these
    """The policy; null stands for what the settings of the server say."""
    with unit_of_work() as session:
        return security_policy.get_security_policy(session)


@router.patch("/api/security-policy")
@guard(Permission.INSTALLATION_MANAGE, people_only=True)
def update_security_policy(
    body: Annotated[dict[str, Any], Body(examples=[{"require_second_factor": "administrators"}])], actor: CurrentActor
) -> SecurityPolicyValues:
    """Changes the values that are named and gives all of them."""
    with unit_of_work() as session:
        return security_policy.update_security_policy(session, actor, body)
