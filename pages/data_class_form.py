"""The drawer of the data classes page: how it is recognised, what it is, a test on the catalogue, save."""

import reflex as rx

from pursight_app.services.data_classes.definition import GROUPS, REGULATIONS
from pursight_app.ui.components import button, callout, data_class, drawer, field, link, progress
from pursight_app.ui.theme import SENSITIVITY
from state.data_class_form import DataClassFormState as State
from state.data_class_form import TriedColumn
from state.data_classes import GROUP_WORDS

_KINDS = (
    ("examples", "Examples", "Paste a few values; PurSight learns what they have in common."),
    ("pattern", "Pattern", "A regular expression that the whole value must fit."),
    ("words", "Word list", "The values themselves, up to 5,000: sites, projects, code names."),
)
_WIDTHS = (
    ("narrow", "Narrower: keep what all examples begin with"),
    ("as_seen", "As the examples show it"),
    ("wide", "Wider: other letters and lengths too"),
)


def form_drawer() -> rx.Component:
    """Makes a class, or changes one."""
    return drawer(
        rx.cond(State.editing_id != "", "Change " + State.name, "New data class"),
        [rx.cond(State.kind == "", _kinds(), _form())],
        is_open=State.is_open,
        on_close=State.close,
    )


def _kinds() -> rx.Component:
    return rx.fragment(
        rx.el.p("How can one tell its values?", class_name="muted"),
        rx.el.div(
            *(
                rx.el.button(
                    rx.el.span(title, class_name="strong"),
                    rx.el.span(words, class_name="muted small"),
                    class_name="kind",
                    type="button",
                    on_click=State.choose_kind(key),
                )
                for key, title, words in _KINDS
            ),
            class_name="stack",
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.cond(State.editing_id == "", _chosen_kind()),
            rx.match(
                State.kind,
                ("examples", rx.cond(State.editing_id != "", _patterns("Learned form"), _examples())),
                ("pattern", _patterns("Pattern")),
                _words(),
            ),
            _definition(),
            rx.cond(State.problem != "", rx.el.div(callout("error", "circle-alert", State.problem), role="alert")),
            _result(),
            _buttons(),
            class_name="stack-md",
        ),
        # A new form for each class, as its fields keep what was typed.
        key=State.kind + State.editing_id,
        on_submit=State.submit,
    )


def _chosen_kind() -> rx.Component:
    names = rx.match(State.kind, *((key, title) for key, title, _ in _KINDS), "")
    return rx.el.div(
        rx.el.span(names, class_name="badge tone-accent"),
        button("Choose another way", kind="quiet", on_click=State.choose_kind("")),
        class_name="row-between",
    )


def _lines(label: str, name: str, hint: str, *, value: rx.Var[str] | str = "", placeholder: str = "") -> rx.Component:
    return field(
        label,
        rx.el.textarea(
            id=f"class-{name}",
            name=name,
            class_name="textarea mono",
            default_value=value,
            placeholder=placeholder,
            spell_check=False,
            auto_complete="off",
        ),
        hint=hint,
        for_id=f"class-{name}",
    )


def _examples() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.column != "",
            callout(
                "",
                "columns-3",
                "Learned from the kept sample of column ",
                rx.el.span(State.column, class_name="mono"),
                ".",
            ),
            _lines(
                "Examples", "examples", "At least five, one a line. Only their form is kept.", placeholder="EMP-10023"
            ),
        ),
        _lines(
            "Counter-examples",
            "counter_examples",
            "Values that look alike but are something else, one a line. Optional.",
        ),
        field(
            "How strictly to read them",
            rx.el.select(
                *(rx.el.option(words, value=key) for key, words in _WIDTHS),
                id="class-width",
                name="width",
                default_value="as_seen",
                class_name="select",
            ),
            for_id="class-width",
        ),
    )


def _patterns(label: str) -> rx.Component:
    return _lines(
        label,
        "patterns",
        "The whole value must fit one of them, one a line. RE2 expressions: no looking ahead or back.",
        value=State.patterns,
        placeholder="EMP-[0-9]{5}",
    )


def _words() -> rx.Component:
    return rx.fragment(
        _lines(
            "Words",
            "words",
            "One a line. Case and accents do not count. Of sensitive classes only keyed hashes are stored.",
        ),
        rx.cond(
            State.word_count > 0,
            rx.el.p("Left empty, the list of ", State.word_count, " words stays as it is.", class_name="muted small"),
        ),
    )


