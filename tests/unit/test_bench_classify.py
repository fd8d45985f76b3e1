"""`./pursight bench classify`: the picture, the printed scores, and peers that are not there."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from benchmarks import peer_adapters
from benchmarks.classify_peers import PEERS, print_peers
from benchmarks.classify_scores import Scored, print_scores
from benchmarks.reliability_picture import draw_reliability
from pursight_app.assistant.corpus import LabelledColumn
from pursight_app.assistant.measures import Answer, Bin
from pursight_app.cli.main import app
from pursight_app.core.taxonomy import TAXONOMY

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
BINS = [Bin(0.35, 0.25, 4), Bin(0.95, 1.0, 60)]


def scored() -> Scored:
    values = ("jane@example.com", "bob@example.org", None)
    columns = [LabelledColumn("people", f"mail{number}", values, ("mail",), "email", "here") for number in range(4)]
    given = ["email", "email", "username", None]
    answers = [Answer("email", name, 0.9, "here", "real", is_renamed=number > 1) for number, name in enumerate(given)]
    return Scored("four columns", columns, answers)


def test_the_picture_is_an_svg_that_holds_every_bin_its_count_and_both_axes() -> None:
    picture = ET.fromstring(draw_reliability(BINS, 0.021))
    texts = {"".join(text.itertext()) for text in picture.iter(f"{SVG}text")}

    assert len(list(picture.iter(f"{SVG}circle"))) == len(BINS)
    assert {"4", "60", "confidence of the answer", "share that is right", "columns per bin"} <= texts
    assert any("64 columns, expected calibration error 0.021" in text for text in texts)
    # Higher accuracy is further up, higher confidence further right.
    low, high = picture.iter(f"{SVG}circle")
    assert float(high.attrib["cx"]) > float(low.attrib["cx"])
    assert float(high.attrib["cy"]) < float(low.attrib["cy"])


def test_the_committed_picture_is_one_of_these() -> None:
    picture = ET.parse(ROOT / "docs" / "pictures" / "classify_reliability.svg").getroot()
    assert (picture.tag, picture.attrib["role"]) == (f"{SVG}svg", "img")


def test_scores_are_printed_by_slice_class_and_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_scores(scored(), tmp_path / "picture.svg")
    lines = capsys.readouterr().out.splitlines()

    def line_of(start: str) -> list[str]:
        return next(line for line in lines if line.strip().startswith(start)).split()

    assert line_of("all")[1:3] == ["4", "0.500"]
    assert line_of("original headers")[2:4] == ["2", "1.000"]
    assert line_of("renamed headers")[2:4] == ["2", "0.000"]
    assert line_of("email")[1:4] == ["4", "1.000", "0.500"]
    assert [line.split() for line in lines if "->" in line][1:3] == [
        ["email", "->", "username", "1"],
        ["email", "->", "no", "answer", "1"],
    ]
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_peer_that_is_not_installed_is_skipped_and_said_how_to_get(capsys: pytest.CaptureFixture[str]) -> None:
    print_peers(scored(), ["/no/such/python"], 4)
    printed = capsys.readouterr().out

    assert "PurSight" in printed
    for peer in PEERS:
        line = next(line for line in printed.splitlines() if line.startswith(peer))
        assert "skipped: FileNotFoundError" in line


def test_an_interpreter_without_a_peer_answers_that_it_has_none() -> None:
    command = [sys.executable, "-I", str(ROOT / "benchmarks" / "peer_adapters.py"), "piicatcher"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["skipped"].startswith("PackageNotFoundError")


def test_peers_kinds_are_named_by_classes_that_exist() -> None:
    assert peer_adapters.NAMED.keys() == peer_adapters.STARTS.keys()
    assert {name for kinds in peer_adapters.NAMED.values() for name in kinds.values()} <= TAXONOMY.keys()


def test_what_stands_behind_a_benchmarks_name_is_for_the_benchmark() -> None:
    done = CliRunner().invoke(app, ["bench", "--corpus", "x"])
    assert done.exit_code != 0
    done = subprocess.run(
        [sys.executable, "-m", "pursight_app", "bench", "classify", "--part", "scores", "--corpus", "/no/such/file"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Cannot read the corpus /no/such/file" in done.stderr
