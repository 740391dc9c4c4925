"""MedInjection-FR in its three shapes."""

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medinj_utils.core.identity import normalise
from medinj_utils.data import SourceError, read_source
from medinj_utils.data.text import clean

from ..published_files import CHAT, ROW, tree


def test_spellings_of_type_and_origin_are_taken_tolerantly(tmp_path):
    records, _ = read_source("medinjection", tree(tmp_path, [ROW]))
    row = records.iloc[0]
    assert (row["task"], row["provenance"], row["split"], row["answer_letters"]) == (
        "mcqu",
        "native",
        "train",
        ["B"],
    )
    assert row["options"] == ["foie", "rein"]


@pytest.mark.parametrize("field, value", [("type", "quiz"), ("origin", "martian")])
def test_an_unknown_value_stops_with_file_row_and_value(tmp_path, field, value):
    with pytest.raises(SourceError, match=rf"mcqu_train\.json, row 1, {field}.*{value}"):
        read_source("medinjection", tree(tmp_path, [ROW, ROW | {field: value}]))


def test_provenance_is_said_and_never_guessed(tmp_path):
    row = {k: v for k, v in ROW.items() if k != "origin"}
    folder = tree(tmp_path, [row])
    with pytest.raises(SourceError, match="provenance"):
        read_source("medinjection", folder)
    assert read_source("medinjection", folder, provenance="translated")[0][
        "provenance"
    ].tolist() == ["translated"]


def test_an_option_goes_on_until_the_next_one(tmp_path):
    row = ROW | {
        "instruction": "Quel organe ?\n(A) foie\n droit\n(B) rein\nPrécision : chez un enfant."
    }
    assert read_source("medinjection", tree(tmp_path, [row]))[0]["options"].item() == [
        "foie  droit", "rein Précision : chez un enfant."]


def test_a_single_published_file_says_its_split(tmp_path):
    folder = tree(tmp_path, [ROW], "Synthetic/Train/mcq/mcq_training.json")
    assert read_source("medinjection", folder / "Synthetic/Train/mcq/mcq_training.json")[0][
        "split"
    ].tolist() == ["train"]


def test_a_provenance_that_contradicts_the_rows_is_refused(tmp_path):
    with pytest.raises(SourceError,
                       match="row 0, origin: says 'Natif', but provenance is 'synthetic'"):
        read_source("medinjection", tree(tmp_path, [ROW]), provenance="synthetic")


def test_the_authors_chat_files_take_their_task_from_the_name_and_say_so(tmp_path):
    (tmp_path / "train_qcmu.json").write_text(json.dumps([CHAT]), encoding="utf-8")
    (tmp_path / "train_qcm.jsonl").write_text(json.dumps(CHAT | {"answer": "A;B"}) + "\n",
                                              encoding="utf-8")
    (tmp_path / "test_qro.json").write_text(json.dumps([{"messages": [
        {"role": "user", "content": "Pourquoi ?"},
        {"role": "assistant", "content": "Parce que."}]}]), encoding="utf-8")
    (tmp_path / "test_en2fr.json").write_text("[]", encoding="utf-8")
    records, quarantine = read_source("medinjection", tmp_path, provenance="native")
    assert quarantine.empty
    assert records.set_index("task")["split"].to_dict() == {"oeq": "test", "mcq": "train",
                                                            "mcqu": "train"}
    assert records.set_index("task")["answer_text"].to_dict() == {
        "oeq": "Parce que.",
        "mcq": "foie ; rein",
        "mcqu": "rein",
    }
    remarks = {remark["file"]: remark["remark"] for remark in records.attrs["reading"]["remarks"]}
    assert remarks["train_qcmu.json"] == "task mcqu known from the file's name alone"
    assert remarks["test_en2fr.json"] == "holds translations, no questions: not read"


