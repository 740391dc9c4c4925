"""What letters a careful person would read in a model's answer, or that none can honestly be read.

The steps below are tried in order and the first that finds something decides; a refusal decides too. Of an output of
more than 4,000 characters the first and the last 2,000 are read: no honest answer to a choice is longer.
"""

import json
import re
import unicodedata
from collections.abc import Mapping

Reading = tuple[frozenset[str] | None, str]
_LONGEST, _MOST_CUES = 4_000, 40
_TOKEN = re.compile(r"[^\W\d_]+(?:['’](?=\w))?|\d+|\n|[^\w\s]|_")
_OPENING, _CLOSING = set("([{*_\"'«`-•–·"), set(")]}*_\"'»`.:")
_BETWEEN = {",", ";", "/", "+", "&", "et", "and", "ainsi", "que", "puis"}
_EITHER = {"ou", "or"}
_CUE = re.compile(
    r"(?:réponses?|reponses?|answers?|choix|choice|options?|propositions?|lettres?|solution|conclusion|c['’]est"
    r"|je choisis|je réponds)\b"
    r"(?:\s+(?:correctes?|exactes?|justes?|finales?|bonnes?|vraies?|final|correct|right|est|sont|serait|is|are|donc|la|le"
    r"|les|the|option|options|lettre|lettres|proposition|propositions|suivantes?)\b|\s*[:=*_\"]"
    r"|\s+l['’](?:option)?)*", re.I)
_CORRECTION = re.compile(r"(?:^|[.…,;:!?—–-]\s*|\n)(?:ou\s+|or\s+)?(?:non|no|plutôt|correction|en fait|pardon"
                         r"|finalement|actually|rather|wait)\b(?:\s+(?:no|plutôt|la|réponse|the|answer|is|est|c['’]est|je|voulais|dire)\b|\s*[,:])*",
                         re.I)
_RIGHT = re.compile(r"\s*(?:est|sont|is|are|me semble)\s+(?:donc\s+)?(?:la\s+|les\s+|the\s+)?"
                    r"(?:bonnes?|correct|exact|vrai|juste|right|true)", re.I)
_WRONG = re.compile(r"\s*(?:n['’]|(?:est|sont|is|are)\s+(?:not|faux|fauss|incorrect|inexact|wrong|false|à exclure))", re.I)
_LISTED = re.compile(r"(?<![\w'’])([A-Z](?:(?:\s*[,;/]\s*|\s+et\s+|\s+and\s+)[A-Z])*)(?![\w'’])[)*\"»]*")
_VERDICT = re.compile(r"\s*[:=]?\s*(?:(vrai|correct|exact|juste|oui|true|right)|(faux|fauss|incorrect|inexact|non|false"
                      r"|wrong))", re.I)
_MAYBE = re.compile(r"\b(?:peut-être|maybe|perhaps)\b|\?\s*$", re.I)
_NOT = re.compile(r"(?:\bpas|\bni|\bnot|\bneither|\bsauf|\bexcept|\bexcluded?)\s*(?:l['’]option|la|the)?\s*[(*]*$", re.I)
_ALL = re.compile(r"\b(?:toutes|tous|all)\b(?:\s+(?:les|the|of|these|ces|sont|are|propositions?|réponses?|options?|answers?"
                  r"|exactes?|vraies?|correctes?|correct|true|above)\b)*", re.I)
_ALL_BUT = re.compile(r"\s*(?:sauf|excepté|hormis|à l['’]exception de|except(?:\s+for)?|but)\s*", re.I)


def read_choice(output: str, options: Mapping[str, str], task: str) -> frozenset[str] | None:
    """Letters that can honestly be read in ``output``, or None.

    ``options``: letter → text, from "A" in order; ``task``: "mcqu" (one right letter) or "mcq" (one or several).
    Read are letters alone or in a list, after an announcement, at the head of a line, corrected by the writer, and
    options given by their whole text. Not read are words that contain letters, two letters where one is asked,
    letters beyond the options, letter and text that disagree, hedges, negations and echoes of the option list.
    """
    return explain_choice(output, options, task)[0]


def explain_choice(output: str, options: Mapping[str, str], task: str) -> Reading:
    """`read_choice` with the reason for what it read or refused, in a few words."""
    if task not in ("mcqu", "mcq"):
        raise ValueError(f"task is {task!r}; accepted: mcqu, mcq")
    text = _unwrapped(output)
    if not text.strip():
        return None, "empty" if not output.strip() else "nothing outside the thinking"
    if _MAYBE.search(text):
        return None, "says perhaps"
    for step in (_whole_text, _only_letters, _announced, _all_but, _heads_of_lines, _option_texts):
        found = step(text, options, task)
        if found is not None:
            return _allowed(found, options, task)
    return None, "names no option"


