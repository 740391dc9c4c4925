"""Texts that say the same in other words, above all in two languages.

Words differ between languages, but numbers, abbreviations, names, and the roots of medical words
stay. `anchors` extracts these from a text; two texts match when hardly any other text has more
similar anchors. The same holds for two translations of one question, so that training questions
that are retranslated test questions can be found. A multilingual sentence encoder may replace the
anchors.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from scipy import sparse

from medinj_utils.data.near import question_texts
from medinj_utils.data.words import coded_parts
from medinj_utils.models.loading import Base

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[^\W\d_]+")
_ROOT = 5  # letters: "neurofibromatose" and "neurofibromatosis" begin alike
_LONG_WORD = 6  # letters from which a word has a root
_NAME = 4  # letters from which a word with a capital, such as "Crohn", has one
_HARDLY = 0.9  # share of the nearest text's similarity
_LEAST_SHARED = 3  # anchors
_COMMON = 1_000  # texts; more frequent anchors have no weight
_AT_ONCE = 1_000  # texts whose similarities are held in memory
_ENCODED_AT_ONCE = 32  # texts


@dataclass(frozen=True)
class Encoder:
    """A sentence encoder, and the cosine of its vectors as similarity.

    Args:
        name: folder or hub id.
        revision: commit on the hub; empty for a folder.
    """

    name: str
    revision: str = ""

    def vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Mean of the last states over each text's tokens, as a unit vector; shape (texts, size).

        Returns:
            Rows of length 1, shape (texts, size).

        Raises:
            ValueError: the name is a hub id without its commit.
        """
        import torch
        from transformers import AutoModel, AutoTokenizer
        base = Base(self.name, self.revision)
        tokenizer = AutoTokenizer.from_pretrained(base.folder)
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        model = AutoModel.from_pretrained(base.folder, use_safetensors=True).eval()
        if torch.cuda.is_available():
            model = model.cuda()
        positions = getattr(model.config, "max_position_embeddings", 512)
        longest = min(tokenizer.model_max_length, positions)
        vectors = []
        for start in range(0, len(texts), _ENCODED_AT_ONCE):
            batch = tokenizer(texts[start:start + _ENCODED_AT_ONCE], padding=True, truncation=True,
                              max_length=longest, return_tensors="pt").to(model.device)
            mask = batch["attention_mask"]
            with torch.inference_mode():
                states = model(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state
            mask = mask[..., None]
            means = (states.float() * mask).sum(1) / mask.sum(1)
            vectors.append(torch.nn.functional.normalize(means).cpu().numpy())
        return sparse.csr_matrix(np.concatenate(vectors))


def anchors(text: str) -> Iterator[str]:
    """Parts that survive translation: numbers, abbreviations, roots of names and of long words."""
    for number in _NUMBER.findall(text):
        yield number.replace(",", ".")
    for word in _WORD.findall(text):
        if len(word) >= 2 and word.isupper():
            yield word
        elif len(word) >= (_NAME if word[0].isupper() else _LONG_WORD):
            decomposed = unicodedata.normalize("NFD", word.casefold())
            without_accents = "".join(c for c in decomposed if not unicodedata.combining(c))
            yield without_accents[:_ROOT]


def _anchor_vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """Anchors of each text as a unit vector, shape (texts, anchors): tf-idf with log counts."""
    counts = _anchor_counts(texts)
    counts.data = 1 + np.log(counts.data)
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(len(texts) / np.maximum(texts_with, 1))
    weighted = (counts @ sparse.diags(np.where(texts_with > _COMMON, 0, rarity))).tocsr()
    weighted.eliminate_zeros()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-12)) @ weighted).tocsr()


def _anchor_counts(texts: Sequence[str]) -> sparse.csr_matrix:
    """Counts of each anchor in each text; `anchors` is called once per different word."""
    parts, codes, ends = coded_parts(texts)
    of_part = [list(anchors(part)) for part in parts.to_pylist()]
    numbers, known = pd.factorize(np.array(list(chain(*of_part)), dtype=object))
    n_anchors = np.array([len(own) for own in of_part], dtype=np.int64)
    # For each part of each text: the start of its anchors in `numbers`, and their number.
    starts = (np.cumsum(n_anchors) - n_anchors)[codes]
    times = n_anchors[codes]
    text = np.repeat(np.repeat(np.arange(len(texts)), np.diff(ends)), times)
    before = np.cumsum(times) - times
    position = np.repeat(starts - before, times) + np.arange(times.sum())
    ones = np.ones(len(text))
    return sparse.csr_matrix((ones, (text, numbers[position])), (len(texts), len(known)))


