"""Read a set of letters in a model's raw answer to a multiple-choice question, or refuse to.

The text becomes a string of word classes, one sign a word: B a capital standing alone, ⓑ a small letter, Ⓑ the text of
option B, n "réponse", s "est", r "exacte", _ a word of no interest. On it, short patterns find the letters claimed:
after words that announce an answer, at the head of a line, or in verdicts ("A : vrai, B : faux"), in this order of
weight; not in running prose. Contradictions are refused. Repetitions are bounded or possessive: time is linear.
"""

from itertools import groupby
from unicodedata import normalize

import regex as re

_WORD = re.compile(r"[^\W_]+'[A-Za-z]\b|[^\W_]+(?:-[^\W_]+)*+'?|[^\w \t]")  # "l'A", "D-dimères": words, not letters
_CLASSES = {
    ".": r"[.!]", ")": r"[)\]}]", "(": r"[(\[{]", "-": "[-–—<>→]", ",": ",", ";": ";", ":": ":", "·": "·", "\n": "\n",
    "a": "l[ea']|les|une?|d(?:es|u)|the|an", "n": "(?:r[epons]{4,6}e|answer|solution|respuesta)s?|antwort(?:en)?",
    "o": "(?:option|proposition|choice|lettre|letter|item|assertion|affirmation|question)s?|choix", "k": "sont|are|sind|=",
    "r": "(?:exact|correct|vrai|just|bonn?|meilleur|right|tru|valid)e?s?|correctas?|richtigen?", "s": "est|is|serait|es|ist",
    "m": "pas|ne|n'|not|isn'|jamais", "x": "non?",
    "w": "(?:fauss|incorrect|inexact|mauvais)e?s?|faux|wrong|false", "g": "aussi|egalement|also|bien",
    "p": "c'|it's|agit|choisi(?:s|rais)|selectionne|opte(?:rais)?|repond(?:s|rais)|dirais|retien(?:s|t|drais)|choose|pick",
    "q": "cette|m[ay]|mon|[nv]otre|à|de|d'|pour|to|for|th(?:is|at|ese)|it|probablement|attendue|dire|suivantes?|plus|most|"
         "probabl[ey]|likely|best|seule?s?|only|numero|j'|je|on|selon|apres|moi|avis|#|•|ci-dessus|above|ces|[0-9]+",
    "f": "donc|ainsi|conclu(?:sion|s)|consequent|definitive|bref|finale?|therefore|thus|hence|so", "j": "[/&+|]|et|and|und",
    "e": "sauf|excepte|hormis|hors|except|but",
    "h": r"ou|or|if|si|voire|peut-etre|eventuellement|maybe|perhaps|possibly|\?", "v": "tou(?:te)?s|tout|all",
    "y": "car|comme|parce|puisque|because|since|as|qui|which|seulement|uniquement", "u": "aucune?|none", "i": "que|of|mais",
    "z": "plutot|correction|erratum|pardon|corrigee?s?|trompee?|voulais|finalement|fait|wait|actually|rather"}
_CLASS = re.compile("|".join(f"({words})" for words in _CLASSES.values()))
_MARKS = ",.;:()[]{}'!?-–—·•"
_TEXTS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏ", strict=True))

# The grammar, in word classes, within a line.
_FILL = r"[anoskrpfzqg:(-]{0,12}"
_JUDGED = r"[skfg:(-]{0,4}(?:[rwm](?!n|:\(?[A-ZⒶ-Ⓩ])|(?<=[sk:])[aoq]{1,3}[rwm]|(?<=[sk])[ao]{1,2}n)"  # "est fausse"
_TEXT = rf"a?[Ⓐ-Ⓩ](?=$|[.,;:)(jyhA-Z-]|{_JUDGED})"  # not "le rein droit" where the option is "le rein"
_SMALL = rf"[ⓐ-ⓙ](?:[).:-]{{1,2}}{_TEXT}|\)|(?=(?:[,;j]{{0,2}}[ⓐ-ⓙ]){{0,9}}[.)]{{0,2}}$))"  # "a, c", not "il y a"
_ITEM = (rf"(?:[A-Z](?!·(?![aⒶ-Ⓩyrw]))[).:·(-]{{0,4}}(?:{_TEXT}(?![jhy]|,[on]))?|a?[Ⓐ-Ⓩ]\([A-Z]\)|{_TEXT}|{_SMALL})"
         r"[).:]{0,2}")  # "E. coli" is not E; "le rein (B)"
