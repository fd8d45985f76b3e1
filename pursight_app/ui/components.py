"""The small set of parts that every page is made of. No state, no I/O."""

from collections.abc import Callable, Mapping
from typing import Any

import reflex as rx

from pursight_app.ui.theme import Sign

Child = Any


def badge(value: rx.Var[str] | str, signs: Mapping[str, Sign], *, otherwise: str = "") -> rx.Component:
    """A meaning as icon and word; `otherwise` is the text for an unknown or empty value, "" shows nothing."""
    cases = [(key, _sign(sign)) for key, sign in signs.items()]
    fallback = rx.el.span(otherwise, class_name="muted small") if otherwise else rx.fragment()
    return rx.match(value, *cases, fallback)


def _sign(sign: Sign) -> rx.Component:
    return rx.el.span(rx.icon(sign.icon, size=13, aria_hidden="true"), sign.word, class_name=f"badge tone-{sign.tone}")


def data_class(value: rx.Var[str]) -> rx.Component:
    """The name of a data class, or plainly that none was found."""
    return rx.cond(
        value != "", rx.el.span(value, class_name="badge tone-accent mono"), rx.el.span("not named", class_name="muted")
    )


def button(*children: Child, icon: str = "", kind: str = "", **props: Any) -> rx.Component:
    """A button; `kind` is "", "primary", "danger" or "quiet"."""
    content = [rx.icon(icon, size=16, aria_hidden="true")] if icon else []
    style = f"button button-{kind}" if kind else "button"
    return rx.el.button(*content, *children, class_name=style, type=props.pop("type", "button"), **props)


def link_button(text: str, href: rx.Var[str] | str, *, icon: str = "", kind: str = "") -> rx.Component:
    """A link that looks like a button."""
    content = [rx.icon(icon, size=16, aria_hidden="true")] if icon else []
    return rx.link(
        *content, text, href=href, class_name=f"button button-{kind}" if kind else "button", underline="none"
    )


def link(text: Child, href: rx.Var[str] | str, *, style: str = "link", **props: Any) -> rx.Component:
    """A link inside the application: no page load."""
    return rx.link(
        text, href=href, class_name=style, underline="none", size="2", color_scheme="gray", high_contrast=True, **props
    )


def page_head(title: Child, *actions: Child, lead: Child = "") -> rx.Component:
    """Title, one sentence, and the page's actions at the right."""
    sentence = rx.el.p(lead, class_name="muted") if lead != "" else rx.fragment()
    return rx.el.div(
        rx.el.div(rx.el.h1(title), sentence, class_name="stack", style={"gap": "2px", "minWidth": "0"}),
        rx.el.div(*actions, class_name="row"),
        class_name="page-head",
    )


def empty(icon: str, title: str, text: Child, *actions: Child, is_page: bool = False) -> rx.Component:
    """What a list is when it has nothing: what it is for and one thing to do; `is_page` when it is all there is."""
    return rx.el.div(
        rx.icon(icon, size=28, aria_hidden="true"),
        rx.el.h1(title) if is_page else rx.el.h2(title),
        rx.el.p(text, style={"maxWidth": "460px"}),
        rx.el.div(*actions, class_name="row"),
        class_name="empty",
    )


def skeleton(rows: int = 6, height: int = 20) -> rx.Component:
    """A grey shape of a list while it loads."""
    bars = [rx.el.div(class_name="skeleton", style={"height": f"{height}px"}) for _ in range(rows)]
    return rx.el.div(
        *bars, class_name="stack-md", style={"padding": "16px"}, aria_busy="true", aria_label="Loading", role="status"
    )


def table(
    headers: list[str], rows: rx.Var[list[Any]], row: Callable[[Any], rx.Component], *, label: str
) -> rx.Component:
    """A table that becomes cards on a phone; `row` builds one `tr` of `cell`s."""
    actions = rx.el.span("Actions", class_name="visually-hidden")
    head = [rx.el.th(text or actions, scope="col") for text in headers]
    return rx.el.table(
        rx.el.thead(rx.el.tr(*head)), rx.el.tbody(rx.foreach(rows, row)), class_name="table", aria_label=label
    )


def cell(*children: Child, label: str = "", main: bool = False, right: bool = False) -> rx.Component:
    """One cell; `label` names it on a phone, `main` makes it the card's title there."""
    style = "cell-main" if main else "right num" if right else ""
    return rx.el.td(*children, class_name=style, custom_attrs={"data-label": label})