def match_across_languages(texts: Sequence[str], other: Sequence[str], least: float = 0.2,
                           encoder: Encoder | None = None) -> pd.DataFrame:
    """Pairs of texts that say the same in other words.

    A pair is returned if its similarity is at least ``least``, it shares at least three `anchors`,
    and for neither of the two another text on the other side is much nearer (so that a repeated
    text is matched each time).

    Args:
        texts: texts of one side.
        other: texts of the other side.
        least: smallest cosine of tf-idf vectors of the anchors, 0 to 1.
        encoder: encoder whose cosine is used instead. Pairs then need no shared anchors, and
            ``least`` should be chosen anew.

    Returns:
        Columns ``first`` (position in ``texts``), ``second`` (position in ``other``),
        ``similarity``.
    """
    texts, other = list(texts), list(other)
    if not texts or not other:
        return pd.DataFrame({"first": np.array([], int), "second": np.array([], int),
                             "similarity": np.array([], float)})
    both = [*texts, *other]
    vectors = encoder.vectors(both) if encoder else _anchor_vectors(both)
    one, two = vectors[:len(texts)], vectors[len(texts):]
    pairs = _nearest_pairs(one, two, least)
    if encoder:
        return pairs.reset_index(drop=True)
    own_anchors, other_anchors = one.astype(bool), two.astype(bool)
    shared = [own_anchors[i].multiply(other_anchors[j]).nnz
              for i, j in zip(pairs["first"], pairs["second"], strict=True)]
    return pairs[np.array(shared, dtype=int) >= _LEAST_SHARED].reset_index(drop=True)


def _nearest_pairs(one: sparse.csr_matrix, two: sparse.csr_matrix, least: float) -> pd.DataFrame:
    """Pairs of rows with at least ``least`` similarity, and hardly less than the nearest row's."""
    blocks = []
    nearest = np.zeros(two.shape[0])
    transposed = two.T.tocsr()
    for start in range(0, one.shape[0], _AT_ONCE):
        product = one[start:start + _AT_ONCE] @ transposed
        alike = product.tocoo()
        nearest_of_row = product.max(axis=1).toarray().ravel()
        np.maximum.at(nearest, alike.col, alike.data)
        near = alike.data >= np.maximum(least, _HARDLY * nearest_of_row[alike.row])
        pairs = (alike.row[near] + start, alike.col[near], alike.data[near])
        blocks.append(np.stack(pairs, axis=1))
    table = pd.DataFrame(np.concatenate(blocks), columns=["first", "second", "similarity"])
    table = table.astype({"first": int, "second": int})
    return table[table["similarity"] >= _HARDLY * nearest[table["second"]]]


def chosen_encoder(name: str, revision: str) -> Encoder | None:
    """The encoder of this name; None for an empty name, with which anchors are compared.

    Args:
        name: folder, hub id, or an empty text.
        revision: commit on the hub; empty for a folder.
    """
    return Encoder(name, revision) if name else None


def retold_questions(records: pd.DataFrame, least: float = 0.45,
                     encoder: Encoder | None = None) -> pd.DataFrame:
    """Pairs of a translated training question and a test question that seem to ask the same.

    Args:
        records: a records table.
        least: as in `match_across_languages`.
        encoder: as in `match_across_languages`.

    Returns:
        Columns ``first`` and ``second`` (positions of the two in ``records``) and ``similarity``.
    """
    translated = records["provenance"] == "translated"
    train = np.flatnonzero((records["split"] == "train") & translated)
    test = np.flatnonzero(records["split"] == "test")
    texts = [question_texts(records.iloc[rows]).to_pylist() for rows in (train, test)]
    pairs = match_across_languages(*texts, least, encoder)
    return pairs.assign(first=train[pairs["first"]], second=test[pairs["second"]])
