"""CasiMedicos-Arg, French side: Spanish residency examinations with doctors' comments, machine-translated.

The published files hold one token a line with an argument label, sentences parted by blank lines. Only the
words are used here: head lines part a document into case, question, options, right number and comment.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Rows, Source, SourceError, files_in, parse_rows, read_utf8
from medinj_utils.prompts import LETTERS

_SPLITS = {"train": "train", "dev": "validation", "test": "test"}
_OPTION = re.compile(r"(\d+)\s*-\s*(.*)")
_ANSWER = re.compile(r"(?:CORRECT ANSWER|BONNE RÉPONSE|RÉPONSE CORRECTE)\s*:\s*(.*)")  # the splits differ


def _documents(file: Path) -> list[list[str]]:
    """Sentences of each document; a document begins at its ``QUESTION TYPE`` line."""
    sentences = [" ".join(line.split()[0] for line in block.splitlines() if line.split())
                 for block in re.split(r"\n\s*\n", read_utf8(file))]
    documents: list[list[str]] = []
    for sentence in filter(None, sentences):
        if sentence.startswith("QUESTION TYPE"):
            documents.append([])
        if not documents:
            raise SourceError(f"{file}: does not begin with a QUESTION TYPE line but with {sentence[:80]!r}")
        documents[-1].append(sentence)
    return documents


def _parse(sentences: list[str], split: str, provenance: str | None) -> Iterator[Mapping]:
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
    yield {"provenance": provenance, "task": "mcqu", "source": "CasiMedicos-FR", "split": split,
           "instruction": case[first - 1], "context": " ".join(case[:first - 1]), "options": options,
           "answer_letters": [LETTERS[int(number) - 1]], "explanation": " ".join(sentences[answers[0] + 1:]),
           "licence": SOURCE.licence}


def _read(path: Path, provenance: str | None) -> Rows:
    files = [(name, file) for name, file in files_in(path, ".tsv") if "EN" not in Path(name).parts]
    for name, file in files:
        split = _SPLITS.get(file.stem)
        if split is None:
            raise SourceError(f"{file}: expected train.tsv, dev.tsv or test.tsv")
        yield from parse_rows(name, _documents(file), lambda raw, split=split: _parse(raw, split, provenance))


SOURCE = Source(
    name="casimedicos", title="CasiMedicos-Arg (French)", provenance="translated", licence="CC-BY-4.0",
    citation="Sviridova et al., CasiMedicos-Arg, EMNLP 2024; Goenaga et al. 2024", read=_read)