@pytest.mark.parametrize("change, field", [
    ({"classes": ["A", "B", "C"]}, "classes"), ({"messages": []}, "messages"),
                                           ({"answer": None}, "answer"),
    ({"answer": "D"}, "answer")])
def test_a_broken_chat_row_goes_to_quarantine(tmp_path, change, field):
    (tmp_path / "train_qcmu.json").write_text(json.dumps([CHAT | change]), encoding="utf-8")
    records, quarantine = read_source("medinjection", tmp_path, provenance="native")
    assert records.empty and quarantine["field"].tolist() == [field]


def test_a_chat_file_whose_name_says_no_task_stops(tmp_path):
    (tmp_path / "train_data.json").write_text(json.dumps([CHAT]), encoding="utf-8")
    with pytest.raises(
        SourceError,
        match=r"train_data\.json, row 0, type: neither in the row nor in the file's name",
    ):
        read_source("medinjection", tmp_path, provenance="native")


def test_folders_above_the_source_say_nothing(tmp_path):
    folder = tmp_path / "test" / "mes_fichiers"
    folder.mkdir(parents=True)
    (folder / "lot.json").write_text(json.dumps([ROW]), encoding="utf-8")
    with pytest.raises(SourceError, match="split: neither in the row nor in the path"):
        read_source("medinjection", folder)


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
).filter(lambda text: clean(text) == text and normalise(text))


records_ = st.builds(
    lambda question, options, right, task: {
        "question": question,
        "options": options,
        "task": task,
        "answer": "; ".join(options)
        if task == "oeq"
        else sorted(
            "ABCDE"[i]
            for i in (
                {min(right) % len(options)} if task == "mcqu" else {i % len(options) for i in right}
            )
        ),
    },
    texts,
    st.lists(texts, min_size=2, max_size=5, unique_by=normalise),
    st.sets(st.integers(0, 9), min_size=1, max_size=3),
    st.sampled_from(["mcqu", "mcq", "oeq"]),
)


@settings(max_examples=30, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(records_, min_size=1, max_size=4))
def test_what_is_written_in_any_of_the_three_shapes_reads_as_the_same_records(tmp_path_factory,
                                                                              rows):
    folder, shapes = tmp_path_factory.mktemp("shapes"), {}
    for row in rows:
        lines = [
            row["question"],
            *(f"({letter}) {text}" for letter, text in zip("ABCDE", row["options"], strict=False)),
        ]
        asked = row["question"] if row["task"] == "oeq" else "\n".join(lines)
        answer = row["answer"] if row["task"] == "oeq" else ";".join(row["answer"])
        shapes.setdefault("all", []).append({"instruction": asked, "context": "", "answer": answer,
                                             "type": row["task"].upper(),
                                             "origin": "Native"})
        shapes.setdefault(row["task"], []).append({"messages": [{"role": "user", "content": asked}],
                                                   "answer": answer})
    (folder / "parquet").mkdir()
    pd.DataFrame(shapes["all"]).to_parquet(folder / "parquet" / "train-00000-of-00001.parquet")
    tree(folder / "component", shapes["all"])
    (folder / "chat").mkdir()
    for task, chats in shapes.items():
        if task != "all":
            name = {"mcqu": "qcmu", "mcq": "qcm", "oeq": "qro"}[task]
            (folder / "chat" / f"train_{name}.json").write_text(json.dumps(chats), encoding="utf-8")
    for shape in ("parquet", "component", "chat"):
        records, quarantine = read_source("medinjection", folder / shape, provenance="native")
        assert quarantine.empty
        result = sorted((row["task"], row["instruction"], tuple(row["options"]),
                         tuple(row["answer_letters"]) or row["answer_text"])
                        for row in records.to_dict("records"))
        assert result == sorted(
            (
                row["task"],
                row["question"].strip(),
                () if row["task"] == "oeq" else tuple(row["options"]),
                row["answer"] if row["task"] == "oeq" else tuple(row["answer"]),
            )
            for row in rows
        )