_INEXACT = r"(?<=[).])[^\nrwmj.,:;A-ZⒶ-Ⓩ]{1,40}+[,;j]{1,2}(?=[A-Z][).])"  # "A) inexact, C) inexact"
_ITEMS = (rf"{_ITEM}(?:(?:(?:(?:[,;j(]{{1,3}}|,?fi|,?ig)[aong]{{0,3}}|{_INEXACT}|(?<!\.)){_ITEM}|"
          rf"(?<=\.){_ITEM}(?:(?<=[.)Ⓐ-Ⓩ])|$))(?![sm]))*+")  # "B, A est fausse": A belongs to the next sentence
_LIST = rf"(?P<list>{_ITEMS}|[vu][aonrskiqmw]{{0,9}}+(?:,?e[aonqi]{{0,5}}{_ITEMS})?)"  # or "Toutes sauf A"
_CLAIM = re.compile(rf"(?P<lead>^{_FILL}|[nopfzr],?{_FILL}|(?<!_)){_LIST}(?P<sign>{_JUDGED})?", re.M)
_CORRECTION = re.compile(rf"(?:(?<!j)x[.,:;zp-]{{1,3}}|z[.,:;]?){_FILL}(?>{_LIST})(?!{_JUDGED})", re.M)
_ENDED = re.compile(r"$|[.)(:;,y-]|zi|j[xm]|(?<=[).:·-])", re.M)  # "B car…", "B, le…", not "A l'échographie…"
_TEXT_ENDED = re.compile(r"$|[.)(:y-]|,y|j[xm]|(?<=[).:·-])", re.M)
_OPEN = re.compile(r"(?<!\.)[,;j(]{0,3}a?h|[.,:;(-]{0,3}[xz](?:$|[.,:;])|(?<=\))[^\n.]{0,80}[,;j]\(?[A-Z]\)", re.M)
_UNSURE = re.compile("(?:[mw]i?|h)[aoq]{0,3}$")  # "si la réponse…", "il est faux que la réponse…"
_BARE = re.compile(r"[.,:;()-]{0,9}$", re.M)
_LINE = rf"^\(?[A-Z][).:·-]{{1,3}}+(?!a?[Ⓐ-Ⓩ]?[).]{{0,2}}{_JUDGED})[^\n]++(?:\n|\Z)"
_BLOCK = (rf"(?P<cue>(?:^|(?<=\.))[aokqf]{{0,5}}[nrp][anoskrpfzq]{{0,12}}:)\n"  # "Les réponses exactes sont :"
          rf"(?P<items>(?:^\(?(?>{_ITEMS})(?!{_JUDGED})[^\n]*+(?:\n|\Z))++)")
_ASIDE = (r"(?:(?<=[:h]\n)|(?<=\n)(?=\(A\)[^\n]*\n\(B\)))"  # options under a question, or under "Analyse :"
          rf"(?:(?:{_LINE}){{2,}}+|(?=\(A\)){_LINE})(?:\([^\n]*\Z)?")
_CLAUSE = re.compile(r"[^.\n]+")
_PROSE = re.compile(r"[skp][anoqr:]{0,4}(?P<list>(?:[A-Z](?=$|[.,;:)(yj])|[Ⓐ-Ⓨ](?:\([on]?[A-Z]\))?)"
                    r"(?:[,;j]{1,2}a?[A-ZⒶ-Ⓨ])*+)")
