"""Rewrite lists with remarks in brackets, lists with one kind before all letters, and tables."""

import regex as re

_BRACKETS_IN_LIST = re.compile(
    r"""
    (?<= \b [A-J] ) \s? \( (?! (?i: vrai | fau | exact | inexact | correct | incorrect | juste
      | true
      | false | oui | non? | yes ) )
    (?: (?! \b [A-J] \b ) [^()\n✅❌] ){3,100}+ \)
    (?= \s? (?: [,;] | et \b | and \b | , \s (?: et | and ) \b ) \s? (?: la [ ] )? [A-J] \b )
    """, re.VERBOSE)
_REMARK_ON_LETTERS = re.compile(
    r"""
    ^ (?P<before> [^\n()]{0,80}? \b [A-J] [.;]? \s? )
    \( (?P<letters> [A-J] (?: (?: ,[ ] | [ ] et [ ] | [ ] and [ ] ) [A-J] ){0,4} ) (?: \s? : )? [ ]
    (?! (?: et | ou | and | or | si | if | en [ ] cas | quand | when ) \b )
    (?! [^()\n]* (?i: just | vrai | exact | correct | aussi | possib | discut | peut | right | true
      | also | \b à \b | \b to \b ) )
    [a-zà-ÿ'] [^()\n]* \)
    """, re.VERBOSE | re.MULTILINE)
_NEXT_ENTRY = re.compile(r" \s? [,;] \s? (?= [A-J] \s? : )", re.VERBOSE)
_ENTRIES = re.compile(
    r"^ \W{0,3} [A-J] \s? : \s? \w{2} [^\n;:]{0,200}+ ; \s? [A-J] \s? : [^\n]++",
    re.VERBOSE | re.MULTILINE)
_LETTERS_OF_KIND = re.compile(
    r"""
    \b (?P<kind> (?i: vitamin | h[ée]patit | group | typ | stad | grad | class ) (?i: e
      | is )? ) s? [ ]
    (?P<letters> [A-Z] \d{0,2} (?: , [ ] [A-Z] \d{0,2} \b ){0,8} ,? [ ] (?: et | and | ou | or ) [ ]
      [A-Z] \d{0,2} \b )
    """, re.VERBOSE)

_TABLE_ROW = re.compile(r"(?m)^\s*\|(.+)\|\s*$")
_VERDICTS_BELOW = re.compile(
    r"""
    ^ [ ]* \| (?P<letters> (?: [ *]* [A-J] [ *]* \| ){2,10}+ ) [ ]* \n
    (?: [ ]* \| [-: |]++ \n )?
    [ ]* \| (?P<verdicts> [^\n]+ ) \| [ ]* $
    """, re.VERBOSE | re.MULTILINE)


def _below_each_other(match: re.Match) -> str:
    letters = re.findall("[A-J]", match["letters"])
    verdicts = [cell.strip() for cell in match["verdicts"].split("|")]
    if len(letters) != len(verdicts) or not "ABCDEFGHIJ".startswith("".join(letters)):
        return match[0]
    return "\n".join([f"{pair[0]} : {pair[1]}" for pair in zip(letters, verdicts, strict=True)])


def table_rows_as_lines(text: str) -> str:
    """The text with colons between the cells of a table."""
    text = _VERDICTS_BELOW.sub(_below_each_other, text)
    return _TABLE_ROW.sub(lambda match: match[1].replace("|", " : "), text)


def without_remarks_on_others(text: str) -> str:
    """The text without remarks in brackets on letters that don't stand before them."""
    return _REMARK_ON_LETTERS.sub(
        lambda match: match["before"] if set(re.findall(r"\b[A-J]\b", match["letters"])).isdisjoint(
            match["before"]) else match[0], text)


def with_entries_apart(text: str) -> str:
    """The text with a line of its own for each letter with a remark."""
    text = _BRACKETS_IN_LIST.sub("", text)
    return _ENTRIES.sub(lambda match: _NEXT_ENTRY.sub("\n", match[0]), text)


def with_kind_before_each(text: str) -> str:
    """The text with its kind before each letter: "hépatite B, hépatite C et hépatite D"."""
    return _LETTERS_OF_KIND.sub(
        lambda match: re.sub(r"\b(?=[A-Z])", f"{match['kind']} ", match["letters"]), text)
