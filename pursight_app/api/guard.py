"""What a route asks of its caller, said at the route and checked before its body is read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pursight_app.api.dependencies import IdempotentRoute
from pursight_app.services.access import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_ATTRIBUTE = "__ps_guard__"


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call a route.

    `permission` None takes any live session; `on` names the path parameter of the thing it must hold on; API tokens get
    in unless `is_for_people_only`; `is_public` lets everybody in.
    """

    permission: Permission | None = None
    on: str = ""
    is_public: bool = False
    is_for_people_only: bool = False


def guard(
    permission: Permission | None = None, on: str = "", *, people_only: bool = False
) -> Callable[[Endpoint], Endpoint]:
    """Marks a route: the caller needs a session, and `permission` on the thing that path parameter `on` names.

    Without `on` the permission must hold somewhere, which the service then checks for the thing at hand.
    """
    return _mark(Guard(permission, on, is_for_people_only=people_only))


def public(endpoint: Endpoint) -> Endpoint:
    """Marks a route that strangers may call."""
    return _mark(Guard(is_public=True))(endpoint)


def _mark(made: Guard) -> Callable[[Endpoint], Endpoint]:
    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, made)
        return endpoint

    return mark


class GuardedRoute(IdempotentRoute):
    """A route that checks its guard first. A POST with an `Idempotency-Key` is done once."""