_YES, _NO = "vrai|exacte?|correcte?|juste|true|oui|yes|[✅✓✔]", "faux|fausse|inexacte?|incorrecte?|false|non?|[❌✗✘]"
_VERDICTS = [r"(?m)^\W{0,3}(?i:proposition\s|option\s)?([A-J])\b[^\n✅✓✔❌✗✘]*([✅✓✔❌✗✘])[^\n]*",  # "A. ✅ Elle…"
             rf"\(?\b([A-J])\b\s?[):.=-]{{0,2}}\s?(?i:({_YES}|{_NO}))(?!\w)(?:\s?[,;]|(?=\s?[.)\n(]|\s?$|\s?\(?[A-J]\b))",
             rf"(?m)^\W{{0,3}}(?i:proposition\s|option\s)?([A-J])\b\W{{1,4}}(?:(?!\b[A-J]\s?[:)])[^\n]){{1,300}}"
             rf"[→➜➔⇒>:–—-]\W{{0,3}}(?i:({_YES}|{_NO}))\W{{0,3}}$"]
_PAIR = re.compile(r"([Ⓐ-Ⓨ])(?:\(|,?o|\(o)([A-Z])(?=[).,])")  # "l'embolie, option C"
_DISAGREE = "a letter and a text that disagree"
_AT_HEAD = "named at the head of a line"
_CLASH, _LEFT_OPEN = "answers that contradict each other", "an answer left open or taken back"


def _clean(text: str) -> str:
    """Text without thoughts, emphasis, fences, LaTeX, bullets and repeats; an unclosed thought leaves nothing."""
    pieces = re.sub(r"(?i)<(/?)think(?:ing)?>", r"<\1think>", text).split("</think>")
    before = [piece.partition("<think>")[0] for piece in pieces[:-1] if "<think>" in piece]
    text = normalize("NFKC", "" if "<think>" in pieces[-1] else "\n".join([*before, pieces[-1]]))
    text = re.sub(r"\b([A-Z])(?:[ ,]{1,2}\1\b){3,}+", r"\1", text)  # "A A A…"
    if ticked := re.findall(r"(?m)^\W{0,4}(?:[☑☒✅✓✔]|\[[xX]\])(.+)", text):  # boxes: those left empty are no answer
        text = "\n".join(ticked)
    text = re.sub(r"(?m)^\s*\|(.+)\|\s*$", lambda row: row[1].replace("|", " : "), text)  # a row of a table
    text = re.sub(r"(?<!\w)'([^'\n]+)'(?!\w)", r" \1 ", re.sub("答案[是为:]", "\nréponse : ", text))
    text = re.sub(r"(?mi)^(?:uniquement|seulement|only|both)\s|\bI(?=\s(?:think|believe|would|choose)\b)|[\u200b\ufeff]"
                  r"|\(\s?\d+\s?%\s?\)|\(e?s\)|^(?:assistant|ai|ia)\s?:|\bn'h[ée]sitez[^\n.]*", "", text)
    text = re.sub(r"(?i)\bà l'exception (?:du |des |de )?|\bwith the exception of ", "sauf ", text)
    text = re.sub(r"(?:n'est|is)? ?\b(?i:pas|not) (?:l[ae'] ?)?\(?[A-J]\)?,? (?:mais|but) ", "est ", text)  # "pas A mais B"
    text = re.sub(r"\\boxed\s?\{", "\nréponse finale : ", re.sub(r"```\w*", "\n", text))
    text = re.sub(r"\\[a-z]+\s?\{?|[*_`\"“”«»$\\]", " ", text).translate(str.maketrans(
        {"’": "'", "‘": "'", "œ": "oe", "Œ": "Oe", "æ": "ae", "。": ".", "‐": "-"}))
    text = re.sub(r"([^\w\s])\1+", r"\1", text)
    text = re.sub(r"\b([A-Z])\.(?=\s?[a-zà-ÿ])", r"\1·", text)  # "E. coli" is not "E."
    lines = [line for line, _ in groupby(filter(None, map(str.strip, text.splitlines())))]
    return "\n".join(re.sub(r"^(?:[-•–—+]|\d{1,2}[.)])\s+(?=\S)", "", line) for line in lines)


