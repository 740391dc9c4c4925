"""CasiMedicos-Arg, French side: Spanish residency examinations with doctors' comments, translated.

The published files hold one token a line with an argument label, and a blank line between
sentences. Only the words are used here: head lines divide a document into case, question, options,
right number and comment. Each document gives a single-answer question and, from the doctor's
comment, an open one that asks why the right option is right. ``parent`` is the document's position,
which is the same in the aligned files of the other languages.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_OPTION = re.compile(r"(\d+)\s*-\s*(.*)")
# The splits differ in the words of this head line.
_ANSWER = re.compile(r"(?:CORRECT ANSWER|BONNE RÉPONSE|RÉPONSE CORRECTE)\s*:\s*(.*)")


def documents(text: str, file: Path) -> list[list[str]]:
    """Sentences of each document; a document begins at its ``QUESTION TYPE`` line.

    Args:
        text: of the file.
        file: named in error messages.

    Raises:
        SourceError: the text begins with another line.
    """
    sentences = [" ".join(line.split()[0] for line in block.splitlines() if line.split())
                 for block in re.split(r"\n\s*\n", text)]
    documents: list[list[str]] = []
    for sentence in filter(None, sentences):
        if sentence.startswith("QUESTION TYPE"):
            documents.append([])
        if not documents:
            raise SourceError(f"{file}: does not begin with a QUESTION TYPE line but with "
                              f"{sentence[:80]!r}")
        documents[-1].append(sentence)
    return documents


@dataclass(frozen=True)
class _Document:
    """The parts of a document; ``right`` is the position of the right option."""

    case: str
    question: str
    options: list[str]
    right: int
    comment: str


def _parts(sentences: list[str]) -> _Document:
    answers = [i for i, sentence in enumerate(sentences) if _ANSWER.match(sentence)]
    if len(answers) != 1:
        raise BadRow("CORRECT ANSWER", len(answers), "need exactly one such line")
    question = [sentence for sentence in sentences[1:answers[0]]
                if not sentence.startswith("CLINICAL CASE")]
    first = next((i for i, sentence in enumerate(question)
                  if (match := _OPTION.match(sentence)) and match[1] == "1"), None)
    if not first:
        raise BadRow("options", " ".join(question), "no question followed by a line '1- …'")
    options: list[str] = []
    for sentence in question[first:]:
        match = _OPTION.match(sentence)
        if match and int(match[1]) == len(options) + 1:
            options.append(match[2])
        else:
            options[-1] += f" {sentence}"
    number = _ANSWER.match(sentences[answers[0]])[1].strip()
    if not number.isdigit() or not 1 <= int(number) <= len(options):
        raise BadRow("CORRECT ANSWER", number, f"need a number from 1 to {len(options)}")
    return _Document(" ".join(question[:first - 1]), question[first - 1], options, int(number) - 1,
                     " ".join(sentences[answers[0] + 1:]))


@dataclass(frozen=True)
class _File:
    """What all documents of a file share."""

    stem: str
    split: str
    provenance: str | None

    def records(self, number: int, sentences: list[str]) -> Iterator[Mapping]:
        document = _parts(sentences)
        right = document.options[document.right]
        shared = {"provenance": self.provenance, "source": "CasiMedicos-FR", "split": self.split,
                  "licence": SOURCE.licence, "context": document.case,
                  "parent": f"casimedicos/{self.stem}/{number}"}
        yield shared | {"task": "mcqu", "instruction": document.question,
                        "options": document.options, "answer_letters": [LETTERS[document.right]],
                        "explanation": document.comment}
        if document.comment.strip():
            why = f"{document.question} La bonne réponse est : {right} Pourquoi ?"
            yield shared | {"task": "oeq", "answer_text": document.comment, "instruction": why}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".tsv"):
        if "EN" in Path(name).parts:
            continue  # aligned English files, for measuring the search for translations
        records = _File(file.stem, split, reading.provenance).records
        yield RawTable(name, documents(reading.text(file), file), records)


SOURCE = Source(
    name="casimedicos", title="CasiMedicos-Arg (French)", provenance="translated",
    licence="CC-BY-4.0",
    citation="Sviridova et al., CasiMedicos-Arg, EMNLP 2024; Goenaga et al. 2024",
    read=_read, expected=(("all", 558),))
