"""Edits leave what is right in an answer as it is."""

from medinj_utils.evaluation.open_answers import score_open_answers
from medinj_utils.evaluation.triplets.edits import EDITS, edited_triplets, sentences

LONG = (
    "La question est fréquente. Le foie fabrique la bile, 500 ml par jour. On consulte au besoin."
)


def edited(triplets):
    return edited_triplets(triplets).set_index(["original", "edit"])["candidate"]


def test_each_edit_by_hand(triplets_of):
    found = edited(triplets_of(("q", "la bile (500 ml)", LONG, 1), ("q", "la bile", "Le sang.", 0),
                               translation=["The bile.", ""]))
    first, second = "s/f.csv:0", "s/f.csv:1"
    assert found[first, "shorten"] == "Le foie fabrique la bile, 500 ml par jour."
    assert found[first, "bullet"].splitlines() == [
        "- La question est fréquente.",
        "- Le foie fabrique la bile, 500 ml par jour.",
        "- On consulte au besoin.",
    ]
    assert found[first, "hedge"].endswith(LONG) and found[first, "translate"] == "The bile."
    assert found[second, "pad"].startswith("Le sang. ") and len(found[second, "pad"].split()) > 50
    assert set(found.index) == {
        (first, edit) for edit in ("shorten", "bullet", "hedge", "translate")
    } | {(second, "pad"), (second, "hedge")}


def test_what_the_reference_has_stays_and_nothing_of_it_is_added(world):
    from medinj_utils.evaluation.triplets import read_triplets

    triplets, _ = read_triplets(
        [{"name": "p", "location": str(world["folder"] / "triplets" / "evaluated.json")}]
    )
    table = edited_triplets(triplets.head(60))
    originals = triplets.set_index("item").loc[table["original"]]
    kept = table["edit"].ne("translate").to_numpy()
    before = score_open_answers(originals["candidate"].tolist(), originals["reference"].tolist())[
        "content_recall"
    ]
    after = score_open_answers(table["candidate"].tolist(), table["reference"].tolist())[
        "content_recall"
    ]
    assert before[kept].equals(after[kept]) and set(table["edit"]) == set(EDITS)
    assert table["item"].is_unique
    assert (table["label"].to_numpy() == originals["label"].to_numpy()).all()


def test_what_an_edit_does_not_apply_to_is_left_out(triplets_of):
    table = triplets_of(("q", "la bile", "La bile.", 1), ("q", "la bile", " ", 0),
                        ("q", "la bile", "Le sang.", float("nan")),
                        ("q", "la bile", "- Un.\n- Le foie.", 1))
    found = edited(table)
    assert [edit for item, edit in found.index if item == "s/f.csv:0"] == ["hedge"]
    assert not {"s/f.csv:1", "s/f.csv:2"} & set(found.index.get_level_values(0))
    # a list already; shares no word
    assert [edit for item, edit in found.index if item == "s/f.csv:3"] == ["hedge"]
    assert edited_triplets(table.head(0)).columns.tolist() == [*table.columns, "original", "edit"]


def test_the_number_of_a_list_ends_no_sentence():
    assert sentences("Deux temps. 1. Repos. 12. Glace.") == ["Deux temps.", "1. Repos.",
                                                             "12. Glace."]


def test_lines_and_signs_end_sentences():
    assert sentences(" Un. Deux !\nTrois 3,5 g\n\n- quatre ") == ["Un.", "Deux !", "Trois 3,5 g",
                                                                  "- quatre"]
