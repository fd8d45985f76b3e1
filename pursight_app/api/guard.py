"""What a route asks of its caller, said at the route and checked before its body is read (F1.12-20)."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request, Response
from sqlmodel import SQLModel, select
from starlette.routing import BaseRoute

from pursight_app.api.dependencies import IdempotentRoute, actor_of_header
from pursight_app.api.turns import turn_of
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PermissionDeniedError
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ColumnModel,
    CustomDataClass,
    DataSource,
    Decision,
    Deployment,
    Document,
    Finding,
    Message,
    OptimizationPlan,
    Pipeline,
    PipelineRun,
    Propagation,
    Review,
    Room,
    ScanRun,
    Task,
    Workspace,
)
from pursight_app.services import access, auth
from pursight_app.services.access import Actor, Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_ATTRIBUTE = "__ps_guard__"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_ROWS: dict[str, type[SQLModel]] = {
    "workspace_id": Workspace,
    "data_source_id": DataSource,
    "scan_id": ScanRun,
    "asset_id": Asset,
    "column_id": AssetColumn,
    "classification_id": Classification,
    "data_class_id": CustomDataClass,
    "finding_id": Finding,
    "model_id": ColumnModel,
    "propagation_id": Propagation,
    "session_id": Room,
    "message_id": Message,
    "document_id": Document,
    "decision_id": Decision,
    "task_id": Task,
    "pipeline_id": Pipeline,
    "run_id": PipelineRun,
    "plan_id": OptimizationPlan,
    "deployment_id": Deployment,
}
# Rights that people can hold on a part of a workspace; the service then looks at the parts that the body names.
_FOR_PARTS = frozenset({Permission.CLASSIFICATION_REVIEW})
_REFUSALS = {
    401: "No valid token",
    403: "The caller may not do this",
    404: "No such thing, or none that the caller may know of",
    409: "The thing is in a state that does not allow this",
    413: "The request is too large",
    422: "The input is not acceptable",
    429: "Too many requests",
    503: "PostgreSQL or Redis is away or busy",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call a route.

    `permission` None takes any live session; `on` names the path parameter of the thing it must hold on; API tokens get
    in unless `is_for_people_only`; `is_public` lets everybody in. `is_in_turn`: one request of a bearer is worked
    on at a time, see `turns`.
    """

    permission: Permission | None = None
    on: str = ""
    is_public: bool = False
    is_for_people_only: bool = False
    is_in_turn: bool = False


def guard(
    permission: Permission | None = None, on: str = "", *, people_only: bool = False, in_turn: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Marks a route: the caller needs a session, and `permission` on the thing that path parameter `on` names.

    Without `on` the permission must hold somewhere, which the service then checks for the thing at hand.
    """
    return _mark(Guard(permission, on, is_for_people_only=people_only, is_in_turn=in_turn))


def public(endpoint: Endpoint) -> Endpoint:
    """Marks a route that strangers may call."""
    return _mark(Guard(is_public=True))(endpoint)


def _mark(made: Guard) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, made)
        return endpoint

    return mark


class GuardedRoute(IdempotentRoute):
    """A route that checks its guard first; one without a guard stops the start. A keyed POST is done once."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.guard: Guard | None = getattr(endpoint, _ATTRIBUTE, None)
        if self.guard is None:
            raise RuntimeError(f"The route {path} says not who may call it: mark it with guard() or public.")
        options["responses"] = {**_problems(self.guard, options.get("methods")), **(options.get("responses") or {})}
        options["openapi_extra"] = {**_described(self.guard), **(options.get("openapi_extra") or {})}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wraps the route's own handler."""
        handle = super().get_route_handler()
        asked = self.guard
        assert asked is not None  # noqa: S101  __init__ refuses a route without one

        async def guarded(request: Request) -> Response:
            if not asked.is_public:
                actor = await actor_of_header(request.headers.get("authorization", ""))
                request.state.actor = actor
                await _check(asked, actor, request)
            return await handle(request)

        async def in_turn(request: Request) -> Response:
            async with turn_of(request.headers.get("authorization", "")):
                return await guarded(request)

        return in_turn if asked.is_in_turn else guarded


def paths_in_turn(routes: Iterable[BaseRoute]) -> frozenset[str]:
    """Where one request of a bearer is worked on at a time."""
    guarded = (route for route in routes if isinstance(route, GuardedRoute))
    return frozenset(route.path for route in guarded if route.guard and route.guard.is_in_turn)


class SecretRoute(GuardedRoute):
    """A guarded route whose answer holds a secret that is shown once, such as a token: the answer is kept nowhere."""

    holds_secret = True


async def _check(asked: Guard, actor: Actor, request: Request) -> None:
    if asked.is_for_people_only and actor.token_id:
        raise PermissionDeniedError("An API token cannot do this; it takes a person who is logged in.")
    if request.method in _WITH_BODY or request.method == "DELETE":
        caller = actor.session_id or str(actor.token_id)
        limit = get_settings().requests_per_minute
        await auth.throttle_in_loop("requests", caller, limit=limit, window_s=60, at_once=limit // 50)
    if asked.permission is None:
        return
    if not asked.on:
        _require_anywhere(actor, asked.permission)
    elif request.method in _WITH_BODY:
        # Before the body is read: whoever may not do it learns nothing of what it should look like.
        await asyncio.to_thread(_require_on_row, actor, asked.permission, asked.on, request.path_params[asked.on])


def _require_anywhere(actor: Actor, permission: Permission) -> None:
    if permission in access.INSTALLATION_PERMISSIONS:
        access.require(actor, permission)
    elif not actor.policy.is_administrator and not any(actor.may_somewhere(permission, home) for home in actor.roles):
        raise PermissionDeniedError(f"That takes {permission}, which you have in none of your workspaces.")


def _require_on_row(actor: Actor, permission: Permission, name: str, value: str) -> None:
    try:
        row_id = UUID(value)
    except ValueError:
        # The route's own validation says so.
        return
    with unit_of_work() as session:
        if name == "batch_id":
            # A batch is no row; the service looks at each of its reviews. An unknown one is as a strange workspace.
            home = session.exec(select(Review.workspace_id).where(Review.batch_id == row_id).limit(1)).first()
            access.require_somewhere(actor, permission, home or row_id)
            return
        if name == "workspace_id" and permission in _FOR_PARTS and session.get(Workspace, row_id):
            access.require_somewhere(actor, permission, row_id)
            return
        access.get(session, actor, _ROWS[name], row_id, permission)


def _described(asked: Guard) -> dict[str, Any]:
    if asked.is_public:
        return {"security": []}
    tokens = [] if asked.is_for_people_only else [{"apiToken": []}]
    described: dict[str, Any] = {"security": [{"accessToken": []}, *tokens]}
    if asked.permission:
        described["x-permission"] = str(asked.permission)
    return described


def _problems(asked: Guard, methods: Collection[str] | None) -> dict[int | str, dict[str, Any]]:
    # What strangers send to a public route may be a log-in, which can be refused; what they read there cannot.
    is_read = not _WITH_BODY.intersection(methods or ())
    skipped = {401, 403} if asked.is_public and is_read else set[int]()
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {code: {"description": text, "content": content} for code, text in _REFUSALS.items() if code not in skipped}
