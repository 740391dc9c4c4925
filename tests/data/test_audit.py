"""The audit against what was planted, and against real sets whose faults are known."""

import unicodedata
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from rows import collect

from medinj_utils.core.identity import normalise
from medinj_utils.data import artefacts, audit, overlap, published, read_source, read_texts
from medinj_utils.data.figures import counts_figure, positions_figure
from medinj_utils.data.languages import anchors, match_across_languages, retold_questions
from medinj_utils.data.mixtures import remove_leaks
from medinj_utils.data.readers.casimedicos import documents


def choice(instruction, options, letters="A", split="train", task="mcqu", provenance="native", source="essai", **more):
    return {"provenance": provenance, "task": task, "source": source, "split": split, "instruction": instruction,
            "options": list(options), "answer_letters": list(letters)} | more


def table(*rows):
    records, quarantine = collect(*rows)
    assert quarantine.empty
    return records


def test_counts_add_up(world):
    counts = audit.count_records(world["records"])
    assert counts["total"].sum() == len(world["records"])
    assert (counts[["train", "validation", "test"]].sum(axis=1) == counts["total"]).all()


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
    found = overlap.find_duplicates(french)
    assert len(found[found["identical"]]) == 3 and found.loc[found["identical"], "places"].str.contains("train.json:").all()
    tasks = audit.count_records(french).set_index("task")[["train", "validation", "test"]]
    shares = (tasks.loc["mcq"] / tasks.sum()).to_dict()  # the balance of tasks shifts between the splits
    assert shares["train"] > 0.7 and shares["validation"] < 0.55 and shares["test"] < 0.55
    negative = artefacts.texts_by_row(french)["negative"]
    assert negative[french["instruction"].str.contains("fausse|sauf", case=False, regex=True)].mean() > 0.97
    spanish, _ = read_source("casimedicos", shared_data / "casimedicos-fr" / "raw")
    found = overlap.find_duplicates(spanish)
    assert (found["tasks"] == "oeq").sum() > 15  # the comments on the same questions
    found = found[found["tasks"] == "mcqu"]
    assert found["splits"].str.contains(",").sum() == 15
    assert (~found["same_answer"] & found["same_options"]).sum() == 2
    leaks = overlap.find_leaks(spanish[spanish["task"] == "mcqu"])
    assert leaks["reason"].value_counts()["same question"] == 11 and set(leaks["reason"]) == {"same question", "same case"}


WORDS = [f"mot{i}" for i in range(3000)]


def planted_pairs(rng, n, changed):
    """n texts of 30 to 60 words and, of each, one in which a share of the words is another."""
    texts = []
    for _ in range(n):
        words = list(rng.choice(WORDS, rng.integers(30, 60)))
        other = list(words)
        for place in rng.choice(len(words), round(changed * len(words)), replace=False):
            other[place] = str(rng.choice(WORDS))
        texts += [" ".join(words), " ".join(other)]
    return table(*(choice(text, ["oui", "non"]) for text in texts))


def test_near_duplicates_are_found_and_nothing_else():
    records = planted_pairs(np.random.default_rng(0), 300, 0.05)
    found = overlap.near_duplicates(records)
    named = {(first, second) for first, second in zip(found["first"], found["second"], strict=True)}
    true = {(i, i + 1) for i in range(0, len(records), 2)}
    assert len(named & true) >= 0.95 * len(true) and len(named - true) == 0
    assert found["similarity"].between(0.75, 1).all()


def test_similarity_is_that_of_words_and_word_pairs():
    words = WORDS[:30]
    records = table(choice(" ".join(words), ["oui", "non"]), choice(", ".join(["AUTRE", *words[1:]]) + " !", ["oui", "non"]))
    found = overlap.near_duplicates(records)

    def shingles(words):
        return {*words, *pairwise(words)}

    one, two = shingles([*words, "non", "oui"]), shingles(["autre", *words[1:], "non", "oui"])
    assert found["similarity"].tolist() == pytest.approx([len(one & two) / len(one | two)])


def test_many_texts_from_one_template_are_counted_and_not_compared_pair_by_pair():
    rows = [choice(f"{' '.join(WORDS[:60])} patient{i}", ["oui", "non"]) for i in range(250)]
    found = overlap.near_duplicates(table(*rows), 0.7)
    assert found.attrs["closed"] > 0


def test_no_records_and_one_record_have_no_pairs():
    assert overlap.near_duplicates(table(), 0.7).empty
    assert overlap.near_duplicates(table(choice("Un ?", "ab")), 0.7).empty


