"""What administrators set about log-ins of the whole installation."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from pursight_app.core.settings import get_settings
from pursight_app.models import SecurityPolicy


class SecurityPolicyValues(BaseModel):
    """The policy with its defaults; times in seconds, None means what the settings of the process say."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    require_second_factor: Literal["nobody", "administrators", "everybody"] = "nobody"
    session_idle_s: int | None = Field(default=None, ge=300, le=30 * 24 * 3600)
    session_absolute_s: int | None = Field(default=None, ge=3600, le=365 * 24 * 3600)
    password_min_length: int = Field(default=8, ge=8, le=64)
    api_token_max_days: int = Field(default=365, ge=1, le=365)
    invitation_days: int = Field(default=7, ge=1, le=30)
    password_login: Literal["everybody", "administrators"] = "everybody"  # noqa: S105  a choice, not a password

    @property
    def idle_s(self) -> int:
        """A session unused this long ends."""
        return self.session_idle_s or get_settings().session_idle_s

    @property
    def absolute_s(self) -> int:
        """A session never lives longer."""
        return self.session_absolute_s or get_settings().session_absolute_s


def get_security_policy(session: Session) -> SecurityPolicyValues:
    """The policy as it is now. No permission is asked: everybody lives under it."""
    return SecurityPolicyValues.model_validate(session.exec(select(SecurityPolicy)).one().settings)
