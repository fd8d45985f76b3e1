"""The classifier's scores, calibration and speed, beside peers that pip can install: `./pursight bench classify`.

Scores are on labelled columns (JSON lines, see `./pursight train`) of --corpus or $PURSIGHT_CORPUS, each answered by a model that
has not learned from its repository. Without a corpus, generated columns are scored.
"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.classify_peers import PEERS, print_peers
from benchmarks.classify_scores import Scored, generated_answers, print_scores, scored_corpus
from benchmarks.classify_speed import print_speed
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.settings import PROJECT_ROOT

PARTS = ("speed", "scores", "peers")
PICTURE = PROJECT_ROOT / "docs" / "pictures" / "classify_reliability.svg"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pursight bench classify", description=__doc__)
    parser.add_argument("--corpus", action="append", type=Path, default=[], help="labelled columns; may be repeated")
    parser.add_argument(
        "--part", action="append", choices=PARTS, default=[], help="only this part; may be repeated (default: all)"
    )
    parser.add_argument("--picture", type=Path, help=f"where to draw the reliability diagram (a corpus: {PICTURE})")
    parser.add_argument(
        "--peers-python",
        action="append",
        default=[],
        help=f"a Python interpreter that has peers installed ({', '.join(PEERS)}); may be repeated",
    )
    parser.add_argument("--peer-columns", type=int, default=200, help="columns that peers are asked about (200)")
    return parser.parse_args()


def _scored(corpora: list[Path]) -> Scored:
    if corpora:
        return scored_corpus(corpora)
    print(
        "scores: neither --corpus nor $PURSIGHT_CORPUS names labelled columns, so GENERATED ones are scored. The model"
    )
    print("learned from the same generators with other seeds: these figures flatter it and say little of real data.")
    return generated_answers()


def main() -> None:
    """Prints speed, scores and peers; draws the reliability diagram where a corpus or --picture is given."""
    options = _options()
    parts = options.part or PARTS
    named = os.environ.get("PURSIGHT_CORPUS", "")
    corpora = options.corpus or [Path(name) for name in named.split(os.pathsep) if name]
    if "speed" in parts:
        print_speed(corpora)
        sys.stdout.flush()
    if not {"scores", "peers"} & set(parts):
        return
    try:
        scored = _scored(corpora)
    except InvalidInputError as error:
        sys.exit(error.message)
    if "scores" in parts:
        print_scores(scored, options.picture or (PICTURE if corpora else None))
    if "peers" in parts:
        print_peers(scored, options.peers_python or [sys.executable], options.peer_columns)


if __name__ == "__main__":
    main()