def _definition() -> rx.Component:
    return rx.fragment(
        rx.cond(
            State.editing_id == "",
            field(
                "Name",
                rx.el.input(
                    id="class-name",
                    name="name",
                    class_name="input mono",
                    max_length=40,
                    placeholder="employee_badge",
                    auto_complete="off",
                ),
                hint="Small letters, digits and underscores. It cannot be changed later.",
                for_id="class-name",
            ),
        ),
        field(
            "What it is",
            rx.el.input(
                id="class-description",
                name="description",
                class_name="input",
                max_length=500,
                default_value=State.description,
                placeholder="Number on the badge that opens our doors",
            ),
            for_id="class-description",
        ),
        _level(),
        _laws(),
        _matching(),
    )


def _level() -> rx.Component:
    return rx.el.div(
        _select("Group", "group", [(each, GROUP_WORDS.get(each, each)) for each in GROUPS], State.group),
        _select(
            "Sensitivity", "sensitivity", [(key, sign.word) for key, sign in SENSITIVITY.items()], State.sensitivity
        ),
        class_name="grid-2",
    )


def _matching() -> rx.Component:
    return rx.el.div(
        field(
            "Header words",
            rx.el.input(
                id="class-header_words",
                name="header_words",
                class_name="input",
                default_value=State.header_words,
                placeholder="badge, staff card",
            ),
            hint="Support the class, never decide alone.",
            for_id="class-header_words",
        ),
        field(
            "Share of values that must fit, %",
            rx.el.input(
                id="class-share",
                name="share",
                type="number",
                min=50,
                max=100,
                class_name="input",
                default_value=State.share,
            ),
            hint="Of the different values.",
            for_id="class-share",
        ),
        class_name="grid-2",
    )


def _select(label: str, name: str, options: list[tuple[str, str]], value: rx.Var[str]) -> rx.Component:
    return field(
        label,
        rx.el.select(
            *(rx.el.option(words, value=key) for key, words in options),
            id=f"class-{name}",
            name=name,
            default_value=value,
            class_name="select",
        ),
        for_id=f"class-{name}",
    )


def _laws() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Laws that it falls under", class_name="section-title"),
        rx.el.div(
            *(
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        name=f"law-{law}",
                        class_name="tick",
                        default_checked=State.regulations.contains(law),
                    ),
                    law,
                    class_name="row small",
                )
                for law in REGULATIONS
            ),
            class_name="row",
            style={"gap": "6px 16px", "marginTop": "6px"},
        ),
        style={"border": "0", "padding": "0", "margin": "0"},
    )


def _buttons() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.cond(State.is_busy, "Working…", "Test on the catalogue"),
            type="submit",
            class_name="button",
            on_click=State.want_test,
            disabled=State.is_busy,
        ),
        rx.el.button("Save data class", type="submit", class_name="button button-primary", disabled=State.is_busy),
        class_name="row",
        style={"justifyContent": "flex-end"},
    )


def _result() -> rx.Component:
    return rx.el.div(
        rx.cond(
            State.learned.length() > 0,
            callout(
                "",
                "graduation-cap",
                "Learned: ",
                rx.foreach(State.learned, lambda words: rx.el.div(words, class_name="strong")),
            ),
        ),
        rx.cond(State.is_busy & State.is_tried, progress(State.percent, label="Test on the catalogue")),
        rx.cond(State.is_tried, rx.el.p(State.tried, class_name="strong")),
        rx.foreach(State.warnings, lambda words: callout("amber", "triangle-alert", words)),
        _columns("Columns that have it", State.hits),
        _columns("Columns that come near", State.near_misses),
        class_name="stack-md",
        role="status",
        id="test-result",
    )


def _columns(title: str, rows: rx.Var[list[TriedColumn]]) -> rx.Component:
    return rx.cond(
        rows.length() > 0,
        rx.el.section(
            rx.el.h3(title),
            rx.el.ul(rx.foreach(rows, _column), class_name="choices-plain"),
            class_name="stack",
        ),
    )


def _column(row: rx.Var[TriedColumn]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(row.column, row.href, on_click=State.leave),
            rx.el.span(row.effect, class_name="muted small"),
            class_name="row-between",
        ),
        rx.el.div(row.table, class_name="mono muted"),
        rx.el.div(row.match, class_name="small"),
        rx.el.div(
            rx.el.span("Now ", class_name="muted small"),
            data_class(row.now),
            rx.foreach(row.examples, lambda example: rx.el.span(example, class_name="value")),
            class_name="row",
        ),
        class_name="node",
    )