def test_leaks_are_named_with_their_reason_and_the_test_row():
    words = " ".join(WORDS[:40])
    records = table(
        choice("Même question ?", ["foie", "rein"], split="test"), choice("Même question ?", ["rein", "foie"], letters="B"),
        choice("D'un parent ?", "ab", split="test", parent="p/1"), choice("Du même parent ?", "ab", parent="p/1"),
        choice("Que faire ?", "ab", split="test", context="Un cas."), choice("Que faire ?", "cd", context="Un cas."),
        choice(words, "ab", split="test"), choice(f"{words} encore", "ab"), choice("Tout autre chose ?", "ab"))
    leaks = overlap.find_leaks(records, overlap.near_duplicates(records, 0.8))
    assert leaks["place"].tolist() == ["f.json:1", "f.json:3", "f.json:5", "f.json:7"]
    assert leaks["reason"].tolist() == [overlap.REASONS[i] for i in (0, 2, 1, 3)]
    assert leaks["test_place"].tolist() == ["f.json:0", "f.json:2", "f.json:4", "f.json:6"]


def test_positions_are_shares_with_a_test_against_equal_ones(world):
    positions = artefacts.right_positions(world["records"])
    letters = [column for column in positions if len(column) == 1]
    assert positions[letters].sum(axis=1).to_numpy() == pytest.approx(1)
    always = table(*(choice(f"Question {i} ?", ["oui", "non"]) for i in range(40)))
    assert artefacts.right_positions(always)["p, equal shares"].item() < 1e-6


def test_blind_rules_find_planted_patterns_and_nothing_where_there_is_none():
    rng = np.random.default_rng(0)

    def rows(split, right, wrong, n=300):
        made = []
        for i in range(n):
            place = int(rng.integers(3))
            words = rng.choice(WORDS, 3, replace=False)
            options = [f"{right if j == place else wrong} {word}" for j, word in enumerate(words)]
            made.append(choice(f"Question {split} {i} ?", options, "ABC"[place], split=split))
        return made

    def scores(right, wrong):
        made = artefacts.blind_baselines(table(*rows("train", right, wrong), *rows("test", right, wrong)))
        return made.set_index("rule")[["exact_match", "low", "high", "chance"]]

    told = scores("toujours", "jamais")
    assert told.loc["options alone", "exact_match"] == 1 and told.loc["longest option", "exact_match"] > 0.6
    even = scores("peut-être", "peut-être")
    assert even.loc["options alone", "low"] < 1 / 3 < even.loc["options alone", "high"]
    assert even["chance"].tolist() == pytest.approx([1 / 3] * 3)


def test_positions_are_counted_within_any_group():
    records = table(*(choice(f"{source} {n} ?", ["un", "deux"], letter, source=source)
                      for source, letter in (("un", "A"), ("autre", "B")) for n in range(20)))
    assert artefacts.right_positions(records)["p, equal shares"].item() == 1  # as a whole all looks even
    apart = artefacts.right_positions(records, ["source"]).set_index("source")
    assert apart.loc["un", ["A", "B"]].tolist() == [1, 0] and (apart["p, equal shares"] < 1e-4).all()


def test_the_longest_option_is_watched():
    records = table(choice("Un ?", ["a", "bb", "ccc"], "C"), choice("Deux ?", ["aaa", "b", "c"], "A"),
                    choice("Trois ?", ["aa", "bb"]))
    row = artefacts.longest_is_right(records).iloc[0]
    assert (row["questions"], row["longest is right"]) == (2, 1.0)
    parts = pd.concat([records, records.assign(split="test", options=[options[::-1] for options in records["options"]])])
    assert artefacts.longest_is_right(parts).set_index("split")["longest is right"].to_dict() == {"train": 1.0, "test": 0.0}


@pytest.mark.parametrize("question, negative", [
    ("Laquelle est fausse ?", True), ("Toutes sauf une, laquelle ?", True), ("Lequel N'EST PAS un signe ?", True),
    ("Quelle proposition est inexacte ?", True), ("Que ne faut-il pas faire ?", True), ("Laquelle est exacte ?", False),
    ("Quel patient est sauvé ?", False), ("Quelle est la fausse couche la plus fréquente ?", True)])
def test_questions_for_what_is_not_so(question, negative):
    assert artefacts.texts_by_row(table(choice(question, ["oui", "non"])))["negative"].item() == negative


