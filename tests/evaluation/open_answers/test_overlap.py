import random

import pytest
import sacrebleu
from nltk.stem.snowball import FrenchStemmer
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

from medinj_utils.evaluation.open_answers.overlap import common_length, overlap, signatures
from medinj_utils.evaluation.open_answers.tokens import tokens

WORDS = (
    "le foie la rate filtre sang rein hépatite l'aorte dose 5 mg forte fortes , . (grave)".split()
)


def pairs(n: int = 60):
    rng = random.Random(0)
    return [
        (
            " ".join(rng.choices(WORDS, k=rng.randint(1, 30))),
            " ".join(rng.choices(WORDS, k=rng.randint(1, 30))),
        )
        for _ in range(n)
    ]


class French:
    tokenize = staticmethod(tokens)


class NoWordNet:
    synsets = staticmethod(lambda word: [])


def test_every_metric_is_its_librarys():
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=French())
    for candidate, reference in pairs():
        ours, theirs = overlap(candidate, reference), rouge.score(reference, candidate)
        assert ours["bleu"] == pytest.approx(sacrebleu.sentence_bleu(candidate, [reference]).score,
                                             abs=1e-9)
        assert ours["chrf"] == pytest.approx(sacrebleu.sentence_chrf(candidate, [reference]).score,
                                             abs=1e-9)
        assert [ours["rouge_1"], ours["rouge_2"], ours["rouge_l"]] == pytest.approx(
            [score.fmeasure for score in theirs.values()], abs=1e-12
        )
        meteor = single_meteor_score(tokens(reference), tokens(candidate), stemmer=FrenchStemmer(),
                                     wordnet=NoWordNet())
        assert ours["meteor"] == pytest.approx(meteor, abs=1e-12)


def test_no_metric_leaves_its_scale():
    """sacrebleu's BLEU of this text and itself is 100.00000000000004."""
    text = "Une réponse assez longue pour que BLEU dépasse cent"
    assert sacrebleu.sentence_bleu(text, [text]).score > 100 == overlap(text, text)["bleu"]
    assert all(
        value <= 1 for name, value in overlap(text, text).items() if name not in ("bleu", "chrf")
    )


@pytest.mark.parametrize(("first", "second", "length"), [
    ("", "", 0), ("a", "", 0), ("", "a", 0), ("abcbdab", "bdcaba", 4), ("aaaa", "aa", 2),
    ("abc", "xyz", 0)])
def test_longest_common_subsequence(first, second, length):
    assert common_length(first, second) == length


def test_meteor_matches_french_stems():
    assert overlap("hépatites", "hépatite")["rouge_l"] == 0
    assert overlap("hépatites", "hépatite")["meteor"] == 0.5


def test_signatures_name_library_version_and_tokens():
    found = signatures()
    assert (
        found["bleu"]
        == f"nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|version:{sacrebleu.__version__}"
    )
    assert found["chrf"].startswith("nrefs:1|")
    assert "WordNet:none" in found["meteor"]
    assert "tok:French" in found["rouge_l"]
