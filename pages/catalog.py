"""Where is it? Search with facets; each result says why it is there."""

import reflex as rx

from pursight_app.ui.components import badge, button, data_class, empty, link, link_button, loaded, page_head, pager
from pursight_app.ui.frame import page
from pursight_app.ui.theme import ASSET_KIND, SENSITIVITY
from state.catalog import CatalogState as State
from state.catalog import FacetItem, ResultView


@page("/catalog", "Catalogue", on_load=[State.load], nav=(4, "book-open"), permission="catalog.read")
def catalog() -> rx.Component:
    """Facets left, results right."""
    return rx.fragment(
        page_head(
            "Catalogue",
            rx.el.button(
                rx.icon("sliders-horizontal", size=16, aria_hidden="true"),
                "Filters",
                class_name="button facet-toggle",
                type="button",
                custom_attrs={"aria-expanded": rx.cond(State.shows_filters, "true", "false")},
                on_click=State.show_filters,
            ),
            rx.cond(State.has_filters, button("Clear search and filters", icon="x", on_click=State.clear)),
            lead=rx.cond(
                State.query != "",
                rx.el.span(State.total_text, " assets match “", State.query, "”"),
                rx.el.span(State.total_text, " assets"),
            ),
        ),
        rx.el.div(
            _facets(), rx.el.section(_results(), class_name="card-flush", aria_label="Results"), class_name="split"
        ),
    )


def _facets() -> rx.Component:
    titles = (
        ("sensitivity", "Sensitivity"),
        ("data_class", "Data class"),
        ("data_source", "Data source"),
        ("kind", "Kind"),
    )
    return rx.el.aside(
        *(_facet(name, title) for name, title in titles),
        class_name=rx.cond(State.shows_filters, "stack-lg facets open", "stack-lg facets"),
        aria_label="Filters",
    )


def _facet(name: str, title: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(title, class_name="section-title", style={"padding": "0 8px 4px"}),
        rx.foreach(State.facets, lambda item: rx.cond(item.name == name, _facet_item(item))),
        class_name="facet",
        role="group",
        aria_label=title,
    )


def _facet_item(item: rx.Var[FacetItem]) -> rx.Component:
    return rx.el.button(
        rx.el.span(item.label, class_name="truncate"),
        rx.el.span(item.count, class_name="muted num"),
        class_name="facet-item",
        type="button",
        custom_attrs={"aria-pressed": rx.cond(item.is_on, "true", "false")},
        on_click=State.toggle(item.name, item.value),
    )


def _results() -> rx.Component:
    return loaded(
        State.is_loading,
        State.total,
        rx.fragment(
            rx.foreach(State.results, _result),
            rx.cond(
                State.total > State.results.length(),
                pager(State.first, State.last, State.total, on_previous=State.previous, on_next=State.next_page),
            ),
        ),
        rx.cond(
            State.has_filters,
            empty(
                "search-x",
                "Nothing matches",
                "Every word must occur in an asset's name, columns or comment. Try fewer words or clear the filters.",
                button("Clear search and filters", on_click=State.clear),
            ),
            empty(
                "book-open",
                "The catalogue is empty",
                "Tables, views and files appear here once a data source has been scanned.",
                link_button("Go to data sources", "/data-sources"),
            ),
        ),
    )


def _result(result: rx.Var[ResultView]) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            badge(result.kind, ASSET_KIND),
            link(result.name, rx.Var.create("/catalog/") + result.id, style="row-link"),
            rx.cond(result.is_missing, rx.el.span("Missing at the source", class_name="badge tone-amber")),
            rx.el.span(class_name="grow"),
            badge(result.sensitivity, SENSITIVITY),
            class_name="row",
        ),
        rx.el.div(result.qualified_name, class_name="mono muted"),
        rx.cond(result.comment != "", rx.el.p(result.comment, class_name="small")),
        rx.el.div(
            rx.foreach(result.data_classes, data_class),
            rx.cond(result.more_classes > 0, rx.el.span("+", result.more_classes, class_name="muted small")),
            class_name="row",
        ),
        rx.el.div(
            rx.el.span(result.columns, " columns"),
            rx.el.span("·"),
            rx.el.span(result.rows, " rows"),
            rx.el.span("·"),
            rx.el.span(result.source),
            rx.el.span("·"),
            rx.el.span("scanned ", result.scanned),
            rx.cond(result.owner != "", rx.el.span("· owned by ", result.owner)),
            rx.cond(result.why != "", rx.el.span(result.why, class_name="badge tone-blue")),
            class_name="row muted small num",
        ),
        class_name="result",
    )
