"""The gate before every event of a page: names the actor, drops what has no policy, sends strangers to log in."""

import reflex as rx
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from pursight_app.core.addresses import client_address
from pursight_app.services.access import ACTING
from pursight_app.services.audit import ORIGIN, Origin
from pursight_app.web.sessions import actor_of_socket

POLICY_ATTRIBUTE = "__ps_policy__"
_FRAMEWORK = frozenset(
    {
        "hydrate",
        "hydrate_and_load",
        "set_is_hydrated",
        "on_load_internal",
        "update_vars_internal",
        "handle_frontend_exception",
    }
)


class EventPolicy(rx.Middleware):
    """Runs before each event, also chained, background and on-load ones. Rights on things are the services' affair."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002  Reflex's signature
        """None lets the event through; an update answers in its place."""
        headers = state.router_data.get("headers", {})
        actor = await actor_of_socket(headers.get("cookie", ""))
        ACTING.set(actor)
        address = client_address(str(state.router_data.get("ip", "")), headers.get("x-forwarded-for", ""))
        ORIGIN.set(Origin(address, headers.get("user-agent", "")))
        policy = policy_of(event.name)
        if policy == "public":
            return None
        if policy is None:
            # Every method of a state is callable from outside; one that nobody vouched for is not ours to run.
            return StateUpdate()
        if actor is None:
            return StateUpdate(events=Event.from_event_type(rx.redirect("/login")))
        return None


def policy_of(event_name: str) -> str | None:
    """The policy of a handler: "public", "session", or None for one without."""
    if event_name.rsplit(".", 1)[-1] in _FRAMEWORK:
        return "public"
    registered = RegistrationContext.get().event_handlers.get(event_name)
    return getattr(registered.handler.fn, POLICY_ATTRIBUTE, None) if registered else None


def assert_policies() -> None:
    """Refuses to start with a handler that has no policy: forgetting one must not be silent."""
    names = RegistrationContext.get().event_handlers
    lacking = [name for name in names if policy_of(name) is None and not name.endswith(".setvar")]
    if lacking:
        raise RuntimeError(f"These event handlers have no policy: {', '.join(sorted(lacking))}")
