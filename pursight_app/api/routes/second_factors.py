"""One's own second factor, and proving once more who one is (step-up). For people only: a program has no phone."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor
from pursight_app.api.guard import SecretRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError
from pursight_app.services import auth, second_factors, step_up
from pursight_app.services.step_up import Proof

router = APIRouter(tags=["second factor"], route_class=SecretRoute)


class Status(BaseModel):
    """Which second factors one has."""

    has_totp: bool
    passkey_count: int
    recovery_codes_left: int


class Enrolment(BaseModel):
    """What an authenticator app needs; `qr_svg` is `uri` as a picture."""

    secret: str
    uri: str
    qr_svg: str


class Code(BaseModel):
    """Six digits of the app."""

    code: str = Field(max_length=second_factors.CODE_MAX)


class RecoveryCodes(BaseModel):
    """Codes that work once each; this is the only time they are shown."""

    recovery_codes: list[str]


class Ways(BaseModel):
    """What POST /auth/step-up takes from this person."""

    password: bool
    code: bool
    passkey: bool


class GivenProof(BaseModel):
    """Exactly one of them; `credential` is what `navigator.credentials.get` gave, as JSON."""

    password: str = Field(default="", max_length=auth.PASSWORD_MAX)
    otp: str = Field(default="", max_length=second_factors.CODE_MAX)
    credential: dict[str, Any] | None = None


@router.get("/auth/second-factor")
@guard(people_only=True)
def get_status(actor: CurrentActor) -> Status:
    """Which second factors one has, and how many recovery codes are left."""
    with unit_of_work() as session:
        return Status(**asdict(second_factors.get_status(session, actor)))


@router.post("/auth/second-factor/totp", status_code=201)
@guard(people_only=True)
def begin_totp(actor: CurrentActor) -> Enrolment:
    """Begins to set up an authenticator app; it counts once its first code was confirmed."""
    with unit_of_work() as session:
        return Enrolment(**asdict(second_factors.begin_totp(session, actor)))


@router.post("/auth/second-factor/totp/confirm")
@guard(people_only=True)
def confirm_totp(body: Code, actor: CurrentActor) -> RecoveryCodes:
    """Turns the authenticator app on; the answer holds ten new recovery codes."""
    with unit_of_work() as session:
        return RecoveryCodes(recovery_codes=second_factors.confirm_totp(session, actor, body.code))


@router.delete("/auth/second-factor/totp", status_code=204)
@guard(people_only=True)
def disable_totp(actor: CurrentActor) -> Response:
    """Removes the authenticator app."""
    with unit_of_work() as session:
        second_factors.disable_totp(session, actor)
    return Response(status_code=204)


@router.post("/auth/second-factor/recovery-codes", status_code=201)
@guard(people_only=True)
def create_recovery_codes(actor: CurrentActor) -> RecoveryCodes:
    """Ten new recovery codes; the old ones are dead."""
    with unit_of_work() as session:
        return RecoveryCodes(recovery_codes=second_factors.create_recovery_codes(session, actor))


@router.get("/auth/step-up")
@guard(people_only=True)
def list_ways(actor: CurrentActor) -> Ways:
    """With what one can prove who one is."""
    with unit_of_work() as session:
        return Ways(**asdict(step_up.list_ways(session, actor)))


@router.post("/auth/step-up/passkey-options")
@guard(people_only=True)
def passkey_options(actor: CurrentActor) -> Response:
    """What to call `navigator.credentials.get` with; its answer goes to POST /auth/step-up."""
    with unit_of_work() as session:
        options = step_up.passkey_options(session, actor)
    return Response(options, media_type="application/json")


@router.post("/auth/step-up", status_code=204)
@guard(people_only=True)
def prove(body: GivenProof, actor: CurrentActor) -> Response:
    """Proves who one is, for dangerous acts of the next minutes. With a second factor the password is not enough."""
    proof = Proof(body.password, body.otp, body.credential)
    with unit_of_work() as session:
        is_right = step_up.step_up(session, actor, proof)
    if not is_right:
        raise NotAuthenticatedError("That was not right, or it was used already.", code="invalid_credentials")
    return Response(status_code=204)