def _fold(text: str) -> str:
    return re.sub("[\u0300-\u036f]", "", normalize("NFKD", text.lower()))


def _plain_verdicts(text: str, options: dict[str, str]) -> str:
    """The text with each verdict on a letter as "A : vrai", unless an option itself reads so."""
    if any(re.fullmatch(f"{_YES}|{_NO}", _fold(option).strip(" .")) for option in options.values()):
        return text
    for verdict in _VERDICTS:
        text = re.sub(verdict, lambda found: found[1] + (
            " : vrai, " if re.fullmatch(_YES, found[2], re.I) else " : faux, "), text)
    return text


def _kept(word: str, compact: frozenset[str]) -> str:
    """A word without case and accents, but for lone capitals, "à", and ``compact`` letters ("ABD", "A-B-D")."""
    letters = word.replace("-", "")
    if len(compact.intersection(letters)) == len(letters) > 1 and (letters == word or len(letters) > 2):
        return letters
    return word if re.fullmatch("[A-Zà]", word) else "à" if word == "À" else _fold(word)


def _pattern(option: str) -> str:
    """A pattern for an option's text with or without its article; none for "A", which is left to be a letter."""
    text = " ".join(_fold(word) for word in _WORD.findall(_clean(option)))
    core = text.rstrip(" " + _MARKS)
    words = [word for word in core.split(" ") if word not in _MARKS]
    words = words[len(words) > 1 and re.fullmatch(_CLASSES["a"], words[0]) is not None:]
    if re.fullmatch("[a-z]?", "".join(words)):
        return ""
    spelt = [re.sub("^([a-j]+|[a-z])$", lambda found: f"(?:{found[0]}|{found[0].upper()})", re.escape(word))
             .replace("(?:a|A)", "[aAà]") for word in words]  # capitals are kept where they may be letters
    return rf"(?: [{re.escape(_MARKS)}]){{0,3}} ".join(spelt) + f"(?: {re.escape(text[len(core):].strip())})?"


def _classes(text: str, options: dict[str, str], compact: frozenset[str] = frozenset()) -> str:
    """The text in word classes."""
    words = _WORD.findall(text)
    kept = {word: _kept(word, compact) for word in set(words)}
    line, carried, names = f" {' '.join([kept[word] for word in words])} ", {}, [*_CLASSES]
    for letter, option in options.items():
        pattern = _pattern(option)
        carried[pattern] = "Ⓩ" if pattern in carried else _TEXTS[letter]  # Ⓩ: two options' text, or a 26th one's
    for pattern in sorted(filter(None, carried), key=len, reverse=True):
        line = re.sub(rf" {pattern}(?= )", " " + carried[pattern], line)
    words = line.split(" ")
    found = {word: _CLASS.fullmatch(word) for word in set(words)}
    signs = {word: names[match.lastindex - 1] if match else word if word.isupper() or not word else "_"
             for word, match in found.items()} | {small: chr(ord(small) + 0x246F) for small in "abcdefghij"}
    line = "".join([signs[word] for word in words])
    for letter, option in options.items():  # an option that itself says "Toutes…" goes before all options
        if re.fullmatch(r"[vu][aonrskiqm]*\.?", own := _classes(_clean(option), {})):
            line = re.sub(rf"(?m){own[0]}[aonrskiqm]{{0,9}}(?=[.,]?$)", _TEXTS[letter], line)
    return line


