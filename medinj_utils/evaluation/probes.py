"""The test questions asked in other ways: other orders of options, no question, other words.

A variant keeps the ids of the questions, so that its answers pair with those to the questions as
they are.
"""

import math
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from medinj_utils.core.prompts import NUMBERS, messages, permute_options

ORIGINAL = "original"  # the questions as they are
BLIND = "no question"
NUMBERED = "numbers"
ALL_OR_NONE = "all or none"
#: Options that refer to others by their position or their letters.
_REFERS = re.compile(
    r"ci-dess(us|ous)|pr[ée]c[ée]demment"
    r"|(r[ée]ponses?|propositions?|items?) (pr[ée]c[ée]d|(?-i:[A-Z])\b)"
    r"|^[A-Z](( et | ou |, ?| ?\+ ?)[A-Z])+$", re.IGNORECASE)
#: Options on all the others, whatever their place, and the opposite of each.
_OPPOSITES = {
    r"toutes (ces |les )?(autres )?(r[ée]ponses |propositions |affirmations )?"
    r"(ci-dessus |pr[ée]c[ée]dentes )?"
    r"(conviennent|sont (bonnes|correctes|exactes|justes|vraies))":
        "Aucune des autres propositions n'est fausse",
    r"aucune (de ces |des |des autres )?(r[ée]ponses? |propositions? |affirmations? )?"
    r"(ci-dessus |pr[ée]c[ée]dentes? )?"
    r"(ne convient|n['’]est (bonne|correcte|exacte|juste|vraie))":
        "Toutes les autres propositions sont fausses"}
#: Other words around a question, and around each option, that leave what is asked as it is.
WORDINGS = {"exam": ("Question d'examen. {}", "{}"),
            "please": ("{} Merci de répondre à cette question.", "{}"),
            "options in words": ("{}", "proposition : {}")}


def ways_to_ask(items: pd.DataFrame, orders: int) -> dict[str, pd.DataFrame]:
    """The questions as they are and, where other orders are asked for, their `variants`.

    Args:
        items: records.
        orders: other orders of the options; without any, nothing is asked.

    Returns:
        Records by the variant's name; ``reordered`` says whether the options stand in another
        order.
    """
    return {ORIGINAL: items.assign(reordered=False)} | variants(items, orders) if orders else {}


def variants(items: pd.DataFrame, orders: int) -> dict[str, pd.DataFrame]:
    """Choice questions asked in other ways.

    Args:
        items: records.
        orders: other orders of the options. They follow each question's id.

    Returns:
        The questions of each variant by name, with the column ``reordered``. "order 1" to "order
        <orders>": the options in other orders, the right letters moved with their texts; a question
        is left out where its options refer to each other, or have no further order. "no question":
        the options alone. "numbers": options called 1, 2, 3 (column ``labels``); left out where one
        is such a number, or options refer to each other. "all or none": questions with one option
        on all the others ("Aucune de ces réponses n'est exacte"), replaced by its opposite. The
        `WORDINGS`.
    """
    rows = items.to_dict("records")
    free = [row for row in rows
            if len(row["options"]) > 1 and not refers_to_options(list(row["options"]))]
    drawn = [_other_orders(row, orders) for row in free]
    tables = {}
    for number in range(orders):
        ordered = [others[number] for others in drawn if number < len(others)]
        tables[_order_name(number)] = pd.DataFrame(ordered, columns=items.columns)
    tables[BLIND] = items.assign(instruction="", context="")
    tables[NUMBERED] = _numbered(items, free)
    tables[ALL_OR_NONE] = _opposed(items)
    for name, (question, option) in WORDINGS.items():
        tables[name] = items.assign(
            instruction=[question.format(text) for text in items["instruction"]],
            options=[[option.format(text) for text in options] for options in items["options"]])
    names = [_order_name(number) for number in range(orders)]
    return {name: table.assign(reordered=name in names) for name, table in tables.items()}


def _order_name(number: int) -> str:
    return f"order {number + 1}"


def count_variants(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Number of ``questions`` by variant."""
    counts = {name: len(questions) for name, questions in tables.items()}
    return pd.DataFrame({"questions": pd.Series(counts, dtype=int)}).rename_axis("variant")


def variant_texts(tables: Mapping[str, pd.DataFrame]) -> str:
    """The first question of the variants that change its words or labels, as it is asked."""
    texts = []
    for name in (ORIGINAL, NUMBERED, ALL_OR_NONE, *WORDINGS):
        if len(tables.get(name, ())):
            chat = messages(tables[name].iloc[0].to_dict(), with_answer=False)
            texts.append(f"--- {name}\n{chat[-1]['content']}\n")
    return "\n".join(texts)


def refers_to_options(options: list[str]) -> bool:
    """Whether an option refers to others by their letters or their position."""
    return any(_REFERS.search(option.strip(" .")) for option in options)


def _other_orders(row: dict, orders: int) -> list[dict]:
    """Up to ``orders`` other orders of the question's options, all different."""
    drawn = [row]
    tried = 0
    n_orders = min(orders, math.factorial(len(row["options"])) - 1)
    # options that are equal have fewer orders than different ones
    while len(drawn) <= n_orders and tried < 100 * n_orders:
        rng = np.random.default_rng([0, int(row["id"][:8], 16), tried])
        new = permute_options(row, rng)
        tried += 1
        if all(list(new["options"]) != list(old["options"]) for old in drawn):
            drawn.append(new)
    return drawn[1:]


def _numbered(items: pd.DataFrame, free: list[dict]) -> pd.DataFrame:
    """Those of the questions ``free`` in which no option is a number, with numbers as labels."""
    rows = [row | {"labels": NUMBERS} for row in free
            if not {option.strip(" .()") for option in row["options"]} & set(NUMBERS)]
    return pd.DataFrame(rows, columns=[*items.columns, "labels"])


def _opposed(items: pd.DataFrame) -> pd.DataFrame:
    """Questions with one option on all the others, which is replaced by its opposite."""
    reworded = [_reworded(list(options)) for options in items["options"]]
    changed = [new != list(old) for new, old in zip(reworded, items["options"], strict=True)]
    return items.assign(options=reworded)[np.array(changed, dtype=bool)]


def _reworded(options: list[str]) -> list[str]:
    """The options, with one on all the others replaced by its opposite.

    They stay unchanged if there is no such option; if there are two, which would refer to
    each other; or if it refers to the options above and isn't the last.
    """
    opposites = [(position, opposite) for position, option in enumerate(options)
             for pattern, opposite in _OPPOSITES.items()
             if re.fullmatch(pattern, option.strip(" ."), re.IGNORECASE)]
    if len(opposites) != 1:
        return options
    position, opposite = opposites[0]
    if refers_to_options([options[position]]) and position != len(options) - 1:
        return options
    return [*options[:position], opposite, *options[position + 1:]]
