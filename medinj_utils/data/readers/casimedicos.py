"""CasiMedicos-Arg, French side: Spanish residency examinations with doctors' comments, machine-translated.

The published files hold one token a line with an argument label, sentences parted by blank lines. Only the
words are used here: head lines part a document into case, question, options, right number and comment. Each
document gives a single-answer question and, from the doctor's comment, an open one that asks why the right option is
right. ``parent`` is the document's place, which is the same in the aligned files of the other languages.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from medinj_utils.core.prompts import LETTERS
from medinj_utils.data.files import RawTable, Reading, SourceError
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source

_OPTION = re.compile(r"(\d+)\s*-\s*(.*)")
_ANSWER = re.compile(r"(?:CORRECT ANSWER|BONNE RÉPONSE|RÉPONSE CORRECTE)\s*:\s*(.*)")  # the splits differ


def documents(text: str, file: Path) -> list[list[str]]:
    """Sentences of each document; a document begins at its ``QUESTION TYPE`` line."""
    sentences = [" ".join(line.split()[0] for line in block.splitlines() if line.split())
                 for block in re.split(r"\n\s*\n", text)]
    documents: list[list[str]] = []
    for sentence in filter(None, sentences):
        if sentence.startswith("QUESTION TYPE"):
            documents.append([])
        if not documents:
            raise SourceError(f"{file}: does not begin with a QUESTION TYPE line but with {sentence[:80]!r}")
        documents[-1].append(sentence)
    return documents


def _parse(sentences: list[str], split: str, provenance: str | None, parent: str) -> Iterator[Mapping]:
    answers = [i for i, sentence in enumerate(sentences) if _ANSWER.match(sentence)]
    if len(answers) != 1:
        raise BadRow("CORRECT ANSWER", len(answers), "need exactly one such line")
    case = [s for s in sentences[1:answers[0]] if not s.startswith("CLINICAL CASE")]
    first = next((i for i, s in enumerate(case) if (found := _OPTION.match(s)) and found[1] == "1"), None)
    if not first:
        raise BadRow("options", " ".join(case), "no question followed by a line '1- …'")
    options: list[str] = []
    for sentence in case[first:]:
        found = _OPTION.match(sentence)
        if found and int(found[1]) == len(options) + 1:
            options.append(found[2])
        else:
            options[-1] += f" {sentence}"
    number = _ANSWER.match(sentences[answers[0]])[1].strip()
    if not number.isdigit() or not 1 <= int(number) <= len(options):
        raise BadRow("CORRECT ANSWER", number, f"need a number from 1 to {len(options)}")
    shared = {"provenance": provenance, "source": "CasiMedicos-FR", "split": split, "licence": SOURCE.licence,
              "context": " ".join(case[:first - 1]), "parent": parent}
    comment, right = " ".join(sentences[answers[0] + 1:]), int(number) - 1
    yield shared | {"task": "mcqu", "instruction": case[first - 1], "options": options, "answer_letters": [LETTERS[right]],
                    "explanation": comment}
    if comment.strip():
        yield shared | {"task": "oeq", "answer_text": comment,
                        "instruction": f"{case[first - 1]} La bonne réponse est : {options[right]} Pourquoi ?"}


def _read(reading: Reading) -> Iterator[RawTable]:
    for name, file, split in reading.split_files(".tsv"):
        if "EN" in Path(name).parts:  # the aligned English files; `medinj_utils.data.languages` reads them
            continue
        told = documents(reading.text(file), file)
        yield RawTable(name, told, lambda number, sentences, split=split, stem=file.stem: _parse(
            sentences, split, reading.provenance, f"casimedicos/{stem}/{number}"))


SOURCE = Source(
    name="casimedicos", title="CasiMedicos-Arg (French)", provenance="translated", licence="CC-BY-4.0",
    citation="Sviridova et al., CasiMedicos-Arg, EMNLP 2024; Goenaga et al. 2024", read=_read,
    expected=(("all", 558),))
