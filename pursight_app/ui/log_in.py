"""Parts of the pages for people who are not logged in: the card, its fields, the passkey button."""

from typing import Any

import reflex as rx

from pursight_app.ui.components import callout
from pursight_app.ui.html import InterFont, NativeForm


def card(title: str, problem: rx.Var[str], *content: Any) -> rx.Component:
    """The one card of such a page; `problem` is what no single field is to blame for."""
    return rx.el.main(
        InterFont.create(),
        rx.el.div(
            rx.el.div(
                rx.icon("scan-eye", size=26, aria_hidden="true", color="var(--accent)"),
                rx.el.h1(title),
                class_name="row",
            ),
            rx.cond(
                problem != "",
                rx.el.div(callout("error", "circle-alert", problem), role="alert", id="problem"),
                rx.fragment(),
            ),
            *content,
            class_name="login-card",
        ),
        class_name="login",
    )


def form_field(
    name: str,
    label: str,
    problem: rx.Var[str] | str,
    *,
    kind: str,
    autocomplete: str,
    max_length: int,
    is_first: bool = False,
    hint: str = "",
) -> rx.Component:
    """A required field with its hint and, below it, what was wrong with it."""
    described = [f"{name}-hint"] if hint else []
    told = rx.fragment()
    if isinstance(problem, rx.Var):
        described.append(f"{name}-problem")
        told = rx.cond(problem != "", rx.el.span(problem, id=f"{name}-problem", class_name="problem", role="alert"))
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(
            id=name,
            name=name,
            type=kind,
            required=True,
            auto_complete=autocomplete,
            auto_focus=is_first,
            class_name="input",
            max_length=max_length,
            custom_attrs={"aria-describedby": " ".join(described)} if described else {},
        ),
        told,
        rx.el.span(hint, id=f"{name}-hint", class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )


def target_field(path: rx.Var[str]) -> rx.Component:
    """Where the person wanted to go."""
    return rx.el.input(type="hidden", name="next", value=path, read_only=True)


def passkey_form(
    *, action: str, options: str, target: rx.Var[str], reason: rx.Var[str], has: rx.Var[str] | str = ""
) -> rx.Component:
    """A button that asks for a passkey (assets/passkeys.js does it), or why there is none."""
    form = NativeForm.create(
        target_field(target),
        rx.el.input(type="hidden", name="has", value=has, read_only=True) if isinstance(has, rx.Var) else rx.fragment(),
        rx.el.input(type="hidden", name="credential"),
        rx.el.div(
            rx.el.button(
                rx.icon("fingerprint", size=16, aria_hidden="true"),
                "Use a passkey",
                type="submit",
                class_name="button wide",
            ),
            rx.el.span(role="alert", class_name="problem", custom_attrs={"data-passkey-problem": ""}),
            class_name="field",
        ),
        action=action,
        method="post",
        custom_attrs={"data-passkey-url": options},
    )
    return rx.cond(reason == "", form, rx.el.p(reason, class_name="muted small center"))
