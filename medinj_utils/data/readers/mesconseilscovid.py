"""MesConseilsCovid: questions and answers of the French public service on Covid-19, 2021–2023.

The pages are Markdown with ``.. question::`` blocks. A block's indented text, without its options,
forms, boxes of further links, and Markdown marks, is the answer to an open question.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_QUESTION = re.compile(r"^\.\. question::\s*(.*)$")
_BLOCK_OPTION = re.compile(r":[\w-]+:")  # such as ":level: 3"
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__)((?:.|\n)+?)\1|(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)")
_HEADING = re.compile(r"^#+\s*", re.MULTILINE)
_LEFT_OUT = re.compile(r"<form>.*?</form>|<div class=\"voir-aussi\">.*?</div>", re.DOTALL)
_MACRO = re.compile(r"\{\{|\{%")


def _blocks(text: str) -> list[tuple[str, str]]:
    """(question, body) of each block; a body goes on while lines are indented or empty."""
    blocks: list[tuple[str, list[str]]] = []
    inside = False
    for line in text.split("\n"):
        if opening := _QUESTION.match(line):
            blocks.append((opening[1].strip(), []))
            inside = True
        elif line.strip() and not line.startswith((" ", "\t")):
            inside = False
        elif inside:
            blocks[-1][1].append(line)
    return [(question, "\n".join(lines)) for question, lines in blocks]


def _record(number: int, block: tuple[str, str], provenance: str | None) -> Iterator[Mapping]:
    question, body = block
    if _MACRO.search(question + body):
        raise BadRow("question", question, "a template macro that the page's publisher expands")
    lines = [line[4:] if line.startswith("    ") else line.strip() for line in body.split("\n")]
    while lines and (not lines[0].strip() or _BLOCK_OPTION.match(lines[0])):
        lines.pop(0)
    answer = _LEFT_OUT.sub("", "\n".join(lines))
    answer = _LINK.sub(r"\1", answer)
    answer = _EMPHASIS.sub(lambda match: match[2] or match[3], answer)
    answer = re.sub(r"\n{3,}", "\n\n", _HEADING.sub("", answer)).strip()
    yield {"provenance": provenance, "task": "oeq", "source": "MesConseilsCovid", "split": "train",
           "instruction": question, "answer_text": answer, "licence": SOURCE.licence}


def _read(reading: Reading) -> Iterator[RawTable]:
    record = partial(_record, provenance=reading.provenance)
    for name, file in reading.files(".md"):
        yield RawTable(name, _blocks(reading.text(file)), record)


SOURCE = Source(
    name="mesconseilscovid", title="MesConseilsCovid (questions et réponses)", provenance="native",
    licence="MIT", citation="Délégation ministérielle du numérique en santé, MesConseilsCovid",
    read=_read, expected=(("all", 131),))
