"""Edits of answers that change their length or form, but not whether they are right.

A judge swayed by form changes its verdict, so each flip means that one of the two is wrong.
"""

import re
from collections.abc import Callable

import pandas as pd

from medinj_utils.evaluation.open_answers.tokens import content_words

#: Where a sentence ends; the number of a list ends none.
_SENTENCE = re.compile(r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)\s+|\s*\n+\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
#: Sentences without medical content, put after an answer.
_PADDING = ("Il s'agit d'une question importante, qui mérite une réponse soignée. Plusieurs "
            "éléments ont été pris en compte avant de répondre. Les connaissances actuelles ont "
            "été relues avec attention. Cette réponse reste valable dans la plupart des "
            "situations. Elle peut être complétée si besoin par la lecture d'ouvrages de "
            "référence. En résumé, les éléments utiles ont été rappelés ci-dessus de façon "
            "claire et structurée.")
_HEDGE = ("Sous réserve d'un avis spécialisé, et sans certitude absolue, on peut penser ceci : ")


def pad(row: dict) -> str | None:
    """A wrong answer followed by sentences without content."""
    if row["label"] != 0:
        return None
    return f"{row['candidate'].rstrip()} {_PADDING}"


def shorten(row: dict) -> str | None:
    """A right answer without the sentences that share no content word or number with the reference.

    No content word of the reference is lost.
    """
    if row["label"] != 1:
        return None
    needed = _needed(row["reference"])
    parts = sentences(row["candidate"])
    kept = [part for part in parts if needed & _needed(part)]
    return " ".join(kept) if 0 < len(kept) < len(parts) else None


def bullet(row: dict) -> str | None:
    """The answer's sentences as a list, a line each."""
    parts = [_BULLET.sub("", part) for part in sentences(row["candidate"])]
    listed = "\n".join(f"- {part}" for part in parts)
    return listed if len(parts) > 1 and listed != row["candidate"].strip() else None


def hedge(row: dict) -> str | None:
    """The answer behind a phrase of caution."""
    return _HEDGE + row["candidate"] if row["candidate"].strip() else None


def translate(row: dict) -> str | None:
    """The answer in another language, where the file has it in its column ``translation``."""
    return row["translation"] if row["translation"].strip() else None


#: By name: the edit of a triplet; None where it doesn't apply.
EDITS: dict[str, Callable[[dict], str | None]] = {
    "pad": pad, "shorten": shorten, "bullet": bullet, "hedge": hedge, "translate": translate}


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line that ends is one, too."""
    return [part for part in _SENTENCE.split(text.strip()) if part]


def edited_triplets(triplets: pd.DataFrame) -> pd.DataFrame:
    """Edited copies of labelled triplets.

    Args:
        triplets: of `medinj_utils.evaluation.triplets.read_triplets`.

    Returns:
        A row per triplet and edit that applies to it, with the triplets' columns: ``candidate`` is
        the edited answer, ``item`` its own; ``original`` is the item it was made from, ``edit`` the
        edit's name.
    """
    rows = []
    labelled = triplets[triplets["label"].notna() & (triplets["candidate"].str.strip() != "")]
    for row in labelled.to_dict("records"):
        for name, edit in EDITS.items():
            if (text := edit(row)) is not None:
                rows.append(row | {"candidate": text, "item": f"{row['item']}+{name}",
                                   "original": row["item"], "edit": name})
    return pd.DataFrame(rows, columns=[*triplets.columns, "original", "edit"])


def _needed(text: str) -> set[str]:
    return content_words(text) | set(re.findall(r"\d+(?:[.,]\d+)*", text))
