"""MesConseilsCovid against independently normalised rows."""

from medinj_utils.core.identity import normalise
from medinj_utils.data import read_source
from medinj_utils.data.text import clean

from ..published_files import normalised


def test_the_covid_questions_read_as_the_normalised_rows(shared_data):
    records, _ = read_source("mesconseilscovid", shared_data / "mesconseilscovid-faq" / "raw")
    expected = normalised(shared_data / "mesconseilscovid-faq" / "normalized.jsonl")
    answers = {
        normalise(row.instruction): set(normalise(row.answer_text).split())
        for row in records.itertuples()
    }
    words_of = {
        normalise(clean(row["question"])): set(normalise(clean(row["answer"])).split())
        for row in expected
    }
    assert len(words_of.keys() - answers.keys()) <= 1  # whose answer is a form
    alike = [
        len(words & answers[question]) / len(words | answers[question])
        for question, words in words_of.items()
        if question in answers
    ]
    assert sum(value > 0.9 for value in alike) > 0.9 * len(alike)
    assert not records["answer_text"].str.contains(r"\*\*|\]\(|<div|\.\. ", regex=True).any()
