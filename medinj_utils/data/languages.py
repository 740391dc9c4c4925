"""Texts that tell the same in two languages.

Across languages words differ, but numbers, abbreviations, names, and the roots of medical words stay. `anchors` takes
these out of a text; two texts are matched when hardly another is nearer by them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_ROOT, _LEAST_LETTERS = 5, 6  # "neurofibromatose" and "neurofibromatosis" begin alike
_HARDLY = 0.9  # of the nearest one's similarity
_LEAST_SHARED = 3
_AT_ONCE = 1_000


def anchors(text: str) -> Iterator[str]:
    """What a translation leaves as it is: numbers, abbreviations, and the beginnings of long words without accents."""
    for number in _NUMBER.findall(text):
        yield number.replace(",", ".")
    for word in _WORD.findall(text):
        if len(word) >= 2 and word.isupper():
            yield word
        elif len(word) >= _LEAST_LETTERS:
            decomposed = unicodedata.normalize("NFD", word.casefold())
            yield "".join(c for c in decomposed if not unicodedata.combining(c))[:_ROOT]


def _vectors(texts: Sequence[str], other: Sequence[str]) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Anchors of both lists as unit vectors: log counts, weighted by how rare an anchor is over both (tf-idf)."""
    told = [(i, anchor) for i, text in enumerate([*texts, *other]) for anchor in anchors(text)]
    codes, known = pd.factorize(np.array([anchor for _, anchor in told], dtype=object))
    counts = sparse.csr_matrix((np.ones(len(told)), ([i for i, _ in told], codes)), (len(texts) + len(other), len(known)))
    counts.data = 1 + np.log(counts.data)
    seen_in = np.bincount(counts.indices, minlength=len(known))
    weighted = counts @ sparse.diags(np.log(counts.shape[0] / np.maximum(seen_in, 1)))
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    unit = (sparse.diags(1 / np.maximum(lengths, 1e-12)) @ weighted).tocsr()
    return unit[:len(texts)], unit[len(texts):]


def match_across_languages(texts: Sequence[str], other: Sequence[str], least: float = 0.2) -> pd.DataFrame:
    """Pairs of texts in two languages that tell the same, by their `anchors`.

    A pair is named when it shares at least three anchors, is ``least`` alike, and either text has hardly a nearer one on
    the other side (so that a text that stands there twice is matched twice). Columns: ``first`` (position in ``texts``),
    ``second`` (position in ``other``), ``similarity`` (cosine of tf-idf vectors of the anchors, from ``least`` to 1).
    """
    one, two = _vectors(texts, other)
    found, nearest = [], np.zeros(len(other))
    for start in range(0, len(texts), _AT_ONCE):
        product = one[start:start + _AT_ONCE] @ two.T
        likeness, values = product.tocoo(), product.max(axis=1).toarray().ravel()
        np.maximum.at(nearest, likeness.col, likeness.data)
        near = likeness.data >= np.maximum(least, _HARDLY * values[likeness.row])
        found.append(np.stack([likeness.row[near] + start, likeness.col[near], likeness.data[near]], axis=1))
    pairs = np.concatenate(found) if found else np.zeros((0, 3))
    table = pd.DataFrame(pairs, columns=["first", "second", "similarity"]).astype({"first": int, "second": int})
    table = table[table["similarity"] >= _HARDLY * nearest[table["second"]]]
    held, others = one.astype(bool), two.astype(bool)
    shared = [held[i].multiply(others[j]).nnz for i, j in zip(table["first"], table["second"], strict=True)]
    return table[np.array(shared, dtype=int) >= _LEAST_SHARED].reset_index(drop=True)