def loaded(is_loading: rx.Var[bool], count: rx.Var[int], content: Child, nothing: Child) -> rx.Component:
    """A list's three faces: loading, nothing, content."""
    return rx.cond(is_loading, skeleton(), rx.cond(count == 0, nothing, content))


def stat(label: Child, value: Child, *, hint: Child = "") -> rx.Component:
    """One figure with its name."""
    return rx.el.div(
        rx.el.span(label, class_name="stat-label"),
        rx.el.span(value, class_name="stat-value"),
        rx.el.span(hint, class_name="muted small") if hint != "" else rx.fragment(),
        class_name="stat",
    )


def progress(percent: rx.Var[int], *, label: str) -> rx.Component:
    """How far something is, 0-100."""
    return rx.el.div(
        rx.el.span(style={"width": percent.to_string() + "%"}),
        class_name="progress",
        role="progressbar",
        custom_attrs={"aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100},
        aria_label=label,
    )


def meter(ratio: rx.Var[int], text: Child) -> rx.Component:
    """A percentage as a short bar with its figure."""
    return rx.el.span(
        rx.el.span(rx.el.span(style={"width": ratio.to_string() + "%"}), class_name="meter-track", aria_hidden="true"),
        rx.el.span(text, class_name="num"),
        class_name="meter",
    )


def callout(kind: str, icon: str, *children: Child) -> rx.Component:
    """A sentence that must not be missed; `kind` is "", "error", "ok" or "amber"."""
    return rx.el.div(
        rx.icon(icon, size=16, aria_hidden="true"),
        rx.el.div(*children, class_name="grow"),
        class_name=f"callout callout-{kind}" if kind else "callout",
    )


def field(label: str, control: rx.Component, *, hint: Child = "", for_id: str = "") -> rx.Component:
    """A labelled control with its hint."""
    return rx.el.div(
        rx.el.label(label, html_for=for_id),
        control,
        rx.el.span(hint, class_name="hint") if hint != "" else rx.fragment(),
        class_name="field",
    )


def drawer(
    title: Child, body: list[Child], *, is_open: rx.Var[bool], on_close: Any, foot: list[Child] | None = None
) -> rx.Component:
    """Looks at one thing beside a list; keeps the focus inside, Escape closes it."""
    return rx.el.div(
        rx.cond(
            is_open,
            rx.dialog.root(
                rx.dialog.content(
                    rx.el.div(
                        rx.dialog.title(title, size="4", margin="0"),
                        rx.dialog.close(
                            rx.el.button(
                                rx.icon("x", size=16, aria_hidden="true"),
                                class_name="button button-quiet icon-button",
                                aria_label="Close",
                                type="button",
                            )
                        ),
                        class_name="drawer-head",
                    ),
                    rx.el.div(*body, class_name="drawer-body"),
                    rx.el.div(*foot, class_name="drawer-foot") if foot else rx.fragment(),
                    class_name="drawer",
                    aria_describedby="",
                ),
                open=True,
                on_open_change=on_close,
            ),
        )
    )


def pager(first: rx.Var[int], last: rx.Var[int], total: rx.Var[int], *, on_previous: Any, on_next: Any) -> rx.Component:
    """Which part of a list this is, and the way to the others."""
    return rx.el.nav(
        rx.el.span(first, "–", last, " of ", total, class_name="num"),
        rx.el.div(
            button("Previous", on_click=on_previous, disabled=first <= 1),
            button("Next", on_click=on_next, disabled=last >= total),
            class_name="row",
        ),
        class_name="pager",
        aria_label="Pages",
    )


def bar(parts: list[tuple[rx.Var[float], str]], *, label: Child) -> rx.Component:
    """A stacked bar of (percent, tone) parts; `label` says in words what it shows."""
    return rx.el.div(
        *(rx.el.span(class_name=f"fill-{tone}", style={"width": percent.to_string() + "%"}) for percent, tone in parts),
        class_name="bar",
        role="img",
        aria_label=label,
    )


def find_form(
    label: str, placeholder: str, query: rx.Var[str], on_submit: Any, *, class_name: str = "row"
) -> rx.Component:
    """A search box for one list; its form sends `q`."""
    return rx.el.form(
        rx.el.input(
            name="q",
            type="search",
            class_name="input",
            placeholder=placeholder,
            aria_label=label,
            default_value=query,
            key=query,
            max_length=200,
            style={"width": "min(360px, 60vw)"},
        ),
        button("Find", type="submit"),
        on_submit=on_submit,
        class_name=class_name,
    )
