"""Mixtures as files."""

import re

import pytest
import yaml

from medinj_utils.core.files import read_json, write_json
from medinj_utils.core.tree import Tree
from medinj_utils.data import build_mixture, load_mixture, save_mixture


def test_same_inputs_give_the_same_file_and_a_changed_file_is_refused(training, tmp_path):
    mixture = build_mixture(training, "TRAD-SYN", 30, 0)
    one, two = (Tree(tmp_path / name, "14_build_mixtures") for name in ("one", "two"))
    manifests = [save_mixture(mixture, "TRAD-SYN", tree, seed=0) for tree in (one, two)]
    assert manifests[0] == manifests[1] and manifests[0]["step"] == "14_build_mixtures"
    assert sum(count["rows"] for count in manifests[0]["counts"]) == 30
    assert load_mixture(one, "TRAD-SYN").equals(mixture)
    manifest = one.manifest("TRAD-SYN")
    write_json(read_json(manifest) | {"sha256": "0"}, manifest)
    with pytest.raises(ValueError, match="SHA-256"):
        load_mixture(one, "TRAD-SYN")
    with pytest.raises(FileNotFoundError, match="14_build_mixtures"):
        load_mixture(Tree(tmp_path / "three"), "ALL")


def test_the_card_of_a_mixture_is_one_that_the_hub_reads(training, tmp_path):
    mixture = build_mixture(training, "ALL", 30, 0)
    tree = Tree(tmp_path)
    save_mixture(mixture, "ALL", tree, seed=0)
    card = tree.mixture_card("ALL").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---")[1])
    assert (head["language"], head["license"], head["size_categories"]) == (["fr"], "apache-2.0",
                                                                            ["n<1K"])
    assert "Not a medical device" in card and "| native | mcqu | planted medicine |" in card


@pytest.mark.parametrize("source", ["Annales | QCM", "a|b|c", "deux\nlignes", "|"])
def test_a_name_with_a_bar_or_a_line_end_breaks_no_table(training, tmp_path, source):
    tree = Tree(tmp_path)
    save_mixture(build_mixture(training, "NAT", 8, 0).assign(source=source, licence="a | b"), "NAT",
                 tree)
    rows = [
        line
        for line in tree.mixture_card("NAT").read_text(encoding="utf-8").splitlines()
        if line.startswith("| native")
    ]
    assert rows and all(len(re.split(r"(?<!\\)\|", row)) == 6 for row in rows)