def test_rows_in_another_language_and_readability():
    records = table(choice("Quelle est la cause de la douleur chez ce patient ?", ["le foie", "la rate"]),
                    choice("What is the most likely cause of the pain in this patient?", ["the liver", "the spleen"]),
                    choice("¿Cuál es la causa más probable del dolor en el paciente?", ["el hígado", "los riñones"]),
                    choice("pH ?", ["7,4", "7,1"]))
    by_row = artefacts.texts_by_row(records)
    assert (by_row["foreign"] > 0.5).tolist() == [False, True, True, False] and np.isnan(by_row["foreign"].iloc[3])
    assert by_row["words"].iloc[1] == 12 + 4 + 2  # question, options, right answer
    summary = artefacts.text_summary(records, by_row)
    assert summary["foreign"].item() == 0.5 and summary["short_question"].item() == 0.25


def test_anchors_are_what_a_translation_leaves():
    french = set(anchors("Une neurofibromatose de type 1 (NF) : 2,5 mg d'hydrocortisone"))
    english = set(anchors("A neurofibromatosis of type 1 (NF): 2.5 mg of hydrocortisone"))
    assert french == english == {"neuro", "1", "NF", "2.5", "hydro"}
    assert set(anchors("la maladie de Crohn")) == {"malad", "crohn"}


def in_both_languages(shared_data):
    """(French, English) questions of CasiMedicos' aligned files, without the comments, and pairs of like questions."""
    sides = []
    for language in ("FR", "EN"):
        files = [shared_data / "casimedicos-fr" / "raw" / language / f"{split}.tsv" for split in ("train", "dev", "test")]
        told = [document for file in files for document in documents(file.read_text(encoding="utf-8"), file)]
        ends = [next(i for i, line in enumerate(document) if "CORRECT ANSWER" in line or "RÉPONSE" in line) for document in told]
        sides.append([" ".join(document[1:end]) for document, end in zip(told, ends, strict=True)])
    like = set()
    for texts in sides:
        pairs = overlap.near_duplicates(table(*(choice(f"{text} {i}", "ab") for i, text in enumerate(texts))), 0.35)
        like |= {(int(a), int(b)) for a, b in zip(pairs["first"], pairs["second"], strict=True)}
    return *sides, like


def test_translations_of_real_questions_are_found(shared_data):
    french, english, like = in_both_languages(shared_data)
    found = match_across_languages(french, english)
    pairs = list(zip(found["first"], found["second"], strict=True))
    right = [first == second for first, second in pairs]
    same = [first == second or (min(first, second), max(first, second)) in like for first, second in pairs]
    assert sum(right) / len(french) > 0.97  # recall
    assert np.mean(same) > 0.99  # precision, where the same case asked twice counts as right


def test_translated_sentences_are_found_where_they_hold_anchors(shared_data):
    texts, _ = read_texts("tico19", shared_data / "tico19-en-fr" / "raw")
    found = match_across_languages(texts["text"].tolist(), texts["english"].tolist())
    right = (found["first"] == found["second"]).mean()
    assert right > 0.85 and (found["first"] == found["second"]).sum() / len(texts) > 0.5


DRUGS = [("amoxicilline", "amoxicillin"), ("hydrocortisone", "hydrocortisone"), ("méthotrexate", "methotrexate"),
         ("furosémide", "furosemide"), ("propranolol", "propranolol"), ("ciprofloxacine", "ciprofloxacin"),
         ("warfarine", "warfarin"), ("azathioprine", "azathioprine"), ("lévothyroxine", "levothyroxine")]
SIGNS = [("une dyspnée", "dyspnoea"), ("une hépatomégalie", "hepatomegaly"), ("une hématurie", "haematuria"),
         ("une neutropénie", "neutropenia"), ("un œdème papillaire", "papilloedema"), ("une arthralgie", "arthralgia"),
         ("une thrombopénie", "thrombocytopenia"), ("un nystagmus", "nystagmus")]


def planted_translations(n=300, seed=0):
    """n made-up cases in French and in English; every one has numbers, a drug and two signs, drawn anew."""
    rng, french, english = np.random.default_rng(seed), [], []
    for _ in range(n):
        age, dose, level = int(rng.integers(18, 95)), int(rng.integers(2, 60)) * 25, rng.integers(11, 99) / 10
        drug = DRUGS[rng.integers(len(DRUGS))]
        one, two = (SIGNS[i] for i in rng.choice(len(SIGNS), 2, replace=False))
        decimal = f"{level}".replace(".", ",")
        french.append(f"Un patient de {age} ans sous {drug[0]} ({dose} mg par jour) présente {one[0]} et {two[0]}. "
                      f"La CRP est à {decimal} mg/L. Que faut-il craindre ?")
        english.append(f"A {age}-year-old patient on {drug[1]} ({dose} mg daily) has {one[1]} and {two[1]}. "
                       f"The CRP is {level} mg/L. What should be feared?")
    return french, english


