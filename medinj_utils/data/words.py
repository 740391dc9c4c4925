"""Words of many texts at once, in compiled code instead of Python loops."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from medinj_utils.core.machine import available_cores

T = TypeVar("T")

_AT_ONCE = 20_000  # rows of a piece
_ENDS = r"^[^\pL\pN]+|[^\pL\pN]+$"


def in_pieces(work: Callable[[int, int], T], rows: int) -> list[T]:
    """Results of ``work(start, stop)`` for pieces of the rows, in order.

    Pieces bound the memory. Threads run in parallel, since most of the work is in compiled code.

    Args:
        work: takes the first row of a piece and the one after its last.
        rows: number of rows.
    """
    starts = range(0, rows, _AT_ONCE)
    stops = [min(start + _AT_ONCE, rows) for start in starts]
    with ThreadPoolExecutor(available_cores()) as pool:
        return list(pool.map(work, starts, stops))


def in_arrow(texts: Iterable[str] | pa.Array) -> pa.Array:
    """Texts as one Arrow array; those of a records table need not be copied.

    Returns:
        Shape (texts,), of Arrow's large strings.
    """
    array = pa.array(texts, pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def joined(*columns: Iterable[str]) -> pa.Array:
    """The texts of several columns, row by row, as one text with spaces between.

    Returns:
        Shape (rows,).
    """
    space = pa.scalar(" ", pa.large_string())
    return pc.binary_join_element_wise(*map(in_arrow, columns), space)


def coded_words(texts: Iterable[str] | pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of many texts.

    Words are the parts between plain white space, in lower case, without signs at their ends; parts
    without a letter or digit are none.

    Returns:
        words: the different words, shape (vocabulary,).
        codes: position in ``words`` of each word of all texts, one text after the other, shape
            (n,).
        ends: text i has the codes from ``ends[i]`` to ``ends[i + 1]``, shape (texts + 1,).
    """
    parts, parts_codes, parts_ends = coded_parts(texts)
    plain = pc.replace_substring_regex(pc.utf8_lower(parts), _ENDS, "").dictionary_encode()
    codes = plain.indices.take(pa.array(parts_codes)).to_numpy()
    words = plain.dictionary.to_numpy(zero_copy_only=False)
    is_word = (words != "")[codes]
    words_before = np.concatenate([[0], np.cumsum(is_word)])
    return words, codes[is_word], words_before[parts_ends]


def coded_parts(texts: Iterable[str] | pa.Array) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """As `coded_words`, of the parts between white space as they are.

    Returns:
        (different parts, number of each part in turn, ends of the texts).
    """
    parts = pc.ascii_split_whitespace(pc.ascii_trim_whitespace(in_arrow(texts)))
    coded = parts.flatten().dictionary_encode()
    return coded.dictionary, coded.indices.to_numpy(), parts.offsets.to_numpy()


def sums(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Sums of the values from ``ends[i]`` to ``ends[i + 1]``.

    Args:
        values: shape (values,).
        ends: in order, shape (groups + 1,).

    Returns:
        Shape (groups,).
    """
    total = np.concatenate([[0], np.cumsum(values)])
    return total[ends[1:]] - total[ends[:-1]]
