"""Texts that tell the same in other words, above all in two languages.

Across languages words differ, but numbers, abbreviations, names, and the roots of medical words stay. `anchors` takes
these out of a text; two texts are matched when hardly another is nearer by them. The same holds for two translations of
one question, so training questions that are test questions translated again can be found. A multilingual sentence encoder
may take the anchors' place.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pandas as pd
from scipy import sparse

from medinj_utils.data.overlap import question_texts
from medinj_utils.data.text import coded_parts
from medinj_utils.models.loading import local_base

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_ROOT, _LEAST_LETTERS = 5, 6  # "neurofibromatose" and "neurofibromatosis" begin alike
_LEAST_NAME = 4  # letters of a word with a capital, such as "Crohn"
_HARDLY = 0.9  # of the nearest one's similarity
_LEAST_SHARED = 3
_COMMON = 1_000  # texts; an anchor that more of them hold tells none apart
_AT_ONCE = 1_000


def anchors(text: str) -> Iterator[str]:
    """What a translation leaves: numbers, abbreviations, names, and the beginnings of long words without accents."""
    for number in _NUMBER.findall(text):
        yield number.replace(",", ".")
    for word in _WORD.findall(text):
        if len(word) >= 2 and word.isupper():
            yield word
        elif len(word) >= (_LEAST_NAME if word[0].isupper() else _LEAST_LETTERS):
            decomposed = unicodedata.normalize("NFD", word.casefold())
            yield "".join(c for c in decomposed if not unicodedata.combining(c))[:_ROOT]


def _by_anchors(texts: Sequence[str]) -> sparse.csr_matrix:
    """Anchors of each text as a unit vector: log counts, weighted by how rare an anchor is (tf-idf)."""
    parts, codes, ends = coded_parts(texts)
    of_part = [list(anchors(part)) for part in parts.to_pylist()]
    numbers, known = pd.factorize(np.array(list(chain(*of_part)), dtype=object))
    n = np.array([len(held) for held in of_part], dtype=np.int64)
    starts, times = (np.cumsum(n) - n)[codes], n[codes]  # of each part in each text: its anchors' first place, their number
    text = np.repeat(np.repeat(np.arange(len(texts)), np.diff(ends)), times)
    place = np.repeat(starts - (np.cumsum(times) - times), times) + np.arange(times.sum())
    counts = sparse.csr_matrix((np.ones(len(text)), (text, numbers[place])), (len(texts), len(known)))
    counts.data = 1 + np.log(counts.data)
    seen_in = np.bincount(counts.indices, minlength=len(known))
    weights = np.where(seen_in > _COMMON, 0, np.log(len(texts) / np.maximum(seen_in, 1)))
    weighted = (counts @ sparse.diags(weights)).tocsr()
    weighted.eliminate_zeros()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-12)) @ weighted).tocsr()


def _by_encoder(texts: Sequence[str], encoder: str, revision: str) -> sparse.csr_matrix:
    """Mean of a sentence encoder's last states over each text's tokens, as a unit vector."""
    import torch
    from transformers import AutoModel, AutoTokenizer
    folder, revision = local_base(encoder, revision), revision or None
    tokenizer = AutoTokenizer.from_pretrained(folder, revision=revision)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModel.from_pretrained(folder, revision=revision, use_safetensors=True).eval()
    if torch.cuda.is_available():
        model = model.cuda()
    longest = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", 512))
    vectors = []
    for start in range(0, len(texts), 32):
        told = tokenizer(texts[start:start + 32], padding=True, truncation=True, max_length=longest,
                         return_tensors="pt").to(model.device)
        with torch.inference_mode():
            states = model(input_ids=told["input_ids"], attention_mask=told["attention_mask"]).last_hidden_state.float()
        held = told["attention_mask"][..., None]
        vectors.append(torch.nn.functional.normalize((states * held).sum(1) / held.sum(1)).cpu().numpy())
    return sparse.csr_matrix(np.concatenate(vectors))


def match_across_languages(texts: Sequence[str], other: Sequence[str], least: float = 0.2, encoder: str = "",
                           revision: str = "") -> pd.DataFrame:
    """Pairs of texts that tell the same in other words, by their `anchors`.

    A pair is named when it shares at least three anchors, is ``least`` alike, and either text has hardly a nearer one on
    the other side (so that a text that stands there twice is matched twice). Columns: ``first`` (position in ``texts``),
    ``second`` (position in ``other``), ``similarity`` (cosine of tf-idf vectors of the anchors, from ``least`` to 1).
    With ``encoder``, the folder or hub id (then with its ``revision``, a commit) of a sentence encoder, similarity is the
    cosine of its vectors instead, and no number of shared anchors is asked for; ``least`` should then be chosen anew.
    """
    texts, other = list(texts), list(other)
    if not texts or not other:
        return pd.DataFrame({"first": np.array([], int), "second": np.array([], int), "similarity": np.array([], float)})
    both = _by_encoder([*texts, *other], encoder, revision) if encoder else _by_anchors([*texts, *other])
    one, two = both[:len(texts)], both[len(texts):]
    found, nearest, across = [], np.zeros(len(other)), two.T.tocsr()
    for start in range(0, len(texts), _AT_ONCE):
        product = one[start:start + _AT_ONCE] @ across
        likeness, values = product.tocoo(), product.max(axis=1).toarray().ravel()
        np.maximum.at(nearest, likeness.col, likeness.data)
        near = likeness.data >= np.maximum(least, _HARDLY * values[likeness.row])
        found.append(np.stack([likeness.row[near] + start, likeness.col[near], likeness.data[near]], axis=1))
    table = pd.DataFrame(np.concatenate(found), columns=["first", "second", "similarity"])
    table = table.astype({"first": int, "second": int})
    table = table[table["similarity"] >= _HARDLY * nearest[table["second"]]]
    if encoder:
        return table.reset_index(drop=True)
    held, others = one.astype(bool), two.astype(bool)
    shared = [held[i].multiply(others[j]).nnz for i, j in zip(table["first"], table["second"], strict=True)]
    return table[np.array(shared, dtype=int) >= _LEAST_SHARED].reset_index(drop=True)


def retold_questions(records: pd.DataFrame, least: float = 0.45, encoder: str = "", revision: str = "") -> pd.DataFrame:
    """Pairs of a translated training question and a test question that seem to ask the same in other words.

    ``first`` and ``second`` are positions of the two in ``records``; else as `match_across_languages`.
    """
    train = np.flatnonzero((records["split"] == "train") & (records["provenance"] == "translated"))
    test = np.flatnonzero(records["split"] == "test")
    told = [question_texts(records.iloc[rows]).to_pylist() for rows in (train, test)]
    pairs = match_across_languages(*told, least, encoder, revision)
    return pairs.assign(first=train[pairs["first"]], second=test[pairs["second"]])
