"""What a profile needs, held against its data before anything runs."""

import json
import os

import pytest
import yaml

from medinj_utils.book import check
from medinj_utils.book.check import check_data, check_records, known_records, unmet
from medinj_utils.core import profiles
from medinj_utils.core.parameters import SettingsError, notebook_defaults, notebook_names
from medinj_utils.core.tree import Tree
from medinj_utils.data import SourceError, save_records
from medinj_utils.data.gather import gather_sources, save_gathered

DEFAULTS = {name: notebook_defaults(name) for name in notebook_names()}
ROW = {"provenance": "native", "task": "mcqu", "source": "Mes questions", "split": "train",
       "instruction": "", "options": ["oui", "non"],
       "answer_letters": ["A"]}


def table(folder, *rows):
    """A table of questions, each another."""
    path = folder / "mine.jsonl"
    lines = [
        json.dumps(ROW | {"instruction": f"Question {number} ?"} | row)
        for number, row in enumerate(rows)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


USUAL = [{}] * 6 + [{"split": "test"}] * 4


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """A profile on a table of its own; what `check_data` says of it."""
    monkeypatch.setattr(profiles, "PROFILES", tmp_path)

    def checked(rows=USUAL, location="", shared=(), **notebooks):
        location = location or str(table(tmp_path, *rows))
        given = {"10_read_sources": {"sources": [{"name": "own", "location": location}]},
                 "14_build_mixtures": {"budget": 6}}
        for name in DEFAULTS:
            if values := notebooks.get(f"n{name[:2]}"):
                given[name] = given.get(name, {}) | values
        content = {"title": "mine", "notebooks": given,
                   "shared": {"base_model": "planted", "base_revision": ""} | dict(shared)}
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        return check_data("mine")
    return checked


def test_what_will_be_compared_and_what_can_not_is_said(profile):
    assert profile() == (
        "10 records (4 native test, 6 native train). The profile compares BASE, NAT. Can't be "
        "built, for lack of training rows: "
        "SYN, TRAD, NAT-SYN, NAT-TRAD, TRAD-SYN, ALL."
    )


def test_a_row_that_can_not_be_read_is_named_before_anything_runs(profile):
    said = profile([*USUAL * 10, {"answer_letters": ["Z"]}])
    assert said.startswith("100 records ")
    assert "Can't be read: 1. The first: mine.jsonl, row 100, " in said


TWO = [*USUAL, *[{"provenance": "synthetic"}] * 6]


def test_two_provenances_give_three_mixtures(profile):
    three = {"configurations": ["NAT", "SYN", "NAT-SYN"],
             "systems": ["BASE", "NAT", "SYN", "NAT-SYN"]}
    assert (
        "The profile compares BASE, NAT, SYN, NAT-SYN. Can't be built, for lack of training rows: "
        "TRAD, NAT-TRAD"
        in profile(TWO, shared=three)
    )


SYN = {"configurations": ["NAT", "SYN"], "systems": ["BASE", "NAT", "SYN"]}


@pytest.mark.parametrize("rows, changes, message", [
    (USUAL, {"shared": SYN},
     r"SYN can't be built: no training rows are synthetic \(6 native\).*configurations: \[NAT\] "
     r"and systems: \[BASE, NAT\]"),
    (USUAL, {"n14": {"configurations": ["NAT", "ALL"]}},
     "ALL can't be built: no training rows are synthetic or translated"),
    (USUAL, {"n14": {"budget": 7, "shortage": "refuse"}},
     r"14_build_mixtures: NAT needs 7 native rows but 6 are there.*shortage"),
    ([*USUAL, *[{"provenance": "synthetic", "task": "mcq", "answer_letters": ["A", "B"]}] * 6],
     {"n14": {"by_task": "matched"}, "shared": SYN},
     "14_build_mixtures: by_task is 'matched', but no task type occurs in all provenances"),
    (USUAL, {"n30": {"test_sources": ["Mes questiosn"]}},
     "30_answer_questions, test_sources: no test question of Mes questiosn; there are: Mes "
     "questions"),
    (USUAL, {"n32": {"test_sources": ["x"], "orders": 1}},
     "32_ask_otherwise, test_sources: no test question of x"),
    (USUAL, {"n50": {"configurations": ["NAT"], "learning_rates": [0.1], "test_sources": ["x"]}},
     "50_vary_recipe, test_sources: no test"),
    (USUAL, {"n51": {"configurations": ["NAT"], "budget_shares": [0.5], "test_sources": ["x"]}},
     "51_vary_budget, test_sources: no test"),
    (USUAL, {"n30": {"shots": 9}},
     "30_answer_questions, shots is 9, but there are 6 training questions of task mcqu"),
    (USUAL, {"n30": {"most_items": 1}},
     "asks 1 test questions on 1 contexts, and a comparison needs at least two"),
    ([{}] * 6, {}, "asks 0 test questions on 0 contexts.*there are 6 train mcqu"),
    ([{}] * 6 + [{"split": "test", "general": True}] * 3, {}, "asks 0 test questions"),
    ([{}] * 6 + [{"split": "test", "context": "Un cas."}] * 3, {},
     "asks 3 test questions on 1 contexts"),
    ([{"split": "test"}] * 4, {},
     "14_build_mixtures: no training rows are left.*there are 4 test mcqu"),
    ([{"split": "validation"}] * 4 + USUAL[6:], {}, "no training rows are left"),
    (USUAL, {"n14": {"tasks": ["mcq"]}},
     "with split train and a task of mcq; there are 4 test mcqu, 6 train mcqu"),
    (USUAL, {"n37": {"harness_logs": {"NAT-s42": "absent.jsonl"}}},
     "37_exchange_with_harness, harness_logs, NAT-s42: no such file, absent.jsonl"),
    (USUAL, {"n35": {"triplets": [{"name": "a", "location": "absent.csv"}]}},
     "35_judge_the_judge, triplets: absent.csv: no such file"),
    (USUAL, {"n35": {"judge_training": [{"name": "a", "location": "absent.csv"}]}},
     "35_judge_the_judge, judge_training: absent.csv"),
    (USUAL, {"n13": {"encoder": "absent"}}, "13_audit_records: model 'absent': no such folder"),
    (USUAL, {"shared": {"base_model": "absent"}},
     "21_train_adapter: model 'absent': no such folder"),
    (USUAL, {"n40": {"mode": "text_likelihood"}}, "40_compare_provenances needs text_likelihood")])
def test_what_the_data_lack_is_said_before_anything_runs(profile, rows, changes, message):
    with pytest.raises(SettingsError, match=message) as caught:
        profile(rows, **changes)
    assert all("mine.yaml" in line for line in str(caught.value).splitlines())


def test_all_that_is_wrong_is_said_at_once(profile):
    with pytest.raises(SettingsError) as caught:
        profile(n14={"budget": 99, "shortage": "refuse"}, n30={"test_sources": ["x"]},
                n32={"test_sources": ["y"], "orders": 1})
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize("mixing, said", [
    ({"budget": 99, "shortage": "lower"}, True), ({"budget": 7}, True), ({"budget": 6}, False),
    ({"budget": 1}, False),
    ({"budget": 99, "shortage": "repeat"}, False),
    ({"budget": 9999, "budget_unit": "all_tokens"}, False)])
def test_a_budget_that_will_be_lowered_is_said_with_what_to_set(profile, mixing, said):
    sentence = (
        f"The rows don't fill the budget of {mixing['budget']}: with shortage: lower, notebook 14 "
        f"takes 6 for all mixtures. "
        "To avoid this, set under 14_build_mixtures budget to 6 or less, or shortage to refuse"
    )
    assert (sentence in profile(n14=mixing)) == said
    assert ("shortage" in profile(n14=mixing)) == said


def test_a_budget_of_several_mixtures_is_lowered_to_what_the_smallest_allows(profile):
    three = {"configurations": ["NAT", "SYN", "NAT-SYN"],
             "systems": ["BASE", "NAT", "SYN", "NAT-SYN"]}
    assert "notebook 14 takes 4 for all mixtures" in profile(
        [*USUAL, *[{"provenance": "synthetic"}] * 4], shared=three
    )


@pytest.mark.parametrize("location, message", [
    ("mes données/absent.csv", "no such file or folder"),
    ("absent/mine.yaml", "no such file or folder"), (" ", "location is empty")])
def test_a_missing_source_is_said_before_anything_runs(profile, location, message):
    with pytest.raises(SourceError, match=message):
        profile(location=location)


def test_too_many_unreadable_rows_are_named_before_anything_runs(profile):
    rows = [*USUAL, {"answer_letters": ["Z"]}]
    with pytest.raises(
        SourceError,
        match=r"1 of 11 rows can't be read.*most_quarantined = 2.0%.*mine\.jsonl, row 10, "
              r"answer_letters: .*need letters among AB",
    ):
        profile(rows)
    assert profile(rows, n10={"most_quarantined": 0.2})


def test_what_has_to_be_downloaded_is_checked_after_notebook_10(profile, tmp_path, world,
                                                                monkeypatch):
    assert "checked after notebook 10" in profile(location="organisation/ensemble")
    parameters = DEFAULTS | {
        "10_read_sources": DEFAULTS["10_read_sources"] | {"output": str(tmp_path)},
        "30_answer_questions": DEFAULTS["30_answer_questions"]
        | {"test_sources": ["Mes questions"]},
    }
    monkeypatch.setattr(check, "_load", lambda *asked: (None, parameters))
    save_records(world["records"], Tree(tmp_path).records)
    with pytest.raises(
        SettingsError,
        match="no test question of Mes questions; there are: general knowledge, planted medicine",
    ):
        check_records("mine")


MAPPED = """files: "lot/*.csv"
provenance: native
task: oeq
split: train
source: s
licence: l
instruction: {column: q}
gold: {text: r}
"""


def older(path, text):
    """A text in a file, older than all that was made of it."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1, 1))


@pytest.mark.parametrize("location", ["lot/a.csv", "lot", "m.yaml"])
@pytest.mark.parametrize("changed, rows", [
    ({}, None), ({"lot/a.csv": "q,r\n1 ?,x\n2 ?,y\n"}, 2), ({"lot/b.csv": "q,r\n3 ?,z\n"}, 2),
    ({"lot/a.csv": "q,r\n1 ?,z\n"}, 1)])
def test_records_that_are_there_are_read_again_if_a_file_is_another(tmp_path, monkeypatch, location,
                                                                    changed, rows):
    """Even an older one: cp -p, archives and git keep or set dates as they like."""
    monkeypatch.chdir(tmp_path)
    header, record = "provenance,task,split,source,instruction,answer_text", "native,oeq,train,s"
    mapped = location == "m.yaml"

    def written(text):
        return (
            text
            if mapped
            else text.replace("q,r", header)
            .replace("\n1", f"\n{record},1")
            .replace("\n2", f"\n{record},2")
            .replace("\n3", f"\n{record},3")
        )

    older(tmp_path / "m.yaml", MAPPED)
    older(tmp_path / "lot/a.csv", written("q,r\n1 ?,x\n"))
    sources, tree, read = [{"name": "own", "location": location}], Tree(tmp_path / "out",
                                                                        "10_read_sources"), []
    save_gathered(gather_sources(tree, sources), tree)
    monkeypatch.setattr(check, "read_parts",
                        lambda asked: read.append(asked) or gather_parts(asked))
    for name, text in changed.items():
        older(tmp_path / name, written(text))
    if location == "lot/a.csv" and "lot/b.csv" in changed:
        rows = None
    assert len(known_records(sources, 0.0, tree)) == (rows or 1) and bool(read) == bool(rows)
    other = [sources[0] | {"provenance": None}]
    assert len(known_records(other, 0.0, tree)) == (rows or 1) and read[-1] == other


def test_a_touched_file_is_not_read_again(tmp_path, monkeypatch):
    sources, tree = (
        [{"name": "own", "location": str(table(tmp_path, *USUAL))}],
        Tree(tmp_path / "out", "10_read_sources"),
    )
    save_gathered(gather_sources(tree, sources), tree)
    os.utime(sources[0]["location"])
    monkeypatch.setattr(check, "read_parts", None)
    assert len(known_records(sources, 0.0, tree)) == 10


def gather_parts(asked):
    from medinj_utils.data.gather import read_parts
    return read_parts(asked)


def test_a_folder_of_data_that_the_profile_does_not_read_is_refused(profile, tmp_path):
    profile()
    with pytest.raises(SettingsError, match="DATA=.*: profile mine doesn't read it"):
        check_data("mine", str(tmp_path))


def test_records_of_the_demo_hold_what_its_notebooks_ask_for(world):
    asked = {"configurations": ["NAT", "SYN", "TRAD"]}
    parameters = {
        name: values | {key: value for key, value in asked.items() if key in values}
        for name, values in DEFAULTS.items()
    }
    parameters["14_build_mixtures"] |= {"budget": 12}
    assert unmet(world["records"], parameters) == []
    parameters["30_answer_questions"] |= {"test_sources": ["general knowledge"]}
    assert "30_answer_questions asks 0 test questions" in "".join(unmet(world["records"],
                                                                        parameters))
