"""What is shown of a shared file: words and code, never what it could do."""

import json
from uuid import uuid4

from pursight_app.models import Document
from pursight_app.services.collaboration import DocumentRow, pdf_text
from state.room_views import Preview, preview_of


def pdf(words: bytes) -> bytes:
    """One page that says `words`, as a printer would write it."""
    drawn = b"BT /F1 18 Tf 20 100 Td (" + words + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%sendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(made),
    )
    return made + end


def preview(content_type: str, content: bytes) -> Preview:
    document = Document(workspace_id=uuid4(), room_id=uuid4(), seq=1, kind="file", title="x", content_type=content_type)
    return preview_of(DocumentRow(document, "x", "Ann", is_hidden=False), content)


def test_a_notebook_shows_its_cells_and_not_its_outputs() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Plan\n", "mask"]},
        {
            "cell_type": "code",
            "source": "print('```')",
            "outputs": [{"data": {"text/html": "<script>window.hit=1</script>"}}],
        },
    ]
    shown = preview("application/x-ipynb+json", json.dumps({"cells": cells}).encode())

    assert shown.markdown == "# Plan\nmask\n\n````python\nprint('```')\n````"


def test_a_notebook_that_is_none_is_shown_as_text() -> None:
    assert preview("application/x-ipynb+json", b'{"cells": 5}').text == '{"cells": 5}'


def test_sql_is_code() -> None:
    assert preview("application/sql", b"SELECT 1").markdown == "```sql\nSELECT 1\n```"


def test_the_words_of_a_pdf_are_shown() -> None:
    assert "Masked by Friday" in preview("application/pdf", pdf(b"Masked by Friday")).text


def test_a_damaged_pdf_says_that_it_cannot_be_shown() -> None:
    assert pdf_text(b"%PDF-1.4 and then nothing") == ""
    assert preview("application/pdf", b"%PDF-1.4 and then nothing").note.startswith("No words")


def test_only_the_first_rows_of_a_csv_are_shown() -> None:
    shown = preview("text/csv", b"a,b\n" + b"<b>1</b>,=2\n" * 80)
    assert shown.rows[:2] == [["a", "b"], ["<b>1</b>", "=2"]]
    assert len(shown.rows) == 50