def test_planted_translations_are_found_among_cases_of_the_same_form():
    french, english = planted_translations()
    found = match_across_languages(french[:200], english[100:])  # of the first hundred no translation is there
    right = found["first"] == found["second"] + 100
    assert right.sum() / 100 > 0.95  # recall
    at = found["similarity"] >= 0.45
    assert right[at].mean() > 0.95  # precision


def test_the_threshold_for_leaks_parts_translations_of_real_cases_from_other_cases(shared_data):
    french, english, like = in_both_languages(shared_data)
    half = len(french) // 2
    found = match_across_languages(french, english[:half], 0.45)  # of the other half no translation is there
    same = np.array([a == b or (min(a, b), max(a, b)) in like for a, b in zip(found["first"], found["second"], strict=True)])
    assert (found["first"] == found["second"]).sum() / half > 0.75 and same.mean() > 0.95


def test_test_questions_that_were_translated_twice_are_found_as_their_english_sides_tell(shared_data):
    french, english, _ = in_both_languages(shared_data)
    n = [len(documents(file.read_text(encoding="utf-8"), file)) for file in (
        shared_data / "casimedicos-fr" / "raw" / "FR" / f"{split}.tsv" for split in ("train", "dev", "test"))]
    split = [name for name, times in zip(("train", "validation", "test"), n, strict=True) for _ in range(times)]
    retold = retold_questions(table(*(choice(text, "ab", context=f"cas {i}", provenance="translated", split=split[i])
                                      for i, text in enumerate(french))))
    named = set(zip(retold["first"], retold["second"], strict=True))
    like = overlap.near_duplicates(table(*(choice(f"{text} {i}", "ab") for i, text in enumerate(english))), 0.6)
    same = {(a, b) for a, b in zip(like["first"], like["second"], strict=True) if (split[a], split[b]) == ("train", "test")}
    assert len(same) == 33 and len(named & same) >= 32 and len(named - same) <= 1


def test_a_translated_training_question_with_the_anchors_of_a_test_question_is_suspected():
    case = "Un homme de 57 ans sous méthotrexate (15 mg) et hydrocortisone présente une hépatomégalie. Que craindre ?"
    again = "Chez cet homme âgé de 57 ans, traité par hydrocortisone et 15 mg de méthotrexate, on note une hépatomégalie ?"
    records = table(choice(again, "ab", provenance="translated"), choice(again + " ", "cd"), choice(case, "ab", split="test"),
                    *(choice(f"Autre question {i} ?", "ab", split="test") for i in range(9)))
    retold = retold_questions(records)
    assert (retold["first"].item(), retold["second"].item()) == (0, 2)  # the native one is none that was translated
    leaks = overlap.find_leaks(records, None, retold)
    assert leaks[["place", "reason", "test_place"]].values.tolist() == [["f.json:0", "same in other words", "f.json:2"]]
    assert leaks["similarity"].item() == retold["similarity"].item() > 0.45
    train = records[records["split"] == "train"]
    assert len(remove_leaks(train, leaks)[1]) == 0 and len(remove_leaks(train, leaks, overlap.REASONS)[1]) == 1


def test_a_sentence_encoder_may_take_the_place_of_the_anchors():
    texts = ["Quelle est la couleur du foie ?", "Combien de reins ?", "Où est la rate ?"]
    found = match_across_languages(texts, [texts[2], "Autre chose."], 0.99, encoder="planted")
    assert found[["first", "second"]].values.tolist() == [[2, 0]] and found["similarity"].item() == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="encoder_revision"):
        match_across_languages(texts, texts, encoder="organisation/model")


def test_texts_without_anchors_match_nothing():
    assert match_across_languages([], ["the cat"]).empty
    assert match_across_languages(["le chat"], ["the cat"]).empty


def test_stated_sums_are_added_up():
    added = published.said_and_added().set_index("what")
    assert added.loc["translated: its splits", "adds up to [C]"] == 417_674
    assert added.loc["all rows by task", "adds up to [C]"] == 577_577
    assert added.loc["native: its listed sources", "verdict"] == "-8\u202f983 apart"
    assert added.loc["all components: train", "verdict"] == "agrees"