def _allowed(found: Reading, options: Mapping[str, str], task: str) -> Reading:
    letters, why = found
    if letters is None:
        return found
    if letters - set(options):
        return None, f"a letter beyond the {len(options)} options"
    if task == "mcqu" and len(letters) > 1:
        return None, "several letters where one is asked"
    return (frozenset(letters), why) if letters else (None, "names no option")


def _unwrapped(output: str) -> str:
    """The text without its thinking, out of its code fence, JSON or ``\\boxed{}``."""
    text = output.split("</think>")[-1]
    if "<think>" in text:
        return ""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST // 2]}\n{text[-_LONGEST // 2:]}"
    text = re.sub(r"```\w*", "", text).strip()
    boxed = text.rfind("\\boxed{")
    text = re.sub(r"\b(?:et|and)\s+(?:non|not)\s+[A-Z]\b", "", text)
    if boxed >= 0:
        return text[boxed + 7:].split("}")[0].replace("\\text{", "")
    if text[:1] in "{[" and text[-1:] in "}]":
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return text
        values = content if isinstance(content, list) else [
            key if value is True else value for key, value in content.items()
            if value is True or _fold(key)[:3] in ("rep", "ans", "let", "cho")]
        flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
        return ", ".join(str(part) for part in flat)
    return text


def _fold(text: str) -> str:
    """Without case, accents, punctuation and surplus white space: the form in which option texts are compared."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain))


def _list_at(text: str, options: Mapping[str, str], task: str) -> tuple[set[str], int, bool]:
    """The list of letters at the head of a text: (letters, where it ends, whether it hedges with "ou")."""
    letters, end, hedged = set(), 0, False
    for token in _TOKEN.finditer(text):
        word = token[0]
        compact = (task == "mcq" and len(word) > 1 and word.isupper() and set(word) <= set(options)
                   and list(word) == sorted(set(word)))
        if re.fullmatch("[A-Z]", word) or compact:
            letters |= set(word)
            end = token.end()
        elif word.lower() in _EITHER and letters:
            hedged = True
        elif word in _OPENING or word.lower() in _BETWEEN:
            continue
        elif word in _CLOSING and letters:
            end = token.end()
        elif word == "\n" and not letters:
            continue
        else:
            break
    return letters, end, hedged and len(letters) > 1


def _whole_text(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """The whole output is one option's text; where it is also another option's letter, none can be told."""
    said = _fold(text)
    named = {letter for letter, option in options.items() if _fold(option) == said and said}
    if len(named) != 1:
        return None
    return (None, "the text of one option and the letter of another") if said.upper() in set(options) - named else (
        named, "the text of an option")


def _only_letters(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """Nothing but letters, separators and brackets; a single small letter counts here alone."""
    bare = text.strip(" \n\t()[]{}*_\"'«»`.:")
    if re.fullmatch("[a-z]", bare):
        return {bare.upper()}, "a letter alone"
    letters, _, hedged = _list_at(text.replace("\n", " ; "), options, task)
    rest = [token for token in _TOKEN.findall(text) if not re.fullmatch(r"[A-Z]|\n|\W|_", token)
            and token.lower() not in _BETWEEN | _EITHER and not (token.isupper() and set(token) <= letters)]
    if not letters or rest:
        return None
    return (None, "hedges between letters") if hedged else (letters, "letters alone")


def _own_text(letters: set[str], rest: str, options: Mapping[str, str]) -> bool:
    """Whether what follows a single letter isn't another option's text."""
    said = _fold(rest.split("\n")[0])
    named = {letter for letter, option in options.items() if said and _fold(option)
             and (said + " ").startswith(_fold(option) + " ")}
    return not named or len(letters) > 1 or bool(named & letters)


def _announced(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """After "réponse :" or "la bonne réponse est", or before "est exacte". What comes after a correction counts alone."""
    found: list[tuple[int, set[str]]] = []
    corrections = [match.end() for match in _CORRECTION.finditer(text)]
    cues = [match.end() for match in _CUE.finditer(text)]
    for start in sorted({*corrections, *cues})[-_MOST_CUES:]:
        tail = text[start:start + 200]
        letters, end, hedged = _list_at(tail, options, task)
        small = re.match(r"\s*\(?([a-z])\)?\s*\.?\s*$", tail) if text[:start].rstrip().endswith(":") else None
        if hedged:
            return None, "hedges between letters"
        if tail.lstrip(" *_").startswith("\n") and start in cues:
            below = _heads_of_lines(tail, options, task)
            if below:
                return below
        if small:
            found.append((start, {small[1].upper()}))
        elif letters and not _WRONG.match(tail, end) and not re.match(r"['’]", tail[end:]):
            if not _own_text(letters, tail[end:], options):
                return None, "letter and text disagree"
            found.append((start, letters | _marked(tail[end:].split("\n")[0])))
        elif not letters and start in cues and text[:start].rstrip().endswith((":", "est", "is", "=", "**")):
            named = _texts_in(tail.split("\n")[0], options)
            if len(named) == 1:
                found.append((start, named))
    for match in _LISTED.finditer(text):
        if _RIGHT.match(text, match.end()) and not _NOT.search(text[max(0, match.start() - 30):match.start()]):
            found.append((match.start(), set(re.findall("[A-Z]", match[1]))))
    if corrections and (after := [item for item in found if item[0] >= corrections[-1]]):
        return sorted(after, key=lambda item: item[0])[-1][1], "a correction"
    sets = {frozenset(letters) for _, letters in found}
    heads = _heads_of_lines(text, options, task)
    if not sets:
        return None
    union = set().union(*sets)
    if heads and heads[0] and not union & heads[0]:
        return None, "the head of a line and the announced answer disagree"
    if len(sets) > 1 and task == "mcqu":
        return None, "several announced answers disagree"
    return union, "an announced answer"


def _marked(text: str) -> set[str]:
    """Letters that stand before ``)`` or ``:`` inside a line, as in ``A) foie, C) rein``."""
    return set(re.findall(r"(?:^|[\s,;(])([A-Z])\s?[):]", text))


def _all_but(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """"Toutes les propositions sont exactes", and "toutes sauf A"."""
    match = _ALL.search(text)
    if not match:
        return None
    but = _ALL_BUT.match(text, match.end())
    if but:
        letters, _, _ = _list_at(text[but.end():], options, task)
        return (set(options) - letters, "all options but some") if letters and letters < set(options) else None
    own = {letter for letter, option in options.items() if _ALL.match(option)}
    whole = not _fold(text[match.end():]) and not _fold(text[:match.start()])
    return (own or set(options), "all options") if whole else None


def _heads_of_lines(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """Lines such as ``B) le rein`` or ``B : vrai``; all options listed are an echo of the question and no answer."""
    letters: set[str] = set()
    judged = False
    for line in text.splitlines():
        line = re.sub(r"^\s*\d+[.)]\s*", "", line)  # a numbered list
        here, end, hedged = _list_at(line, options, task)
        rest, mark = line[end:], line[:end].rstrip()[-1:]
        verdict = _VERDICT.match(line, end)
        judged = judged or bool(here and verdict)
        because = re.match(r"\s+(?:car|parce|puisque|because|since)\b", rest)
        marked = mark in _CLOSING or rest.lstrip()[:1] in ("-", "–", ",", ";") or not rest.strip() or because
        if not here or not (marked or verdict) or _WRONG.match(rest) or (verdict and verdict[2]):
            continue
        if hedged:
            return None, "hedges between letters"
        if not _own_text(here, rest, options):
            return None, "letter and text disagree"
        own = any(_fold(rest).startswith(_fold(options.get(letter, "\0"))) for letter in here)
        if mark == "." and rest.strip()[:1].islower() and not own:
            continue  # an initial, as in "E. coli"
        letters |= here | (_marked(rest) if mark != "." else set())
    if letters >= set(options) and len(options) > 2 and not judged:
        return None, "echoes the options"
    return (letters, "letters at the head of lines") if letters else None


def _texts_in(text: str, options: Mapping[str, str]) -> set[str]:
    """Options whose whole text stands in a text; one that stands only inside another's is not counted."""
    said, named = f" {_fold(text)} ", set()
    for letter, option in sorted(options.items(), key=lambda item: -len(item[1])):
        folded = f" {_fold(option)} "
        if folded.strip() and folded in said:
            named.add(letter)
            said = said.replace(folded, " | ")
    return named


