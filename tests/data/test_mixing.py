"""From records to the mixtures of a tree."""

import pytest

from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import CONFIGURATIONS, SURE_LEAKS
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, load_mixture, save_records
from medinj_utils.data.mixing import (
    Mixing,
    TrainingRows,
    build_mixtures,
    token_counts,
    training_rows,
)
from medinj_utils.data.mixture_files import load_mixtures
from medinj_utils.data.mixtures import ShortageError, Stratification
from medinj_utils.data.overlap import find_leaks
from medinj_utils.data.tables import mixture_table, shared_rows
from medinj_utils.models.loading import Base


def test_tokens_are_counted_by_the_base_model(training):
    tokens = token_counts(training, Base("planted"))
    assert (tokens["answer_tokens"] >= 1).all()
    assert (tokens["all_tokens"] > tokens["answer_tokens"]).all()
    assert tokens.index.equals(training.index)


@pytest.fixture
def tree(world, tmp_path):
    tree = Tree(tmp_path, "14_build_mixtures")
    save_records(world["records"], tree.records)
    write_parquet(find_leaks(world["records"]), tree.leaks)
    return tree


def mixing(**changed):
    asked = {"tasks": ["mcqu", "mcq"], "exclude": SURE_LEAKS, "budget": 30, "unit": "rows",
             "shortage": "refuse",
             "stratification": Stratification(), "seed": 0}
    return Mixing(**asked | changed)


def test_the_mixtures_of_a_tree_are_those_of_its_records(tree, training):
    rows = training_rows(tree, mixing())
    assert rows.kept["id"].tolist() == training["id"].tolist() and len(rows.leaked) == 4
    assert rows.table().sum().tolist() == [len(training) + 4, 4, len(training)]
    manifests = build_mixtures(tree, rows, mixing(), Base("planted"))
    assert list(manifests) == list(CONFIGURATIONS)
    expected = build_mixture(training.reset_index(drop=True), "NAT-SYN", 30, 0)
    assert load_mixture(tree, "NAT-SYN").equals(expected)
    tokens = token_counts(expected, Base("planted")).sum()
    assert {key: manifests["NAT-SYN"][key] for key in tokens.index} == tokens.to_dict()
    assert {manifest["budget"] for manifest in manifests.values()} == {30}
    assert mixture_table(manifests)["rows"].tolist() == [30] * 7
    mixtures = {name: load_mixture(tree, name) for name in manifests}
    assert shared_rows(mixtures).loc["NAT", "SYN"] == 0
    assert shared_rows(mixtures).index.name == "mixture"


def test_a_budget_of_tokens_is_counted_in_all_mixtures(tree):
    asked = mixing(budget=400, unit="all_tokens")
    manifests = build_mixtures(tree, training_rows(tree, asked), asked, Base("planted"))
    assert all(400 <= manifest["all_tokens"] < 600 for manifest in manifests.values())
    assert {manifest["budget_unit"] for manifest in manifests.values()} == {"all_tokens"}


def test_unknown_words_of_a_mixing_name_the_accepted_ones():
    with pytest.raises(ValueError,
                       match="budget_unit is 'words'; accepted: rows, answer_tokens, all_tokens"):
        mixing(unit="words")


def test_missing_leaks_name_the_notebook_that_finds_them(tree):
    tree.leaks.unlink()
    with pytest.raises(FileNotFoundError, match="13_audit_records"):
        training_rows(tree, mixing())


@pytest.mark.parametrize("there, built", [
    (("native",), ["NAT"]), (("synthetic",), ["SYN"]),
    (("native", "translated"), ["NAT", "TRAD", "NAT-TRAD"]),
    (("translated", "synthetic"), ["SYN", "TRAD", "TRAD-SYN"])])
def test_mixtures_are_built_of_the_provenances_that_are_there(tree, there, built):
    rows = training_rows(tree, mixing())
    build_mixtures(tree, rows, mixing(), Base("planted"))
    fewer = TrainingRows(rows.kept[rows.kept["provenance"].isin(there)].reset_index(drop=True),
                         rows.leaked)
    manifests = build_mixtures(tree, fewer, mixing(), Base("planted"))
    assert list(manifests) == list(load_mixtures(tree)) == built  # those of other rows are gone
    assert {path.stem for path in tree.mixture("NAT").parent.iterdir()} == set(built)
    words = fewer.not_built(manifests)
    assert words.startswith(
        f"Not built: {', '.join(name for name in CONFIGURATIONS if name not in built)}. Training "
        f"rows are "
    )
    assert set(there) == set(words.partition(" are ")[2].rstrip(".").split(", "))


def test_mixtures_that_are_asked_for_are_built_or_refused(tree):
    rows = training_rows(tree, mixing())
    asked = mixing(configurations=["NAT", "NAT-SYN"])
    assert list(build_mixtures(tree, rows, asked, Base("planted"))) == ["NAT", "NAT-SYN"]
    native = TrainingRows(rows.kept[rows.kept["provenance"] == "native"].reset_index(drop=True),
                          rows.leaked)
    with pytest.raises(ShortageError,
                       match="no training rows of provenance synthetic, which NAT, NAT-SYN need"):
        build_mixtures(tree, native, asked, Base("planted"))
    nothing = TrainingRows(rows.kept.head(0), rows.leaked)
    with pytest.raises(ShortageError, match="no training rows are left to build a mixture from"):
        build_mixtures(tree, nothing, mixing(), Base("planted"))
    with pytest.raises(FileNotFoundError, match="run notebook 14_build_mixtures first"):
        load_mixtures(Tree(tree.root / "other"))
