"""Every setting of PurSight, read once from `PURSIGHT_*` environment variables. docs/settings.md lists them."""

import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_LOOPBACK = ("localhost", "127.0.0.0/8", "::1")
PROJECT_ROOT = Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Settings with their defaults; an unset server URL means the embedded server under `home`."""

    model_config = SettingsConfigDict(env_prefix="PURSIGHT_", extra="ignore")

    home: Path = Field(default=Path(".pursight"), description="Folder of everything PurSight keeps on this machine.")
    database_url: str | None = Field(default=None, description="PostgreSQL 14 or newer; unset: embedded.")
    redis_url: str | None = Field(default=None, description="Redis 6.2 or newer; unset: embedded.")
    blob_url: str | None = Field(default=None, description="fsspec URL for samples; unset: `blobs/` under home.")
    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(default=3000, description="Port of pages, REST and sockets.")
    public_url: str | None = Field(default=None, description="Address people type; unset: http://localhost:PORT.")
    web_silent_s: float = Field(
        default=30.0, ge=2, description="A web process that answers nothing for so long is started anew."
    )
    workers: int = Field(default=1, ge=1, le=64, description="Scan workers that `up` starts.")
    admin_email: str = Field(default="admin@pursight.local", description="First administrator.")
    admin_password: str | None = Field(default=None, description="First administrator's password; unset: generated.")

    session_idle_s: int = Field(default=8 * 3600, description="A session unused this long ends.")
    session_absolute_s: int = Field(default=30 * 24 * 3600, description="A session never lives longer.")
    access_token_s: int = Field(default=15 * 60, description="Life of a REST access token.")
    step_up_s: int = Field(
        default=15 * 60, description="A dangerous act wants a proof of who acts not older than this."
    )
    argon2_memory_kib: int = Field(default=19 * 1024, description="Memory of one password hash, in KiB.")
    argon2_time_cost: int = Field(default=2, description="Passes of one password hash.")
    login_attempts_per_account: int = Field(default=10, description="Failed log-ins per account in 5 minutes.")
    login_attempts_per_address: int = Field(default=50, description="Failed log-ins per client address in 5 minutes.")
    login_attempts_in_all: int = Field(default=2_000, description="Failed log-ins from everywhere in 5 minutes.")
    requests_per_minute: int = Field(default=6_000, ge=60, description="Changing requests of one caller in a minute.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas.",
    )

    smtp_url: str | None = Field(default=None, description="Mail server, smtp:// or smtps://; unset: no mail.")
    mail_from: str = Field(default="PurSight <pursight@localhost>", description="Sender of mails.")

    file_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(Path.cwd(), Path.home(), Path(tempfile.gettempdir())),
        description="Folders below which file sources may lie, separated by colons.",
    )
    source_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        description="Networks, addresses and names of sources that are not public, separated by commas.",
    )
    sample_rows: int = Field(default=1_000, ge=10, le=10_000, description="Rows sampled from each table.")
    samples: Literal["keep", "masked", "none"] = Field(
        default="keep", description="What is stored of the values that a scan reads."
    )
    spark_master: str = Field(
        default="local[2]", description="Where pipelines run: local[N], spark://…, yarn or k8s://…"
    )
    spark_driver_memory: str = Field(default="2g", description="Memory of a pipeline's driver.")
    openlineage_url: str | None = Field(
        default=None, description="Where OpenLineage events of runs go, such as http://marquez:5000/api/v1/lineage."
    )
    openlineage_api_key: str | None = Field(default=None, description="Bearer token that goes with them.")
    source_timeout_s: float = Field(default=60.0, description="Longest wait for one answer of a source.")
    lease_s: float = Field(default=15.0, description="A scan whose worker is silent this long is taken over.")

    @field_validator("home", mode="after")
    @classmethod
    def _absolute_home(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("file_roots", mode="before")
    @classmethod
    def _split_roots(cls, value: object) -> object:
        return tuple(value.split(":")) if isinstance(value, str) else value

    @field_validator("source_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        if value and not re.match(r"smtps?://", value):
            # The value stays out of the message: it may hold a password.
            raise PydanticCustomError("smtp_url", "must begin with smtp:// or smtps://")
        return value or None

    @property
    def origin(self) -> str:
        """Scheme, host and port that browsers use; the only origin that sockets accept."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Origins that pages, forms and sockets accept; on one's own machine both names of it."""
        own = (
            {f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}"} if self.is_loopback_only else set[str]()
        )
        return frozenset({self.origin, *own})

    @property
    def is_loopback_only(self) -> bool:
        """Whether nobody on another machine can reach the web server."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Hosts that a source may name beside public ones.

        This machine is among them only while nobody else can reach the web server: a server that is open to others
        must not knock at inner ports for them.
        """
        return (*self.source_hosts, *_LOOPBACK) if self.is_loopback_only else self.source_hosts

    def path(self, *parts: str) -> Path:
        """A path under `home`."""
        return self.home.joinpath(*parts)


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