def test_stated_counts_are_held_against_what_was_read(world):
    quarantine = world["quarantine"].assign(source="planted")
    nothing = published.said_and_counted(world["records"], quarantine)
    assert set(nothing["verdict"]) == {"not counted here"}
    as_if = world["records"].assign(source="MedInjection-FR")
    counted = published.said_and_counted(as_if, quarantine.assign(source="medinjection")).set_index("what")
    assert counted.loc["all rows, quarantine included", "counted here"] == len(as_if) + len(quarantine)
    assert counted.loc["native: test", "counted here"] == ((as_if["provenance"] == "native") & (as_if["split"] == "test")).sum()


def test_french_typography():
    assert audit.in_french(57563) == "57\u202f563"
    assert audit.in_french(1234.5, 1) == "1\u202f234,5"
    assert audit.quoted("ab" * 100, 10) == "«\u202fababababa…\u202f»"


def test_tables_of_records_without_choices_are_empty_and_not_an_error():
    rows = table(choice("Pourquoi ?", "", "", task="oeq", answer_text="Parce que."))
    assert artefacts.right_positions(rows).empty and artefacts.blind_baselines(rows).empty
    assert overlap.find_duplicates(rows).empty and artefacts.longest_is_right(rows)["low"].empty
    for draw, table_of in ((positions_figure, artefacts.right_positions(rows)), (counts_figure, overlap.leak_matrix(
            overlap.find_leaks(rows), rows))):
        assert "nothing" in draw(table_of).axes[0].texts[0].get_text()


def test_duplicates_are_found_whatever_capitals_and_spaces_and_among_open_questions():
    same = table(choice("Que  faire ?", ["le  rein", "foie"], context="Une femme de 30 ans."),
                 choice("que faire ?", ["le rein", "foie"], context="Une femme\nde 30  ans."),
                 choice("Pourquoi ?", "", "", task="oeq", answer_text="Parce que."),
                 choice("Pourquoi ?", "", "", task="oeq", answer_text="Car."))
    found = overlap.find_duplicates(same)
    assert found["times"].tolist() == [2, 2] and found.set_index("tasks")["same_answer"].to_dict() == {"mcqu": True, "oeq": False}
    blank = table(choice("Laquelle ?", "ab", context=" ", split="test"), choice("Laquelle ?", "cd", context=" "))
    assert overlap.find_duplicates(blank).empty and overlap.find_leaks(blank).empty


def test_signs_alone_are_no_near_duplicates_and_french_is_not_taken_for_spanish():
    assert overlap.near_duplicates(table(choice("?", "+-"), choice("!", ["++", "--"]))).empty
    french = table(choice("Il faut que le patient sache que l'on pense que ce soit possible, or que tu as ...", ["oui", "non"]))
    assert artefacts.texts_by_row(french)["foreign"].item() == 0
    twice = pd.concat([french, french])
    assert len(artefacts.text_summary(twice, artefacts.texts_by_row(twice))) == 1


def test_texts_are_evened_at_once_as_one_by_one():
    signs = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    texts = pd.Series([text for sign in signs if unicodedata.is_normalized("NFC", text := f"A{sign}b")
                       and unicodedata.category(sign) != "Cn"], dtype="str")
    differing = overlap._evened(texts) != texts.map(normalise)
    # Arrow may know newer letters than this Python does; of those that French is written in none may differ.
    assert not [text for text in texts[differing] if ord(text[1]) < 0xA7C0] and differing.mean() < 0.001


def test_the_table_of_duplicates_does_not_hang_on_the_numbers_of_the_cases(world, monkeypatch):
    expected, cases = overlap.find_duplicates(world["records"]), overlap._cases
    monkeypatch.setattr(overlap, "_cases", lambda records: -cases(records))
    assert overlap.find_duplicates(world["records"]).equals(expected)


def test_two_readings_of_one_source_both_stand_beside_what_is_stated(world):
    class Stated:
        expected = (("train", 7), ("all", 9))

    table = published.expected_and_read([("own", world["records"], world["quarantine"])] * 2, {"own": Stated})
    assert table["stated"].tolist() == [7, 9, 7, 9] and table["in quarantine"].tolist() == [len(world["quarantine"])] * 4
    assert table["read"].iloc[1] == world["records"]["place"].nunique()
