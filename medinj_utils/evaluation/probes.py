"""The same test questions asked in other ways: with their options in another order, without the question, in other words.

A variant keeps the ids of the questions, so that its answers are paired with those to the questions as they are.
"""

import math
import re

import numpy as np
import pandas as pd

from medinj_utils.core.prompts import NUMBERS, permute_options

AS_ASKED = "as asked"
ORDER, BLIND, NUMBERED, ALL_OR_NONE = "order", "no question", "numbers", "all or none"
#: Options that speak of others by their place or their letters: such questions have no other order.
_REFERS = re.compile(r"ci-dess(us|ous)|pr[ée]c[ée]demment|(r[ée]ponses?|propositions?|items?) (pr[ée]c[ée]d|(?-i:[A-Z])\b)"
                     r"|^[A-Z](( et | ou |, ?| ?\+ ?)[A-Z])+$", re.IGNORECASE)
#: Options on all the others, whatever their place, and the same said by its opposite.
_ALL_OR_NONE = {
    r"toutes (ces |les )?(autres )?(r[ée]ponses |propositions |affirmations )?(ci-dessus |pr[ée]c[ée]dentes )?"
    r"(conviennent|sont (bonnes|correctes|exactes|justes|vraies))": "Aucune des autres propositions n'est fausse",
    r"aucune (de ces |des |des autres )?(r[ée]ponses? |propositions? |affirmations? )?(ci-dessus |pr[ée]c[ée]dentes? )?"
    r"(ne convient|n['’]est (bonne|correcte|exacte|juste|vraie))": "Toutes les autres propositions sont fausses"}
#: Other words around a question, and around each option, that change nothing in what is asked.
WORDINGS = {"exam": ("Question d'examen. {}", "{}"), "please": ("{} Merci de répondre à cette question.", "{}"),
            "options in words": ("{}", "proposition : {}")}


def refers_to_options(options: list[str]) -> bool:
    """Whether an option names others by their letters or their place."""
    return any(_REFERS.search(option.strip(" .")) for option in options)


def _reworded(options: list[str]) -> list[str]:
    """With an option on all the others in other words; as they are where there is none, or two, which would then speak of
    each other, or where it speaks of those above and isn't the last."""
    found = [(place, words) for place, option in enumerate(options) for pattern, words in _ALL_OR_NONE.items()
             if re.fullmatch(pattern, option.strip(" ."), re.IGNORECASE)]
    if len(found) != 1 or (refers_to_options([options[found[0][0]]]) and found[0][0] != len(options) - 1):
        return options
    return [found[0][1] if place == found[0][0] else option for place, option in enumerate(options)]


def _other_orders(row: dict, orders: int, seed: int) -> list[dict]:
    """The question in so many orders, each another one than its own and the others; fewer where there are no more."""
    found, tried = [row], 0
    wanted = min(orders, math.factorial(len(row["options"])) - 1)
    while len(found) <= wanted and tried < 100 * wanted:  # equal options have fewer orders than different ones
        new, tried = permute_options(row, np.random.default_rng([seed, int(row["id"][:8], 16), tried])), tried + 1
        if all(list(new["options"]) != list(old["options"]) for old in found):
            found.append(new)
    return found[1:]


def variants(items: pd.DataFrame, orders: int, seed: int = 0) -> dict[str, pd.DataFrame]:
    """By name, the choice questions of ``items`` (records) asked in another way.

    "order 1" to "order <orders>": options in other orders, drawn by ``seed`` and the question's id, the right letters moved
    with their texts; questions whose options speak of each other, or have no more orders, are not in these. "no
    question": options alone. "numbers": options called 1, 2, 3 (column ``labels``), where none is such a number or
    speaks of the others by letter or place. "all or none": questions with one option on all the others ("Aucune de ces
    réponses n'est exacte"), that said by its opposite. The `WORDINGS`: other words around the question or its options.
    """
    rows, found = items.to_dict("records"), {}
    free = [row for row in rows if len(row["options"]) > 1 and not refers_to_options(list(row["options"]))]
    drawn = [_other_orders(row, orders, seed) for row in free]
    for number in range(orders):
        found[f"{ORDER} {number + 1}"] = pd.DataFrame([rows[number] for rows in drawn if number < len(rows)],
                                                      columns=items.columns)
    found[BLIND] = items.assign(instruction="", context="")
    unlike = [row for row in free if not {option.strip(" .()") for option in row["options"]} & set(NUMBERS)]
    found[NUMBERED] = pd.DataFrame([row | {"labels": NUMBERS} for row in unlike], columns=[*items.columns, "labels"])
    reworded = items.assign(options=[_reworded(list(options)) for options in items["options"]])
    changed = [list(new) != list(old) for new, old in zip(reworded["options"], items["options"], strict=True)]
    found[ALL_OR_NONE] = reworded[changed]
    for name, (question, option) in WORDINGS.items():
        found[name] = items.assign(instruction=[question.format(text) for text in items["instruction"]],
                                   options=[[option.format(text) for text in options] for options in items["options"]])
    return found