def _option_texts(text: str, options: Mapping[str, str], task: str) -> Reading | None:
    """The whole texts of one or several options, or a sentence that ends with one; nothing that denies or hedges."""
    by_text = {_fold(option): letter for letter, option in options.items()}
    text = re.split(r",?\s(?:car|parce|puisque|because|since)\b", text)[0]
    after = re.fullmatch(r"(.*?)\s*\(([A-Z])\)[\s.]*", text, re.S)
    if after and _fold(after[1]) in by_text:
        agree = by_text[_fold(after[1])] == after[2]
        return ({after[2]}, "a text and its letter") if agree else (None, "letter and text disagree")
    parts = [part for part in map(_fold, re.split(r"[;\n]", text)) if part]
    if not all(part in by_text for part in parts):
        parts = [part for part in map(_fold, re.split(r"[;,\n]|\bet\b|\band\b", text)) if part]
    if parts and all(part in by_text for part in parts):
        named = {by_text[part] for part in parts}
        return (None, "echoes the options") if len(named) == len(options) > 2 else (named, "texts of options")
    if re.search(r"\b(?:pas|jamais|faux|fausse|incorrecte?|ou|sauf|ni|not|or|never)\b|n['’]", text, re.I):
        return None
    said, named = f" {_fold(text)}", _texts_in(text, options)
    ends = [letter for letter in named if said.endswith(f" {_fold(options[letter])}")]
    return (set(ends), "a sentence that ends with an option") if len(named) == 1 == len(ends) and len(parts) == 1 else None
