"""Parquet files that are whole, hold other numbers, or are cut."""

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from medinj_utils.data import SourceError, read_source
from medinj_utils.data.parquet import parquet_rows

from .published_files import ROW


def test_a_parquet_file_reads_as_its_json_twin(tmp_path):
    path = tmp_path / "data" / "train-00000-of-00001.parquet"
    path.parent.mkdir()
    pd.DataFrame([ROW, ROW | {"answer": "A"}]).to_parquet(path)
    records, _ = read_source("medinjection", tmp_path)
    assert records["answer_letters"].tolist() == [["B"], ["A"]]


def test_empty_cells_of_a_parquet_file_are_empty_texts(tmp_path):
    pd.DataFrame([ROW | {"context": None}, ROW | {"context": "Un cas."}]).to_parquet(
        tmp_path / "train-0.parquet"
    )
    assert read_source("medinjection", tmp_path / "train-0.parquet")[0]["context"].tolist() == [
        "",
        "Un cas.",
    ]


def test_cut_parquet_is_named_with_how_far_it_reads(tmp_path):
    path = tmp_path / "train-0.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(
        SourceError, match=r"train-0\.parquet: not whole parquet .*readable up to row 0, of 4 bytes"
    ):
        read_source("medinjection", tmp_path)


@pytest.mark.parametrize("names", [["a", "a"], ["a", " a"], ["é", "e\u0301"]])
def test_of_two_names_that_are_one_none_is_lost_in_parquet(tmp_path, names):
    pq.write_table(pa.table([["x"], ["y"]], names=names), tmp_path / "q.parquet")
    with pytest.raises(SourceError, match="q.parquet: two columns have one name"):
        parquet_rows(tmp_path / "q.parquet")


def kinds(number):
    """Types that hold such numbers, with values of each."""
    numbers, lists = [0.1, 1e-7, None, 3.0], [[0.1, 1e-7], None, [], [2.5]]
    yield from ((number, numbers), (pa.list_(number), lists), (pa.large_list(number), lists),
                (pa.list_view(number), lists))
    yield pa.list_(number, 2), [[0.1, 1e-7], None, [None, 3.0], [2.5, 7.0]]
    yield pa.list_(pa.list_(number)), [[[0.1], None], None, [], [[2.5]]]
    yield pa.struct({"n": number, "m": pa.float64(), "t": pa.string()}), [
        {"n": 0.1, "m": 0.1, "t": "0.10"}, None, {"n": None, "m": 2.5, "t": None}, None]
    yield pa.list_(pa.struct({"n": number})), [[{"n": 0.1}], None, [], [{"n": None}, None]]
    yield pa.map_(pa.string(), number), [[("a", 0.1)], None, [], [("b", None)]]
    yield pa.map_(number, pa.string()), [[(0.1, "a")], None, [], [(2.5, "b")]]
    yield pa.dictionary(pa.int8(), number), [0.1, 1e-7, None, 0.1]


@pytest.mark.parametrize("kind, values", [
    case for bits in (pa.float16(), pa.float32(), pa.float64()) for case in kinds(bits)])
def test_a_number_of_a_parquet_file_is_the_one_that_was_written(tmp_path, kind, values):
    if pa.types.is_dictionary(kind):
        codes, numbers = pa.array([0, 1, None, 0], kind.index_type), pa.array(values[:2],
                                                                              kind.value_type)
        column = pa.DictionaryArray.from_arrays(codes, numbers)
    else:
        column = pa.array(values, kind)
    pq.write_table(pa.table({"a": column, "b": ["x"] * 4}), tmp_path / "q.parquet")
    assert parquet_rows(tmp_path / "q.parquet")[0:4] == [{"a": value, "b": "x"} for value in values]
    assert parquet_rows(tmp_path / "q.parquet")[1:3] == [
        {"a": value, "b": "x"} for value in values[1:3]
    ]
