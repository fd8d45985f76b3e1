"""The accounts of the installation."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import users
from pursight_app.services.access import Permission

router = APIRouter(tags=["people"], route_class=GuardedRoute)


class NewUser(BaseModel):
    """An account to be; without a password nobody can log in to it yet."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320)
    name: str = Field(default="", max_length=200)
    password: str | None = Field(default=None, max_length=1024)


@router.post("/api/users", status_code=201)
@guard(Permission.USER_MANAGE)
def create_user(body: NewUser, actor: CurrentActor) -> dict[str, str]:
    """Adds an account."""
    with unit_of_work() as session:
        user = users.create_user(session, actor, email=body.email, name=body.name, password=body.password)
    return {"id": str(user.id), "email": user.email}


@router.get("/api/users")
@guard(Permission.USER_MANAGE)
def list_users(actor: CurrentActor, at: CurrentPaging) -> Page:
    """All accounts of this installation."""
    with unit_of_work() as session:
        rows, total = users.list_users(session, actor, limit=at.limit, offset=at.offset)
    items = [{"id": str(row.id), "email": row.email, "name": row.name, "is_active": row.is_active} for row in rows]
    return page(items, total, at)
