"""What the columns of an asset show of their profile."""

from pursight_app.models import AssetColumn
from pursight_app.services.catalog import ColumnRow
from state.asset_views import view_column, view_evidence


def test_shapes_are_shown_from_the_commonest_whatever_order_the_store_gives_them_in() -> None:
    # JSONB gives short keys first.
    profile = {"shapes": {"": 2, "9": 10, "a@a.a": 40}}
    row = ColumnRow(AssetColumn(name="reach", data_type="text"), None, profile, is_masked=False, may_unmask=False)

    assert view_evidence(row, None, 52, definition="").shapes == [["a@a.a", "40"], ["9", "10"], ["(empty text)", "2"]]
    assert view_column(row, 52).strip_text == "Commonest shapes: a@a.a, 9, (empty text)"
    assert view_column(row, 52).strip == [100, 25, 8]
