"""MySQL and MariaDB as a source."""

from enum import StrEnum

from pydantic import Field, SecretStr
from typing_extensions import override

from pursight_app.connectors.base import SAMPLE_ROWS, Connector, ConnectorConfig, Discovery, TableInfo, TableScan
from pursight_app.connectors.mysql_catalogue import read_catalogue
from pursight_app.connectors.mysql_profile import scan_relation
from pursight_app.connectors.mysql_session import Login, Session


class TlsMode(StrEnum):
    """How much the connection is protected."""

    DISABLE = "disable"
    REQUIRE = "require"
    VERIFY = "verify"


class MySQLConfig(ConnectorConfig):
    """Where the database is."""

    host: str = Field(
        title="Host",
        description="Host name or IP address of the server.",
        min_length=1,
        max_length=253,
        examples=["db.example.com"],
    )
    port: int = Field(default=3306, title="Port", description="TCP port of the server.", ge=1, le=65535)
    database: str = Field(
        title="Database", description="Name of the database to scan.", min_length=1, max_length=64, examples=["shop"]
    )
    username: str = Field(
        title="Username",
        description="Account to log in with; it needs SELECT on the database, and SHOW VIEW for the lineage of views.",
        min_length=1,
        max_length=80,
        examples=["pursight_reader"],
    )
    tls: TlsMode = Field(
        default=TlsMode.DISABLE,
        title="Encryption",
        description="Use verify outside your own network; require encrypts without checking the server's certificate.",
    )


class MySQLSecret(ConnectorConfig):
    """What proves the username."""

    password: SecretStr = Field(
        default=SecretStr(""),
        title="Password",
        description="Password of the account; leave empty only if the server asks for none.",
    )


class MySQLConnector(Connector):
    """MySQL 8 and MariaDB 10.6 and later.

    Reads the tables and views of one database, each in one read-only transaction with a consistent snapshot. Tables of
    up to 200,000 rows are profiled exactly; larger ones from about 20,000 rows: short ranges spread over an integer
    primary key where there is one, else single rows from a pass through the table. Every count then has a 95 % error
    bar, and `minimum` and `maximum` are those of the sampled rows. The server's LOCAL INFILE requests are refused.
    """

    key = "mysql"
    label = "MySQL / MariaDB"
    description = "Tables and views of one MySQL or MariaDB database."
    Config = MySQLConfig
    Secret = MySQLSecret

    # MySQL counts distinct values by sorting, so the limit is lower than elsewhere.
    exact_rows = 200_000

    def __init__(
        self,
        config: MySQLConfig,
        secret: MySQLSecret | None = None,
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
            tls=config.tls.value,
            address=address,
            timeout_s=timeout_s,
        )
        self._session: Session | None = None

    @override
    def namespace(self) -> str:
        return f"mysql://{self._config.host}:{self._config.port}"

    @override
    def database(self) -> str:
        return self._config.database

    @override
    def ping(self) -> str:
        session = self._connected()
        product = "MariaDB" if session.is_mariadb else "MySQL"
        return f"{product} {session.version}, {len(self.discover().tables)} tables and views readable"

    @override
    def discover(self) -> Discovery:
        return read_catalogue(self._connected(), self._config.database)

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


CONNECTOR = MySQLConnector
