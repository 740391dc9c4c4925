"""Duplicates and leaks, against what was planted and against real sets whose faults are known."""

import re
import unicodedata

import pandas as pd

from medinj_utils.core.identity import normalise
from medinj_utils.core.names import LEAKS
from medinj_utils.data import overlap, read_source
from medinj_utils.data.counts import count_records
from medinj_utils.data.languages import retold_questions
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.near import near_duplicates
from medinj_utils.data.text_measures import texts_by_row

from .rows import WORDS, choice, table


def test_planted_duplicates_and_leaks_are_found(world):
    duplicates = overlap.find_duplicates(world["records"])
    crossing = duplicates[duplicates["splits"] == "test, train"]
    assert len(crossing) == 4
    assert (duplicates[duplicates["identical"]]["times"] >= 2).all()
    leaks = overlap.find_leaks(world["records"])
    assert leaks["reason"].tolist() == ["same question"] * 4
    assert overlap.leak_matrix(leaks, world["records"]).to_numpy().sum() == 4


def test_known_faults_of_real_sets_are_found_without_being_told(shared_data):
    french, _ = read_source("frenchmedmcqa", shared_data / "frenchmedmcqa" / "raw")
    result = overlap.find_duplicates(french)
    # Three to the letter, two with another apostrophe.
    assert len(result[result["identical"]]) == 5
    assert result.loc[result["identical"], "places"].str.contains("train.json:").all()
    tasks = count_records(french).set_index("task")[["train", "validation", "test"]]
    # the balance of tasks shifts between the splits
    shares = (tasks.loc["mcq"] / tasks.sum()).to_dict()
    assert shares["train"] > 0.7 and shares["validation"] < 0.55 and shares["test"] < 0.55
    negative = texts_by_row(french)["negative"]
    assert (
        negative[french["instruction"].str.contains("fausse|sauf", case=False, regex=True)].mean()
        > 0.97
    )
    spanish, _ = read_source("casimedicos", shared_data / "casimedicos-fr" / "raw")
    result = overlap.find_duplicates(spanish)
    assert (result["tasks"] == "oeq").sum() > 15  # the comments on the same questions
    result = result[result["tasks"] == "mcqu"]
    assert result["splits"].str.contains(",").sum() == 15
    assert (~result["same_answer"] & result["same_options"]).sum() == 2
    leaks = overlap.find_leaks(spanish[spanish["task"] == "mcqu"])
    assert leaks["reason"].value_counts()["same question"] == 11
    assert set(leaks["reason"]) == {"same question", "same case"}


def test_leaks_are_named_with_their_reason_and_the_test_row():
    words = " ".join(WORDS[:40])
    records = table(
        choice("Même question ?", ["foie", "rein"], split="test"),
        choice("Même question ?", ["rein", "foie"], letters="B"),
        choice("D'un parent ?", "ab", split="test", parent="p/1"),
        choice("Du même parent ?", "ab", parent="p/1"),
        choice("Que faire ?", "ab", split="test", context="Un cas."),
        choice("Que faire ?", "cd", context="Un cas."),
        choice(words, "ab", split="test"), choice(f"{words} encore", "ab"),
        choice("Tout autre chose ?", "ab"))
    leaks = overlap.find_leaks(records, near_duplicates(records, 0.8))
    assert leaks["place"].tolist() == ["f.json:1", "f.json:3", "f.json:5", "f.json:7"]
    assert leaks["reason"].tolist() == [LEAKS[i] for i in (0, 2, 1, 3)]
    assert leaks["test_place"].tolist() == ["f.json:0", "f.json:2", "f.json:4", "f.json:6"]


def test_a_translated_training_question_with_the_anchors_of_a_test_question_is_suspected():
    case = ("Un homme de 57 ans sous méthotrexate (15 mg) et hydrocortisone présente une "
            "hépatomégalie. Que craindre ?")
    again = ("Chez cet homme âgé de 57 ans, traité par hydrocortisone et 15 mg de méthotrexate, "
             "on note une hépatomégalie ?")
    records = table(choice(again, "ab", provenance="translated"), choice(again + " ", "cd"),
                    choice(case, "ab", split="test"),
                    *(choice(f"Autre question {i} ?", "ab", split="test") for i in range(9)))
    retold = retold_questions(records)
    # the native one is none that was translated
    assert (retold["first"].item(), retold["second"].item()) == (0, 2)
    leaks = overlap.find_leaks(records, None, retold)
    assert leaks[["place", "reason", "test_place"]].values.tolist() == [
        ["f.json:0", "same in other words", "f.json:2"]
    ]
    assert leaks["similarity"].item() == retold["similarity"].item() > 0.45
    train = records[records["split"] == "train"]
    assert len(remove_leaks(train, leaks)[1]) == 0
    assert len(remove_leaks(train, leaks, LEAKS)[1]) == 1


def test_duplicates_are_found_whatever_capitals_and_spaces_and_among_open_questions():
    same = table(choice("Que  faire ?", ["le  rein", "foie"], context="Une femme de 30 ans."),
                 choice("que faire ?", ["le rein", "foie"], context="Une femme\nde 30  ans."),
                 choice("Pourquoi ?", "", "", task="oeq", answer_text="Parce que."),
                 choice("Pourquoi ?", "", "", task="oeq", answer_text="Car."))
    result = overlap.find_duplicates(same)
    assert result["times"].tolist() == [2, 2]
    assert result.set_index("tasks")["same_answer"].to_dict() == {"mcqu": True, "oeq": False}
    blank = table(choice("Laquelle ?", "ab", context=" ", split="test"),
                  choice("Laquelle ?", "cd", context=" "))
    assert overlap.find_duplicates(blank).empty and overlap.find_leaks(blank).empty


