"""Texts with HTML as a browser would show them, in plain text.

Published texts are not whole pages: tags are left open or have no beginning, and "p <0,05" holds
none. A parser that builds a tree drops what fits nowhere, such as cells without a table. The parser
of the standard library reports tags and texts one after the other, and each is written as it comes.
"""

import re
from html import escape
from html.parser import HTMLParser

_ROWS = frozenset("caption table tbody tfoot thead tr".split())
_BLOCKS = _ROWS | frozenset(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main "
    "menu nav ol optgroup option p pre search section select summary ul".split())
_CELLS = frozenset(("td", "th"))
_HIDDEN = frozenset(("script", "style"))  # with their content
_STYLED = frozenset(("sub", "sup", "span", "font"))
#: Tags within a word or number: "1<b>0</b>" is shown as 10.
_JOINING = _STYLED | frozenset(
    "a abbr acronym b base bdi bdo big cite code dfn em i ins kbd mark nobr samp small strong tt u "
    "var wbr".split())
_KNOWN = _BLOCKS | _CELLS | _HIDDEN | _STYLED | frozenset(
    "a abbr acronym area audio b base bdi bdo big br canvas cite code col colgroup data datalist "
    "del dfn em embed i img input ins kbd label link map mark meta meter nobr noscript object "
    "output param picture progress q rp rt ruby s samp small source strike strong time track tt u "
    "var video wbr".split())

# Possible markup. An attribute is name=value, or a word; for "a <b et c> d" see `_is_markup`.
_MARKUP = re.compile(r"""
    (?P<comment><!--.*?-->) | <!doctype\b[^<>]*> | <\?xml\b[^<>]*> | <!\[(?:if|endif)\b[^<>]*>
    | <(?P<closes>/?)(?P<space>[ovwm]|st1):(?P<local>[a-z][a-z0-9]*)[^<>]*>  # a word processor's
    | <!\[CDATA\[(?P<data>.*?)\]\]>
    | <(?P<end>/?)(?P<name>[a-z][a-z0-9]*)
      (?P<attributes>
        (?P<words>(?:\s+[a-z][\w:-]*(?!\s*=|[\w:-]))*)
        (?:\s+[a-z][\w:-]*\s*=(?:"[^"]*"|'[^']*'|[^<>"'])*)?)
      \s*/?\s*>
    """, re.VERBOSE | re.IGNORECASE | re.DOTALL)
# Names that also occur in formulas: in "si a<b>c" and "a <b> c" the b is never closed.
_VARIABLES = frozenset("abiqsu")
# Attributes without a value that are not words of a text.
_BARE = re.compile(r"(?:\s+(?:checked|compact|controls|disabled|hidden|nowrap|noshade|readonly"
                   r"|reversed|selected|v?align|bgcolor|border|colspan|rowspan|class|style"
                   r"|(?:data|aria)-[\w:-]+))*", re.IGNORECASE)

