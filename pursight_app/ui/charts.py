"""Small pictures of figures: bars of recent runs, a diff. Each says in words what it shows."""

from typing import Any

import reflex as rx


def sparkline(bars: rx.Var[list[int]], words: rx.Var[str] | str) -> rx.Component:
    """Heights in percent, oldest first; `words` say what they show."""
    return rx.el.span(
        rx.foreach(bars, lambda height: rx.el.span(style={"height": height.to_string() + "%"})),
        class_name="sparkline",
        role="img",
        aria_label=words,
        title=words,
    )


def diff(lines: rx.Var[list[Any]]) -> rx.Component:
    """A unified diff; the sign stands before each line, so that colour is not all that tells."""
    return rx.el.pre(
        rx.foreach(
            lines,
            lambda line: rx.el.div(
                rx.el.span(line.sign, class_name="diff-sign"),
                line.text,
                class_name=rx.match(
                    line.sign,
                    ("+", "diff-line diff-added"),
                    ("-", "diff-line diff-removed"),
                    ("@", "diff-line diff-place"),
                    "diff-line",
                ),
            ),
        ),
        class_name="diff mono",
        tab_index=0,
        aria_label="What changes",
    )


def facts(rows: rx.Var[list[Any]]) -> rx.Component:
    """Names and what they are."""
    return rx.el.dl(
        rx.foreach(rows, lambda fact: rx.fragment(rx.el.dt(fact.name), rx.el.dd(fact.value, class_name="num"))),
        class_name="facts",
    )
