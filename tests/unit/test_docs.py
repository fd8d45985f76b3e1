"""The documentation keeps up: settings, error codes, pages, links, and short decisions."""

import re
from pathlib import Path

import pytest

from pursight_app.core import errors
from pursight_app.core.settings import PROJECT_ROOT, Settings

DOCS = PROJECT_ROOT / "docs"
DOCUMENTS = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
_CODE = re.compile(r"""\bcode\s*=\s*["']([a-z_]{3,40})["']""")
_ROUTE = re.compile(r"""@(?:rx\.)?page\((?:route=)?["']([^"']{1,80})["']""")
# [text](target) and ![text](target), the target without a title.
_LINK = re.compile(r"""\]\(([^)\s]{1,300})(?:\s+"[^"]{0,200}")?\)""")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def sources() -> list[Path]:
    return [
        file for folder in ("pursight_app", "state", "pages", "jobs") for file in (PROJECT_ROOT / folder).rglob("*.py")
    ]


def used_codes() -> set[str]:
    classes = {
        each.code for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.PurSightError)
    }
    return classes.union(*(set(_CODE.findall(file.read_text())) for file in sources()))


def relative_targets(document: Path) -> list[str]:
    text = _FENCE.sub("", document.read_text())
    return [target for target in _LINK.findall(text) if not target.startswith(("http://", "https://", "mailto:", "#"))]


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text()
    assert [name for name in Settings.model_fields if f"`PURSIGHT_{name.upper()}`" not in text] == []


def test_no_setting_is_documented_that_is_not_there() -> None:
    named = set(re.findall(r"^\| `PURSIGHT_([A-Z0-9_]+)`", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_error_code_is_documented() -> None:
    text = (DOCS / "errors.md").read_text()
    codes = used_codes()
    assert {"scan_active", "invalid_credentials", "service_unavailable"} <= codes
    assert sorted(code for code in codes if f'<a id="{code}"></a>`{code}`' not in text) == []


def test_every_page_is_documented() -> None:
    text = (DOCS / "pages.md").read_text()
    routes = {file.name: _ROUTE.findall(file.read_text()) for file in (PROJECT_ROOT / "pages").glob("*.py")}
    assert routes["home.py"] == ["/"]
    assert [route for found in routes.values() for route in found if f"| `{route}` |" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(PROJECT_ROOT)))
def test_links_and_pictures_point_at_files(document: Path) -> None:
    targets = [target.partition("#")[0] for target in relative_targets(document)]
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_list_of_requirements_names_tests_that_are_there() -> None:
    there = {
        name
        for file in (PROJECT_ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    text = (DOCS / "asvs.md").read_text()
    # A file's name is followed by its ending, a name that stands for several tests by an ellipsis.
    named = re.findall(r"\b(test_\w+)(\.py)?(…)?", text)
    missing = [
        name
        for name, is_file, is_start in named
        if not is_file and not (any(each.startswith(name) for each in there) if is_start else name in there)
    ]
    assert len(named) > 60
    assert missing == []
    files = re.findall(r"`((?:api|db|e2e|unit|faults)/test_\w+\.py)", text)
    assert [file for file in files if not (PROJECT_ROOT / "tests" / file).exists()] == []


def test_decisions_are_short_and_numbered_without_gap() -> None:
    decisions = sorted((DOCS / "adr").glob("*.md"))
    assert [int(file.name[:4]) for file in decisions] == list(range(1, len(decisions) + 1))
    assert [file.name for file in decisions if len(file.read_text().splitlines()) > 60] == []


def test_the_tour_is_short() -> None:
    assert len((PROJECT_ROOT / "README.md").read_text().splitlines()) < 200