#: What becomes of a question that is copied. The first few are the same to `normalise`.
COPIES = {
    "apostrophes": lambda text: text.replace("'", "\u2019"),
    "dashes": lambda text: text.replace("-", "\u2011"),
    "soft hyphens": lambda text: re.sub(r"\w{5,}", lambda word: f"{word[0][:3]}\u00ad{word[0][3:]}",
                                        text),
    "direction marks": lambda text: " ".join(f"\u2068{word[:1]}\u200e{word[1:]}\u2069"
                                             for word in text.split(" ")),
    "blanks": lambda text: text.replace(" ", "\u2009\u00a0"),
    "wide": lambda text: text.translate({i: i + 0xfee0 for i in range(33, 127)}),
    "HTML": lambda text: "<p>"
    + text.replace("&", "&amp;").replace("<", "&lt;").replace("é", "&eacute;") + "</p>",
    "lost accents": lambda text: "".join(c for c in unicodedata.normalize("NFD", text)
                                         if not unicodedata.combining(c)),
    "decimal signs": lambda text: re.sub(r"(?<=\d)[.,](?=\d)", lambda sign: ",."[sign[0] == ","],
                                         text),
    "apostrophes gone": lambda text: text.replace("'", ""),
    "signs for blanks": lambda text: re.sub(r"['-]", " ", text),
    "units": lambda text: re.sub(r"(?<=\d) (?=[a-zµ%°])", "", text),
    "subscripts": lambda text: re.sub(
        r"(?<=[A-Za-z])\d+",
        lambda digits: "".join(chr(0x2080 + int(digit)) for digit in digits[0]), text),
    "a number in front": "12. {}".format, "a question's number": "Question n° 12 : {}".format}


def test_copies_are_found_whatever_became_of_their_signs(shared_data):
    french, _ = read_source("frenchmedmcqa", shared_data / "frenchmedmcqa" / "raw")
    test = (
        french[(french["split"] == "test") & ~french["question_id"].duplicated(keep=False)]
        .head(60)
        .to_dict("records")
    )
    for n_same, (kind, change) in enumerate(COPIES.items()):
        given = [
            row
            | {
                "split": "train",
                "instruction": change(row["instruction"]),
                "parent": "",
                "place": "",
                "options": [
                    change(option) if "number" not in kind else option for option in row["options"]
                ],
            }
            for row in test
        ]
        records = pd.concat([pd.DataFrame(test), table(*given)], ignore_index=True)
        same = overlap.find_leaks(records)
        leaks = overlap.find_leaks(records, near_duplicates(records))
        assert len(leaks) == len(test) and leaks["similarity"].fillna(1).min() == 1, kind
        assert len(same) == len(test) or n_same >= 7, kind


def test_labels_before_options_and_what_a_template_closes_hide_no_leak():
    form = " ".join(WORDS[:60])
    rows = [choice(f"{form} étude n{'e' * i} ?", ["l'os", "Œdème", "1,5"]) for i in range(250)]
    copies = [
        choice(f"{form} etude n{'e' * i} ?", ["A) l os", "B) oedeme", "C) 1.5"], split="test")
        for i in (3, 200)
    ]
    records = table(*rows, *copies)
    near = near_duplicates(records)
    leaks = overlap.find_leaks(records, near)
    assert near.attrs["closed"]
    assert leaks.loc[leaks["similarity"] == 1, "place"].tolist() == ["f.json:3", "f.json:200"]


def test_digits_and_signs_that_mean_another_number_make_another_question():
    for one, other in [("1,5", "15"), ("10²", "102"), ("10⁻²", "10²"), ("10₂", "102"),
                       ("1½", "11/2"), ("10 000", "10")]:
        pair = table(choice(f"Quelle dose : {one} ?", "ab", split="test"),
                     choice(f"Quelle dose : {other} ?", "ab"))
        near = near_duplicates(pair, 0.1)
        assert pair["question_id"].nunique() == 2 and (near["similarity"] < 0.75).all(), one


def test_texts_are_evened_at_once_as_one_by_one():
    signs = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    texts = pd.Series(
        [
            text
            for sign in signs
            if unicodedata.is_normalized("NFC", text := f"A{sign}b")
            and unicodedata.category(sign) != "Cn"
        ],
        dtype="str",
    )
    differing = overlap._normalised(texts) != texts.map(normalise)
    # Arrow may know newer letters than this Python does; of those that French is written in none
    # may differ.
    assert not [text for text in texts[differing] if ord(text[1]) < 0xA7C0]
    assert differing.mean() < 0.001


def test_the_table_of_duplicates_does_not_hang_on_the_numbers_of_the_cases(world, monkeypatch):
    expected, cases = overlap.find_duplicates(world["records"]), overlap._cases
    monkeypatch.setattr(overlap, "_cases", lambda records: -cases(records))
    assert overlap.find_duplicates(world["records"]).equals(expected)
