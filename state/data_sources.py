"""Connected systems: the list, and the form that a connector's own schema describes."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from pursight_app.connectors.registry import connector_for, list_connectors
from pursight_app.core.errors import PurSightError
from pursight_app.services import data_sources, scanning
from state import format as fmt
from state.base import as_id, event, hear, run, run_outside
from state.session import current_workspace, notify


@dataclass
class SourceView:
    """One row of the list."""

    id: str
    name: str
    kind: str
    kind_label: str
    place: str
    tables: str
    sensitive: str
    last_scan: str
    last_scan_exact: str
    last_run_id: str
    status: str
    is_busy: bool


@dataclass
class KindView:
    """One kind that can be connected."""

    key: str
    label: str
    description: str


@dataclass
class FieldView:
    """One field of the form; `kind` is text, number, password, choice or lines."""

    name: str
    label: str
    hint: str
    kind: str
    value: str
    placeholder: str
    is_required: bool
    is_secret: bool
    choices: list[str] = field(default_factory=list)


class DataSourcesState(rx.State):
    """The list of sources and the drawer that adds one."""

    is_loading: bool = True
    sources: list[SourceView] = []
    kinds: list[KindView] = []
    is_adding: bool = False
    kind: str = ""
    kind_label: str = ""
    fields: list[FieldView] = []
    source_name: str = ""
    problem: str = ""
    test_text: str = ""
    test_ok: bool = False
    is_testing: bool = False
    is_saving: bool = False
    deleting_id: str = ""
    deleting_name: str = ""
    _wants_test: bool = False

    @event()
    async def load(self) -> None:
        """Loads the list; `?add=1` opens the form."""
        workspace_id = await current_workspace(self)
        if workspace_id:
            await self._fill(workspace_id)
            await hear(self, "data_sources", f"workspace:{workspace_id}")
        self.kinds = [KindView(one.key, one.label, one.description) for one in list_connectors()]
        self.is_loading = False
        # A form that is being filled in stays: this comes again with a line that was lost.
        if self._is_by_url() and not self.is_adding:
            self._open_form()

    def _is_by_url(self) -> bool:
        return bool(self.router.url.query_parameters.get("add"))

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        if workspace_id := await current_workspace(self):
            await self._fill(workspace_id)

    async def _fill(self, workspace_id: str) -> None:
        home = as_id(workspace_id)
        rows = await run(lambda session, actor: data_sources.list_data_sources(session, actor, home))
        self.sources = [_view(row) for row in rows]

    @event()
    async def open_form(self) -> None:
        """Opens the drawer with the choice of kinds."""
        self._open_form()

    def _open_form(self) -> None:
        self.is_adding, self.kind, self.fields = True, "", []
        self.problem, self.test_text, self.source_name = "", "", ""

    @event()
    async def close_form(self, is_open: bool = False) -> Any:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer; what was typed is dropped."""
        if is_open:
            return None
        self.is_adding = False
        return rx.redirect("/data-sources", replace=True) if self._is_by_url() else None

    @event()
    async def choose_kind(self, kind: str) -> None:
        """Builds the form from the connector's schema."""
        connector = connector_for(kind)
        self.kind, self.kind_label, self.problem, self.test_text = connector.key, connector.label, "", ""
        self.fields = [
            *_fields(connector.Config.model_json_schema(), is_secret=False),
            *_fields(connector.Secret.model_json_schema(), is_secret=True),
        ]

    @event()
    async def want_test(self) -> None:
        """Comes before the submit of the same click: the form's data does not say which button sent it."""
        self._wants_test = True

    @event(background=True)
    async def submit(self, form: dict[str, Any]) -> Any:
        """Tests, or saves and scans, by the button that was pressed."""
        async with self:
            workspace_id = await current_workspace(self)
            kind, fields = self.kind, list(self.fields)
            is_test, self._wants_test = self._wants_test, False
            self.is_testing, self.is_saving = is_test, not is_test
            self.problem, self.test_text = "", ""
        try:
            config, secret = _values(fields, form)
            if is_test:
                result = await run_outside(
                    lambda actor: data_sources.probe_unsaved(
                        actor, as_id(workspace_id), kind=kind, config=config, secret=secret
                    )
                )
                async with self:
                    self.test_ok, self.test_text = result.ok, f"{result.detail} ({result.latency_ms} ms)"
                return None
            run_id = await self._save(workspace_id, kind, str(form.get("name", "")), config, secret)
        except PurSightError as error:
            async with self:
                self.problem = error.message
            return None
        finally:
            async with self:
                self.is_testing = self.is_saving = False
        async with self:
            self.is_adding = False
        return rx.redirect(f"/scans/{run_id}")

    async def _save(
        self, workspace_id: str, kind: str, name: str, config: dict[str, Any], secret: dict[str, Any]
    ) -> str:
        def save(session: Any, actor: Any) -> str:
            source = data_sources.create_data_source(
                session, actor, as_id(workspace_id), name=name, kind=kind, config=config, secret=secret
            )
            return str(scanning.request_scan(session, actor, source.id).id)

        return await run(save)

    @event()
    async def scan(self, data_source_id: str) -> rx.event.EventSpec:
        """Starts a scan and goes to it."""
        found = await run(lambda session, actor: scanning.request_scan(session, actor, as_id(data_source_id)))
        return rx.redirect(f"/scans/{found.id}")

    @event(background=True)
    async def test(self, data_source_id: str) -> None:
        """Tests a saved source."""
        result = await run_outside(lambda actor: data_sources.test_data_source(actor, as_id(data_source_id)))
        async with self:
            await notify(self, result.detail, "ok" if result.ok else "error")

    @event()
    async def ask_delete(self, data_source_id: str, name: str) -> None:
        """Asks before a source goes."""
        self.deleting_id, self.deleting_name = data_source_id, name

    @event()
    async def cancel_delete(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Keeps it."""
        if not is_open:
            self.deleting_id = ""

    @event()
    async def delete(self, form: dict[str, Any]) -> None:
        """Removes a source once its name was typed."""
        if form.get("name") != self.deleting_name:
            await notify(self, "The name does not match, so nothing was removed.", "error")
            return
        source_id = as_id(self.deleting_id)
        await run(lambda session, actor: data_sources.delete_data_source(session, actor, source_id))
        self.deleting_id = ""
        await self._fill(await current_workspace(self))
        await notify(self, f"{self.deleting_name} and everything found in it were removed.")


def _view(row: data_sources.DataSourceRow) -> SourceView:
    source, last = row.source, row.last_run
    config = source.config
    host = str(config.get("host") or "")
    address = "embedded server" if host.startswith("/") else f"{host}:{config.get('port')}"
    place = f"{address}/{config.get('database')}" if host else str(config.get("path", ""))
    share = 100 * row.sensitive_count / row.column_count if row.column_count else 0
    is_scanned = source.last_scan_at is not None
    return SourceView(
        id=str(source.id),
        name=source.name,
        kind=source.kind,
        kind_label=connector_for(source.kind).label,
        place=place,
        tables=fmt.count(row.table_count) if is_scanned else "not scanned yet",
        sensitive=f"{fmt.count(row.sensitive_count)} of {fmt.count(row.column_count)} ({share:.0f} %)"
        if is_scanned
        else "",
        last_scan=fmt.ago(source.last_scan_at, otherwise="never"),
        last_scan_exact=fmt.exact(source.last_scan_at),
        last_run_id=str(last.id) if last else "",
        status=last.status if last else "",
        is_busy=last is not None and last.status in {"queued", "running"},
    )


def _fields(schema: dict[str, Any], *, is_secret: bool) -> list[FieldView]:
    required = schema.get("required", [])
    return [
        _field(name, _resolved(spec, schema), is_required=name in required, is_secret=is_secret)
        for name, spec in schema.get("properties", {}).items()
    ]


def _resolved(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A property with the definition behind its `$ref`, and of an optional one the part that is not null."""
    parts = [part for part in spec.get("anyOf", []) if part.get("type") != "null"]
    merged = {**(parts[0] if parts else {}), **spec}
    reference = merged.get("$ref", "").rpartition("/")[2]
    return {**schema.get("$defs", {}).get(reference, {}), **merged} if reference else merged


def _field(name: str, spec: dict[str, Any], *, is_required: bool, is_secret: bool) -> FieldView:
    kinds = {"integer": "number", "array": "lines", "boolean": "choice"}
    choices = [str(one) for one in spec.get("enum", [])] or (["false", "true"] if spec.get("type") == "boolean" else [])
    kind = "password" if is_secret else "choice" if choices else kinds.get(str(spec.get("type")), "text")
    default = spec.get("default", "")
    examples = spec.get("examples", [""])
    return FieldView(
        name=f"secret.{name}" if is_secret else name,
        label=str(spec.get("title", name)),
        hint=str(spec.get("description", "")),
        kind=kind,
        value="" if is_secret else _text(default),
        placeholder=_text(examples[0]) if examples and not is_secret else "",
        is_required=is_required,
        is_secret=is_secret,
        choices=choices,
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _values(fields: list[FieldView], form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Config and secret from what was typed; an empty optional field is left to its default."""
    config: dict[str, Any] = {}
    secret: dict[str, Any] = {}
    for each in fields:
        text = str(form.get(each.name, ""))
        if each.is_secret:
            secret[each.name.removeprefix("secret.")] = text
        elif text.strip() or each.is_required:
            as_list = [part.strip() for part in text.split(",") if part.strip()]
            config[each.name] = as_list if each.kind == "lines" else text.strip()
    return config, secret