def _tidy(line: str, options: dict[str, str]) -> str:
    """Draw lists under "Réponses :" into that line; drop walks through all options, and lists under other lines."""
    texts = [rf"\(?{letter}[).:·-]{{1,3}}a?{_TEXTS[letter]}" for letter in options]
    walks = ["".join(_LINE.replace("[A-Z]", letter) for letter in options), r"[).]{0,2}\n?".join(texts),
             "o[sk]?:" + "[).,;]{0,2}".join(texts), "".join(rf"^a?{_TEXTS[letter]}\.?(?:\n|\Z)" for letter in options)]

    def drawn(match: re.Match) -> str:
        items = re.findall(rf"(?m)^\(?({_ITEMS})", match["items"])  # without the explanations beside them
        return match["cue"] + (";".join(items) + "\n" if len(items) > 1 else match["items"])
    return re.sub(rf"(?m){'|'.join(walks)}|{_ASIDE}", "\n", re.sub(f"(?m){_BLOCK}", drawn, line))


def _named(found: str, options: dict[str, str]) -> tuple[set[str], str]:
    """The letters that a list names, and what forbids to read them."""
    letters = {*normalize("NFKC", re.sub("[^A-Zⓐ-ⓙ]", "", found)).upper()}
    texts = {*normalize("NFKC", re.sub("[^Ⓐ-Ⓩ]", "", found))}
    if found[0] in "vu":
        but = letters | texts
        return but if found[0] == "u" or "w" in found else but - set(options) or set(options) - but, ""
    texts -= {"Z"} if letters else set()
    pairs = {normalize("NFKC", pair).upper() for pair in set(re.findall(r"[A-Zⓐ-ⓙ][).:·(a-]{0,5}[Ⓐ-Ⓨ]", found))}
    mixed = (letters and not texts <= letters) or any(pair[0] != pair[-1] for pair in pairs)
    return letters | texts, _DISAGREE if mixed else ""


def _claims(line: str, options: dict[str, str]) -> tuple[list[str], list[tuple], set[str], set[str]]:
    """Lists at the heads of lines; (letters, problem, final) of announced ones; letters called right, and wrong."""
    heads, announced, right, wrong = [], [], set(), set()
    for match in _CLAIM.finditer(line):
        begin, (start, end), lead, found = match.start(), match.span("list"), set(match["lead"]), match["list"]
        before, is_open = line[begin - 1:begin] or "\n", _OPEN.match(line, end)
        ended = _ENDED if re.search("[A-Zⓐ-ⓙvu]", found) else _TEXT_ENDED
        if match["sign"]:
            (right if match["sign"][-1] in "rn" else wrong).update(_named(found, options)[0])
        elif not (is_open or ended.match(line, end)) or _UNSURE.search(line[max(0, begin - 9):begin]):
            continue
        elif lead & set("nopfzrsk:" if before == "\n" else "pfzsk:") or (lead and before in ".:;"):
            (letters, problem), concluding = _named(found, options), {*"fz"} & {*line[max(0, begin - 6):start]}
            if "o" in lead and not lead & set("nrp") and letters == set(options):
                continue  # "Les options sont A, B, C et D"
            concluding = concluding if lead & set("nrpo") or not announced else set()  # "B. La dose est donc de 80 mg."
            announced.append((letters, _LEFT_OPEN if is_open else problem, concluding))
        elif before == "\n" and ((not announced and (ended is _ENDED or not heads)) or _BARE.match(line, end)):
            told = re.compile("a?([Ⓐ-Ⓩ])sa").match(line, end)  # "D. Le lithium est le…"
            heads.append(found + (told[1] if told else "") + "h" * bool(is_open))
    return heads, announced, right, wrong


