"""Tables as a reader sees them."""

import numpy as np
import pandas as pd

from medinj_utils.data.languages import retold_questions
from medinj_utils.data.near import near_duplicates
from medinj_utils.data.overlap import find_duplicates, find_leaks
from medinj_utils.data.tables import (
    conflicts,
    duplicate_summary,
    leak_summary,
    near_examples,
    near_matrix,
    near_places,
    one_record,
    quoted,
    readable,
    retold_examples,
    shown_positions,
    sure_leaks,
)

from .rows import WORDS, choice, table


def test_a_record_is_a_row_for_each_column():
    shown = one_record({"task": "mcq", "options": ["foie", "rein"], "general": False})
    assert shown["value"].to_dict() == {"task": "mcq", "options": "foie · rein", "general": False}
    assert shown.index.name == "column"


def test_numbers_are_in_english_typography_and_quotes_in_french():
    table = pd.DataFrame({"n": [57563], "share": [1234.5], "none": [np.nan], "flag": [True]},
                         dtype=object)
    assert readable(table, 1).iloc[0].tolist() == ["57,563", "1,234.5", "", True]
    assert quoted("ab" * 100, 10) == "«\u202fababababa…\u202f»"


def test_summaries_of_duplicates_and_leaks_add_up(world):
    records = world["records"]
    duplicates, leaks = find_duplicates(records), find_leaks(records)
    assert duplicate_summary(duplicates)["rows"].sum() == duplicates["times"].sum()
    assert leak_summary(leaks)["training rows"].sum() == len(leaks)
    assert (
        len(conflicts(duplicates))
        == (~duplicates["same_answer"] & duplicates["same_options"]).sum()
    )


def test_near_pairs_are_shown_by_place_source_and_example():
    words = " ".join(WORDS[:40])
    records = table(choice(words, "ab"), choice(f"{words} encore", "ab", source="autre"),
                    choice("Tout autre ?", "ab"))
    pairs = near_duplicates(records, 0.8)
    assert near_places(pairs, records)[["first", "second"]].values.tolist() == [["f.json:0",
                                                                                 "f.json:1"]]
    assert near_matrix(pairs, records).loc["essai", "autre"] == 1
    example = near_examples(pairs, records).iloc[0]
    assert example["other"].endswith("encore a …\u202f»")
    assert example["similarity"] == f"{pairs['similarity'].item():.2f}"


def test_suspected_translations_are_shown():
    case = ("Un homme de 57 ans sous méthotrexate (15 mg) et hydrocortisone présente une "
            "hépatomégalie. Que craindre ?")
    records = table(choice(case + " Pourquoi ?", "ab", provenance="translated"),
                    choice(case, "cd", split="test"),
                    *(choice(f"Autre question {i} ?", "ab", split="test") for i in range(9)))
    retold = retold_questions(records)
    shown = retold_examples(retold, find_leaks(records, None, retold), records)
    assert len(shown) == 1 and "Pourquoi" in shown["translated, in training"].item()
    assert sure_leaks(find_leaks(records, None, retold)).empty


def test_positions_are_shown_in_per_cent_and_p_never_as_zero():
    result = pd.DataFrame({"task": ["mcq"], "options": [4], "A": [0.25], "E": [None],
                           "right letters": [1320], "p, equal shares": [1e-9]})
    assert shown_positions(result).to_dict("records") == [{
        "task": "mcq", "options": "4", "A, %": "25.0", "E, %": "", "right letters": "1,320",
        "p, equal shares": "<\u00a00.001"}]
