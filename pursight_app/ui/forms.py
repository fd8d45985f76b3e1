"""A form whose browser target is a real URL: Reflex's own forms always prevent the native submit."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class NativeForm(BaseHTML):
    """`<form action method>` as HTML means it; sets cookies by a full page load."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]