_HIGH = str.maketrans("0123456789+-\u2010\u2011\u2013\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOW = str.maketrans("0123456789+-\u2010\u2011\u2013\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₋₋₌₍₎")
_SIGNS = {"^": _HIGH, "_": _LOW}
_CUSTOMARY = {"o": "°", "tm": "™"}
# Raised by convention: "1er", "Mme", "p*" and "37°C" mean the same on the line.
_ORDINAL = re.compile(r"(?:e|er|re|ère|ers|ères|res|es|nd|nde|d|de|[èe]mes?|i[èe]mes?|me|mes|lle|"
                      r"lles|gr|r|rs|t|te|th|st|rd|os)", re.IGNORECASE)
_BEFORE_ORDINAL = re.compile(r"[0-9IVXLCMDPSNn]$")
_NO_POWER = re.compile(r"°.*|\[.*\]|[^\w+=\u2010\u2011\u2013\u2212-]+")
_WORD = re.compile(r"[+-]?[A-Za-zÀ-ÿ0-9]+|\([^()]*\)")
_LONGEST = 40  # characters; a longer raised text has lost its end tag


_COMMENT = "comment"  # as a tag of its own, shown as nothing
# The HTML tags that replace Word's; "b" may stand within a number, other tags separate numbers.
_OFFICE = {"p": "p", "br": "br", "cr": "br", "tab": "br", "tbl": "table", "tr": "tr", "tc": "td",
           "sup": "sup", "sub": "sub"} | dict.fromkeys(
    "r t e rpr b bcs i ics u sz szcs lang color rfonts noproof prooferr bookmarkstart bookmarkend"
    .split(), "b")


def without_markup(text: str) -> str:
    """The text as a browser shows it.

    A block begins a new line, ``|`` separates the cells of a row, a picture is replaced by its
    alternative text. Raised and lowered characters become Unicode's (``10⁹``, ``CO₂``) or, where
    there are none, follow ``^`` and ``_`` (``C_max``). Text that only looks like a tag stays, and
    so do tags whose names HTML doesn't have.
    """
    matches = [match for match in _MARKUP.finditer(text) if _is_markup(match)]
    if not matches:
        return text
    pieces, end = [], 0
    for match in matches:
        pieces += [escape(text[end:match.start()], quote=False), _for_parser(match)]
        end = match.end()
    shown = _Shown()
    shown.feed("".join(pieces) + escape(text[end:], quote=False))
    shown.close()
    return shown.text()


def _is_markup(match: re.Match) -> bool:
    if not match["name"]:
        return True
    name, text = match["name"].lower(), match.string
    opens, before, after = not match["end"], text[:match.start()][-1:], text[match.end():][:1]
    operand = name in _VARIABLES and (before.isalnum() or (before.isspace() and after.isspace()))
    odd = not _BARE.fullmatch(match["words"])
    if opens and (name in _HIDDEN or odd or operand):
        closed = f"</{name}" in text[match.end():].lower()
        return closed and name in _KNOWN and not (odd and len(name) == 1)
    return name in _KNOWN


def _for_parser(match: re.Match) -> str:
    """Markup in a form that all versions of the parser read alike."""
    if match["local"]:
        known = _OFFICE if match["space"].lower() in ("w", "m") else {}
        tag = known.get(match["local"].lower(), _COMMENT)
        empty = match[0].endswith("/>") and tag in _STYLED  # raises nothing, and is never closed
        return f"<{match['closes']}{_COMMENT if empty else tag}>"
    if not match["name"]:  # numbers before and after are two
        return f"<{_COMMENT}>{escape(match['data'] or '', quote=False)}<{_COMMENT}>"
    if match["end"]:
        return "<br>" if match["name"].lower() == "br" else f"</{match['name']}>"
    return f"<{match['name']}{match['attributes'].replace('&', '&amp;')} >"


class _Shown(HTMLParser):
    """Collects the shown text. Line ends and ``|`` are written only between texts."""

    def __init__(self):
        super().__init__()
        self._written: list[str] = []
        self._gap = ""  # due before the next text
        self._open: list[tuple[str, str, int]] = []  # tag, its sign, where it begins in `_written`
        self._just_raised = False  # the last of `_written` is
        self._cell_is_empty = False
        self._hidden = False
        self._apart = False  # digits that follow are another number

    def text(self) -> str:
        """The text collected, after `close`."""
        for _, sign, start in reversed(self._open):  # never closed: how far it goes isn't known
            if sign and "".join(self._written[start:])[:1].strip():
                self._written.insert(start, sign)
        text = "".join(self._written)
        return text.rstrip() if self._gap else text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._apart = self._apart or tag not in _JOINING
        if tag == "br":
            self._gap = self._gap.replace(" | ", "") + "\n"
        elif tag in _BLOCKS:
            self._begin_line(tag)
        elif tag in _CELLS:
            self._gap = self._gap or (" | " if self._written else "")
            self._cell_is_empty = True
        elif tag in _STYLED:
            self._open.append((tag, _sign(tag, given.get("style") or ""), len(self._written)))
        elif tag in _HIDDEN:
            self._hidden = True
        elif tag == "img":
            self.handle_data(given.get("alt") or "")
            self._apart = True

    def handle_endtag(self, tag: str) -> None:
        self._apart = self._apart or tag not in _JOINING
        if tag in _BLOCKS:
            self._begin_line(tag)
        elif tag in _CELLS:
            self._gap = self._gap + " | " if self._cell_is_empty else " | "
            self._cell_is_empty = False
        elif tag in _STYLED:
            self._close_styled(tag)
        elif tag in _HIDDEN:
            self._hidden = False

    def handle_data(self, data: str) -> None:
        if self._gap:
            data = data.lstrip()
        if self._hidden or not data:
            return
        if self._gap:
            self._written.append(self._due_gap())
            self._gap = ""
        elif self._just_raised and data[0].isalnum():  # "^99m" before "Tc" would have no end
            self._written[-1] = _bracketed(self._written[-1])
        elif self._apart and data[0].isdigit() and "".join(self._written[-2:])[-1:].isdigit():
            data = " " + data
        self._just_raised = self._apart = False
        self._written.append(data)
        self._cell_is_empty = self._cell_is_empty and not data.strip()

    def _begin_line(self, tag: str) -> None:
        self._gap = "\n" if tag in _ROWS else self._gap or "\n"

    def _due_gap(self) -> str:
        last = len(self._written) - 1
        while last >= 0 and not self._written[last].rstrip():
            self._written[last] = ""
            last -= 1
        if last < 0:
            return self._gap.lstrip()
        self._written[last] = self._written[last].rstrip()
        return self._gap

    def _close_styled(self, tag: str) -> None:
        for position in reversed(range(len(self._open))):
            opened, sign, start = self._open[position]
            if opened == tag:
                del self._open[position]
                if sign:
                    before = "".join(self._written[:start][-2:])
                    self._written[start:] = _raised("".join(self._written[start:]), sign, before)
                    self._just_raised = start < len(self._written)
                return
        self._apart = self._apart or tag in ("sub", "sup")  # where it began isn't known


def _sign(tag: str, style: str) -> str:
    """``^`` of a tag that raises, ``_`` of one that lowers, else nothing."""
    style = "".join(style.lower().split())
    if tag == "sup" or _RAISING.search(style):
        return "^"
    return "_" if tag == "sub" or _LOWERING.search(style) else ""


_LENGTH = r"(?=[\d.]*[1-9])"  # other than 0
_RAISING = re.compile(rf"vertical-align:(?:super|text-top|{_LENGTH}\d|{_LENGTH}\.)"
                      rf"|position:relative.*?(?:\btop:-{_LENGTH}|\bbottom:{_LENGTH})"
                      rf"|(?:\btop:-{_LENGTH}|\bbottom:{_LENGTH}).*?position:relative")
_LOWERING = re.compile(rf"vertical-align:(?:sub|text-bottom|-{_LENGTH})"
                       rf"|position:relative.*?(?:\btop:{_LENGTH}|\bbottom:-{_LENGTH})"
                       rf"|(?:\btop:{_LENGTH}|\bbottom:-{_LENGTH}).*?position:relative")


def _raised(text: str, sign: str, before: str) -> list[str]:
    """A raised or lowered text on the line, and the blanks that followed within it."""
    inner, rest = text.strip(), text[len(text.rstrip()):]
    if not inner:
        return [text] if text else []
    if sign == "^" and inner.lower() in _CUSTOMARY:
        inner = _CUSTOMARY[inner.lower()]
    elif sign == "_" or not _means_no_power(inner, before):
        inner = _with_signs(inner, sign)
    return [inner, rest] if rest else [inner]


def _means_no_power(text: str, before: str) -> bool:
    ends_ordinal = len(text) > 2 or _BEFORE_ORDINAL.search(before)
    return bool(_NO_POWER.fullmatch(text) or (ends_ordinal and _ORDINAL.fullmatch(text)))


def _with_signs(text: str, sign: str) -> str:
    table = _SIGNS[sign]
    codes = set(map(ord, text))
    if codes <= set(table.values()):
        return text
    if codes <= table.keys() and (len(text) == 1 or not text.isalpha()):
        return text.translate(table)
    if _WORD.fullmatch(text) or len(text) > _LONGEST or "\n" in text:
        return sign + text
    return f"{sign}({text})"


def _bracketed(raised: str) -> str:
    sign, inner = raised[:1], raised[1:]
    return f"{sign}({inner})" if sign in _SIGNS and inner[:1] != "(" else raised
