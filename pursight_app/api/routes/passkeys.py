"""One's own passkeys, and logging in with one. Credentials are the JSON that browsers make of them (WebAuthn level 3)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor
from pursight_app.api.guard import GuardedRoute, guard, public
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError
from pursight_app.models import Passkey
from pursight_app.services import log_in, passkeys
from pursight_app.services.passkeys import Purpose

router = APIRouter(tags=["passkeys"], route_class=GuardedRoute)


class PasskeyView(BaseModel):
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_backed_up: bool


class PasskeyList(BaseModel):
    """All of one's passkeys, oldest first."""

    items: list[PasskeyView]


class NewPasskey(BaseModel):
    """What `navigator.credentials.create` gave; without a name it gets the date."""

    credential: dict[str, Any]
    name: str = Field(default="", max_length=passkeys.NAME_MAX)


class PasskeyName(BaseModel):
    """A new name."""

    name: str = Field(max_length=passkeys.NAME_MAX)


class Assertion(BaseModel):
    """What `navigator.credentials.get` gave."""

    credential: dict[str, Any]


def _view(passkey: Passkey) -> PasskeyView:
    return PasskeyView.model_validate(passkey, from_attributes=True)


@router.get("/auth/passkeys")
@guard(people_only=True)
def list_passkeys(actor: CurrentActor) -> PasskeyList:
    """One's passkeys."""
    with unit_of_work() as session:
        return PasskeyList(items=[_view(passkey) for passkey in passkeys.list_passkeys(session, actor)])


@router.post("/auth/passkeys/options")
@guard(people_only=True)
def registration_options(actor: CurrentActor) -> Response:
    """What to call `navigator.credentials.create` with; its answer goes to POST /auth/passkeys within 5 minutes."""
    with unit_of_work() as session:
        options = passkeys.registration_options(session, actor)
    return Response(options, media_type="application/json")


@router.post("/auth/passkeys", status_code=201)
@guard(people_only=True)
def register(body: NewPasskey, actor: CurrentActor) -> PasskeyView:
    """Keeps a passkey that was just made."""
    with unit_of_work() as session:
        return _view(passkeys.register(session, actor, body.credential, name=body.name))


@router.patch("/auth/passkeys/{passkey_id}")
@guard(people_only=True)
def rename(passkey_id: UUID, body: PasskeyName, actor: CurrentActor) -> PasskeyView:
    """Gives a passkey another name."""
    with unit_of_work() as session:
        return _view(passkeys.rename_passkey(session, actor, passkey_id, body.name))


@router.delete("/auth/passkeys/{passkey_id}", status_code=204)
@guard(people_only=True)
def delete(passkey_id: UUID, actor: CurrentActor) -> Response:
    """Removes a passkey."""
    with unit_of_work() as session:
        passkeys.delete_passkey(session, actor, passkey_id)
    return Response(status_code=204)


@router.post("/auth/passkeys/log-in-options")
@public
def log_in_options() -> Response:
    """What to call `navigator.credentials.get` with to log in; says nothing about who has passkeys."""
    with unit_of_work() as session:
        options = passkeys.authentication_options(session, Purpose.LOG_IN)
    return Response(options, media_type="application/json")


@router.post("/auth/passkeys/log-in")
@public
def log_in_with_passkey(body: Assertion) -> dict[str, object]:
    """Starts a session with a passkey alone; the answer is that of POST /auth/login."""
    with unit_of_work() as session:
        made = log_in.log_in_with_passkey(session, body.credential)
    if made is None:
        raise NotAuthenticatedError("This passkey was not accepted.", code="invalid_credentials")
    user, tokens = made
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "token_type": "bearer",
        "expires_in": tokens.expires_in_s,
        "user": {"id": str(user.id), "email": user.email, "name": user.name},
    }
