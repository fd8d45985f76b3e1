"""The frame around every page: sidebar, top bar, notices; and the decorator that makes a function a page."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.ui.bell import bell
from pursight_app.ui.components import button, skeleton
from pursight_app.ui.confirm import confirm_dialog
from pursight_app.ui.denied import denied
from pursight_app.ui.html import InterFont, NativeForm
from state.base import PAGE_LOADS, PageLoads
from state.notifications import BellState
from state.session import SessionState, WorkspaceView


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the sidebar; `order` sorts, `permission` hides it from those who lack it."""

    order: int
    label: str
    icon: str
    href: str
    permission: str
    section: str


_NAV: list[NavItem] = []


def page(
    route: str,
    title: str,
    *,
    on_load: Sequence[Any] = (),
    nav: tuple[int, str] | None = None,
    permission: str = "",
    section: str = "",
) -> Callable[[Callable[[], rx.Component]], Callable[[], rx.Component]]:
    """Registers a page inside the frame.

    `nav` is (order, icon) for pages of the sidebar, below the rule when `section` is "administration". Without
    `permission` the entry is hidden and the page says what is missing; the check itself is the services'.
    """
    if nav:
        _NAV.append(NavItem(nav[0], title, nav[1], route, permission, section))
        _NAV.sort(key=lambda item: item.order)

    def make(content: Callable[[], rx.Component]) -> Callable[[], rx.Component]:
        @functools.wraps(content)
        def framed() -> rx.Component:
            # Prerendered HTML is public, so it holds no content before the session is known.
            shown = rx.cond(SessionState.is_denied, denied(title), content()) if permission else content()
            return _frame(rx.cond(SessionState.user_email != "", shown, skeleton(6, 32)), route)

        PAGE_LOADS[route] = PageLoads(permission, tuple(on_load))
        rx.page(route=route, title=f"{title} · PurSight", on_load=[SessionState.open_page(route), BellState.load])(
            framed
        )
        return framed

    return make


def _frame(content: rx.Component, route: str) -> rx.Component:
    return rx.fragment(
        InterFont.create(),
        rx.el.nav(rx.el.a("Skip to content", href="#main", class_name="skip"), aria_label="Skip"),
        rx.el.div(
            rx.el.aside(*_sidebar(route), class_name="sidebar", aria_label="Sidebar"),
            rx.el.div(
                _topbar(route),
                rx.el.main(content, id="main", class_name="main", tab_index=-1),
                style={"minWidth": "0"},
            ),
            class_name="frame",
        ),
        confirm_dialog(),
        _notice(),
    )


def _sidebar(route: str) -> list[rx.Component]:
    return [
        rx.el.div(
            rx.icon("scan-eye", size=22, aria_hidden="true"),
            rx.el.span("PurSight", class_name="label"),
            class_name="brand",
        ),
        _switcher(),
        _nav("Main", "", route),
        rx.cond(SessionState.is_managing, _nav("Administration", "administration", route)),
    ]


def _nav(label: str, section: str, route: str) -> rx.Component:
    entries = [_nav_link(item, route) for item in _NAV if item.section == section]
    return rx.el.nav(*entries, aria_label=label, class_name="nav-section" if section else "nav-main")


def _nav_link(item: NavItem, route: str) -> rx.Component:
    is_here = route == item.href or (item.href != "/" and route.startswith(item.href + "/"))
    entry = rx.link(
        rx.icon(item.icon, size=18, aria_hidden="true"),
        rx.el.span(item.label, class_name="label"),
        href=item.href,
        underline="none",
        class_name="nav-item",
        custom_attrs={"aria-current": "page"} if is_here else {},
        aria_label=item.label,
    )
    if not item.permission:
        return entry
    return rx.cond(SessionState.permissions.contains(item.permission), entry, rx.fragment())


def _switcher() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(
                rx.icon("layers", size=16, aria_hidden="true"),
                rx.el.span(SessionState.workspace_name, class_name="grow truncate"),
                rx.icon("chevrons-up-down", size=14, class_name="chevron", aria_hidden="true"),
                class_name="switcher",
                type="button",
                aria_label=rx.Var.create("Workspace: ") + SessionState.workspace_name,
            )
        ),
        rx.dropdown_menu.content(rx.foreach(SessionState.workspaces, _workspace_item)),
    )


def _workspace_item(workspace: rx.Var[WorkspaceView]) -> rx.Component:
    return rx.dropdown_menu.item(workspace.name, on_select=SessionState.choose_workspace(workspace.id))


def _topbar(route: str) -> rx.Component:
    return rx.el.header(
        _menu_sheet(route),
        rx.el.form(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                name="q",
                id="search",
                type="search",
                placeholder="Search tables, columns, data classes",
                class_name="input",
                aria_label="Search the catalogue",
                auto_complete="off",
                max_length=200,
            ),
            on_submit=SessionState.search,
            class_name="search",
            role="search",
        ),
        rx.el.div(class_name="grow"),
        bell(),
        _person_menu(),
        class_name="topbar",
    )


def _menu_sheet(route: str) -> rx.Component:
    return rx.dialog.root(
        rx.dialog.trigger(
            rx.el.button(
                rx.icon("menu", size=18, aria_hidden="true"),
                class_name="button icon-button menu-button",
                type="button",
                aria_label="Open menu",
            )
        ),
        rx.dialog.content(
            rx.dialog.title("Menu", class_name="visually-hidden"),
            rx.el.div(*_sidebar(route), class_name="sidebar"),
            class_name="drawer sheet",
            aria_describedby="",
            style={"left": "0", "right": "auto", "width": "280px", "padding": "0"},
        ),
    )


def _person_menu() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(
            rx.el.button(SessionState.initials, class_name="avatar", type="button", aria_label="Your account")
        ),
        rx.dropdown_menu.content(
            rx.el.div(
                rx.el.div(SessionState.user_name, class_name="strong"),
                rx.el.div(SessionState.user_email, class_name="muted small"),
                style={"padding": "8px 12px"},
            ),
            rx.dropdown_menu.separator(),
            rx.dropdown_menu.item(
                rx.icon("circle-user", size=16, aria_hidden="true"),
                "Your account",
                on_select=rx.redirect("/account"),
            ),
            rx.dropdown_menu.item(
                rx.icon("sun-moon", size=16, aria_hidden="true"),
                "Switch light and dark",
                on_select=rx.toggle_color_mode,
            ),
            rx.dropdown_menu.separator(),
            NativeForm.create(
                rx.el.button(
                    rx.icon("log-out", size=16, aria_hidden="true"),
                    "Log out",
                    type="submit",
                    class_name="button button-quiet",
                    style={"width": "100%", "justifyContent": "flex-start"},
                ),
                action="/auth/browser-logout",
                method="post",
            ),
        ),
    )


def _notice() -> rx.Component:
    return rx.el.div(
        rx.cond(
            SessionState.notice != "",
            rx.el.div(
                rx.match(
                    SessionState.notice_kind,
                    ("ok", rx.icon("circle-check", size=18, aria_hidden="true")),
                    ("error", rx.icon("circle-alert", size=18, aria_hidden="true")),
                    rx.icon("info", size=18, aria_hidden="true"),
                ),
                rx.el.span(SessionState.notice, class_name="grow"),
                button("Dismiss", kind="quiet", on_click=SessionState.clear_notice),
                class_name=rx.Var.create("notice notice-") + SessionState.notice_kind,
                id="notice",
                # Anew for each message, so that it has its own ten seconds.
                key=SessionState.notice_id.to_string(),
            ),
        ),
        role="status",
        aria_live="polite",
    )
