"""Cards: what a step read, with what, and what it wrote."""

from medinj_utils.core.cards import Card, Origin, markdown_rows
from medinj_utils.core.files import read_json, sha256, write_text


def test_a_card_names_step_parameters_inputs_and_outputs(tmp_path):
    read, written = write_text("in", tmp_path / "in.txt"), write_text("out", tmp_path / "out.txt")
    card = Card(Origin("14_build_mixtures", {"a/b": "1" * 40}), {"budget": 3}, [read])
    content = card.write(tmp_path / "card.json", [written], rows=7)
    assert content == read_json(tmp_path / "card.json")
    assert (content["step"], content["parameters"], content["rows"]) == ("14_build_mixtures",
                                                                         {"budget": 3}, 7)
    assert content["commits"] == {"a/b": "1" * 40}
    assert content["inputs"] == {str(read): sha256(read)}
    assert content["outputs"] == {"out.txt": sha256(written)}
    assert content["versions"]["python"]
    assert content["hardware"]["cores"] >= 1
    assert content["started"].endswith("+00:00")


def test_rows_of_a_markdown_table_keep_their_cells():
    assert markdown_rows([("a|b", 1), ("c\nd", "")]) == "| a\\|b | 1 |\n| c d |  |"
