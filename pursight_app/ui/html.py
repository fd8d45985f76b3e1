"""Plain HTML that Reflex has no component for: a form that really submits, a bundled typeface."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """`<form action method>`; Reflex's own forms always prevent the native submit, which alone can set cookies."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]
    enc_type: rx.Var[str]


class InterFont(rx.Fragment):
    """Bundles the typeface, so that no other host is asked for it."""

    lib_dependencies: list[str] = ["@fontsource-variable/inter@5.2.8"]  # noqa: RUF012  Reflex reads a plain field

    def add_imports(self) -> dict[str, Any]:
        """A style sheet is imported for its effect."""
        return {"": "@fontsource-variable/inter/index.css"}
