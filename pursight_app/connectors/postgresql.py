"""PostgreSQL as a source."""

from enum import StrEnum

from pydantic import Field, SecretStr
from typing_extensions import override

from pursight_app.connectors.base import SAMPLE_ROWS, Connector, ConnectorConfig, Discovery, TableInfo, TableScan
from pursight_app.connectors.postgresql_catalogue import read_catalogue
from pursight_app.connectors.postgresql_profile import scan_relation
from pursight_app.connectors.postgresql_session import Login, Session


class SslMode(StrEnum):
    """How much the connection is protected, in libpq's words."""

    DISABLE = "disable"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"


class PostgreSQLConfig(ConnectorConfig):
    """Where the database is and what to read of it."""

    host: str = Field(
        title="Host",
        description="Host name or IP address of the server.",
        min_length=1,
        max_length=253,
        examples=["db.example.com"],
    )
    port: int = Field(default=5432, title="Port", description="TCP port of the server.", ge=1, le=65535)
    database: str = Field(
        title="Database", description="Name of the database to scan.", min_length=1, max_length=63, examples=["shop"]
    )
    username: str = Field(
        title="Username",
        description="Role to log in with; it needs SELECT on the tables to scan and nothing more.",
        min_length=1,
        max_length=63,
        examples=["pursight_reader"],
    )
    sslmode: SslMode = Field(
        default=SslMode.PREFER,
        title="Encryption",
        description="Use verify-full outside your own network; prefer encrypts if the server can.",
    )
    include_schemas: list[str] = Field(
        default_factory=list,
        title="Only these schemas",
        description="Schemas to scan; leave empty for all.",
        examples=[["public", "sales"]],
    )
    exclude_schemas: list[str] = Field(
        default_factory=list, title="Leave out schemas", description="Schemas never to scan.", examples=[["staging"]]
    )


class PostgreSQLSecret(ConnectorConfig):
    """What proves the username."""

    password: SecretStr = Field(
        default=SecretStr(""),
        title="Password",
        description="Password of the role; leave empty only if the server asks for none.",
    )


class PostgreSQLConnector(Connector):
    """PostgreSQL 14 and later.

    Reads tables, partitioned tables, views and materialised views. Each table is read in one read-only transaction with
    one snapshot, so its figures agree with each other. Tables of up to 1,000,000 rows are profiled exactly; larger ones
    from about 50,000 rows spread over the table, with a 95 % error bar on every count (`minimum` and `maximum` are then
    those of the sampled rows). Distinct values are counted by 64-bit hashes computed in the server, so whole values
    never leave it: only the sample does.
    """

    key = "postgresql"
    label = "PostgreSQL"
    description = "Tables, views and materialised views of a PostgreSQL database, version 14 or later."
    Config = PostgreSQLConfig
    Secret = PostgreSQLSecret

    # Above this estimate of rows a scan is sampled unless asked otherwise.
    exact_rows = 1_000_000

    def __init__(
        self,
        config: PostgreSQLConfig,
        secret: PostgreSQLSecret | None = None,
        *,
        timeout_s: float = 30.0,
        address: str | None = None,
    ) -> None:
        super().__init__(config, secret, timeout_s=timeout_s, address=address)
        self._config = config
        self._login = Login(
            host=config.host,
            port=config.port,
            database=config.database,
            username=config.username,
            password=secret.password.get_secret_value() if secret else "",
            sslmode=config.sslmode.value,
            address=address,
            timeout_s=timeout_s,
        )
        self._session: Session | None = None

    @override
    def namespace(self) -> str:
        return f"postgres://{self._config.host}:{self._config.port}"

    @override
    def database(self) -> str:
        return self._config.database

    @override
    def ping(self) -> str:
        session = self._connected()
        found = self.discover()
        return f"PostgreSQL {session.server_version}, {len(found.tables)} tables and views readable"

    @override
    def discover(self) -> Discovery:
        return read_catalogue(
            self._connected(), include=self._config.include_schemas, exclude=self._config.exclude_schemas
        )

    @override
    def scan_table(self, table: TableInfo, *, sample_rows: int = SAMPLE_ROWS, exact: bool | None = None) -> TableScan:
        return scan_relation(self._connected(), table, sample_rows=sample_rows, exact=exact, exact_rows=self.exact_rows)

    @override
    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> Session:
        if self._session is None or not self._session.is_open:
            self._session = Session(self._login)
        return self._session


CONNECTOR = PostgreSQLConnector