def _said(line: str, options: dict[str, str]) -> set[str]:
    """The letters that prose says to be what is asked for ("La dose est de 40 mg"), where all its sentences agree; those
    that deny, doubt or correct say nothing, and to mention an option is not to name it."""
    sure = [clause for clause in _CLAUSE.findall(line) if not set("mwhxzuveg") & set(clause)]
    said = [_named(found["list"], options) for clause in sure for found in _PROSE.finditer(clause)]
    agreed = said and not said[0][1] and all(claim == said[0] for claim in said) and said[0][0] != set(options)
    return said[0][0] if agreed else set()


def _decide(line: str, options: dict[str, str]) -> tuple[set[str], str, str]:
    """The letters that the claims agree on, how they were found, and what forbids to read them."""
    corrected = [match.start("list") for match in _CORRECTION.finditer(line) if _ENDED.match(line, match.end("list"))]
    line = _tidy(line[max(corrected, default=0):], options)
    if any(_TEXTS[pair[2]] != pair[1] for pair in _PAIR.finditer(line)):
        return set(), "", _DISAGREE
    heads, announced, right, wrong = _claims(line, options)
    named, problem = _named(";".join(heads), options) if heads else (set(), "")
    problem = _LEFT_OPEN if "h" in "".join(heads) else problem
    if announced:
        last, last_problem, final = announced[-1]
        overruled = final and not any(claim[2] for claim in announced if claim[0] != last)
        clash = not overruled and any(claim[0] != last for claim in announced)
        opened = heads and line.lstrip("aoq(").startswith(heads[0].rstrip("h"))  # else it may be an analysis
        clash = clash or (heads and (opened or not final) and last != named
                          and not (len(heads) > 1 and last < named))  # a walk, then an answer
        return last, "announced as the answer", _CLASH if clash else last_problem or problem * (len(heads) == 1)
    if heads:
        clash = right - named and not named <= wrong
        return named, _AT_HEAD, problem or (_CLASH if clash else "")
    if right or wrong:
        return right, "called right", "" if right and not right & wrong else "no option is named as the answer"
    said = _said(line, options)
    return said, "said in a sentence", "" if said else "no option is named as the answer"


def explain_choice(output: str, options: dict[str, str], task: str) -> tuple[frozenset[str] | None, str]:
    """The letters that can honestly be read in ``output`` (None: none can), and a short reason.

    ``options`` maps letters to texts; ``task`` is "mcqu" (one right letter) or "mcq" (one or several), else ValueError.
    """
    if task not in ("mcqu", "mcq"):
        raise ValueError(f"task is {task!r}; accepted: mcqu, mcq")
    plain = output.strip().split(", ")
    if options.keys() >= set(plain) and (len(plain) == 1 or (task == "mcq" and len(set(plain)) == len(plain))) and not any(
            _fold(option).strip(" .") in _fold(output) for option in options.values()):
        return frozenset(plain), _AT_HEAD  # as most answers are; the grammar below says the same
    exact = [letter for letter, option in options.items()
             if re.fullmatch(rf"(?:\(?{letter}\W{{1,3}})?{re.escape(option)}", output.strip())]
    if len(exact) == 1 and output.strip() not in options:
        return frozenset(exact), _AT_HEAD  # texts that differ in their marks alone: "K+" and "K-"
    text = _plain_verdicts(_clean(output), options)
    letters, why, problem = _decide(_classes(text, options, frozenset(options if task == "mcq" else ())), options)
    texts = {letter for letter, option in options.items() if _fold(option).strip(" .") == _fold(text).strip(" .")}
    if letters - set(options):
        problem = f"no option {', '.join(sorted(letters - set(options)))}"
    elif task == "mcqu" and len(letters) > 1:
        problem = problem or "several letters where one is asked for"
    elif texts and texts != letters:
        problem = problem or "the letter of one option and the text of another"  # blood groups: "A" may be option B
    return (None, problem or "no letter is left") if problem or not letters else (frozenset(letters), why)


def read_choice(output: str, options: dict[str, str], task: str) -> frozenset[str] | None:
    """The letters that a careful person would read in ``output``, or None where they would refuse."""
    return explain_choice(output, options, task)[0]
