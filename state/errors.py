"""The outermost handler of page events."""

import reflex as rx

from pursight_app.core.errors import NotAuthenticatedError, StepUpRequiredError
from state.base import sentence_of
from state.confirm import ConfirmState
from state.session import SessionState


def on_error(exception: Exception) -> rx.event.EventSpec:
    """Tells the person, asks for a newer proof of who they are, or sends those without a session to log in."""
    if isinstance(exception, NotAuthenticatedError):
        return rx.redirect("/login")
    if isinstance(exception, StepUpRequiredError):
        return ConfirmState.ask()
    return SessionState.show_notice(sentence_of(exception), "error")
