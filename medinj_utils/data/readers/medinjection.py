"""MedInjection-FR in its three shapes: the parquet of ``ALL``, the component trees, and chat files.

- ``ALL``: rows of ``instruction, context, answer, type, origin``; the split is in the path.
- ``Native``, ``Synthetic``, ``Translated``: the same fields as JSON, in files such as
  ``Train/mcq/mcq_train.json``.
- Files of the authors' scripts: ``{"messages": [{role, content}, …], "classes": ["A", …],
  "answer": …}``; the task (``qcmu``, ``qcm``, ``qro``) is in the file's name alone. Files named
  ``en2fr`` or ``fr2en`` are translations and hold no questions.

This reader was written without access to a whole row or to the values of ``type`` and ``origin``.
It therefore accepts variant spellings, and raises an error with file, row and value for an unknown
one. What only a file's name says (the task of chat files) is recorded as a remark.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from medinj_utils.data.choices import part_options, right_letters
from medinj_utils.data.files import TABLES, RawTable, Reading
from medinj_utils.data.formats import SourceError
from medinj_utils.data.rules import BadRow
from medinj_utils.data.sources import Source

_PROVENANCES = {
    "native": "native", "nat": "native", "natif": "native", "native_fr": "native",
    "synthetic": "synthetic", "syn": "synthetic", "synth": "synthetic", "synthetique": "synthetic",
    "translated": "translated", "trad": "translated", "traduit": "translated",
    "traduite": "translated", "translation": "translated"}
_TASKS = {
    "mcqu": "mcqu", "qcmu": "mcqu", "qcu": "mcqu",
    "mcq": "mcq", "mcqm": "mcq", "qcm": "mcq", "qcmm": "mcq",
    "oeq": "oeq", "qro": "oeq", "qroc": "oeq", "open": "oeq"}
_SPLITS = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation",
    "val": "validation", "dev": "validation", "test": "test"}
_TRANSLATION = re.compile(r"en2fr|fr2en", re.IGNORECASE)


@cache
def _plain(value: str) -> str:
    """The value without accents, in lower case."""
    decomposed = unicodedata.normalize("NFD", value)
    without_accents = "".join(c for c in decomposed if not unicodedata.combining(c))
    return without_accents.strip().casefold()


def _known(field: str, value: object, accepted: Mapping[str, str], location: str) -> str:
    meaning = accepted.get(_plain(str(value)))
    if meaning is None:
        raise SourceError(f"{location}, {field}: unknown value {value!r}; accepted: "
                          f"{', '.join(accepted)}")
    return meaning


def _from_path(name: str, accepted: Mapping[str, str]) -> str | None:
    """Split or task that a path says.

    It may be in a folder, ``Train``, or in a file's name, ``train-00000-….parquet`` or
    ``oeq_training.json``: the file's own name is looked at first, then the nearest folder.
    """
    for part in reversed(Path(name).parts[-4:]):
        words = map(_plain, re.split(r"[-_.\d]", part))
        meanings = {accepted[word] for word in words if word in accepted}
        if meanings:
            return meanings.pop() if len(meanings) == 1 else None
    return None


@dataclass(frozen=True)
class _PublishedFile:
    """A file's rows, and what its path says about them.

    An empty ``source`` means that each row names its own.
    """

    reading: Reading
    name: str
    file: Path
    split: str | None
    task: str | None
    source: str
    licence: str

    def records(self, number: int, row: Mapping) -> Iterator[Mapping]:
        location = f"{self.name}, row {number}"
        split = self._split(row, location)
        provenance = self._provenance(row, location)
        if "messages" in row and "instruction" not in row:
            row = self._chat(row, location)
        task = _known("type", row["type"], _TASKS, location)
        yield {"provenance": provenance, "split": _known("split", split, _SPLITS, location),
               "task": task, "source": self.source or row["source"], "licence": self.licence,
               "context": row.get("context") or "", "parent": row.get("parent") or "",
               **_question(row, task)}

    def _split(self, row: Mapping, location: str) -> str:
        if not row.get("split"):
            self.reading.remark(self.file, f"split {self.split} known from its path alone")
        split = row.get("split") or self.split
        if split is None:
            raise SourceError(f"{location}, split: neither in the row nor in the path")
        return split

    def _provenance(self, row: Mapping, location: str) -> str:
        expected = self.reading.provenance
        origin = row.get("origin") or expected
        if origin is None:
            raise SourceError(f"{location}, origin: missing; say provenance=… when reading")
        provenance = _known("origin", origin, _PROVENANCES, location)
        if expected and provenance != expected:
            raise SourceError(f"{location}, origin: says {origin!r}, but provenance is "
                              f"{expected!r}")
        return provenance

    def _chat(self, row: Mapping, location: str) -> Mapping:
        """A row of the authors' chat files, its fields named as those of the published rows."""
        if not row.get("type"):
            self.reading.remark(self.file, f"task {self.task} known from the file's name alone")
        task = row.get("type") or self.task
        if task is None:
            raise SourceError(f"{location}, type: neither in the row nor in the file's name "
                              f"(accepted: {', '.join(_TASKS)})")
        questions = [turn["content"] for turn in row["messages"] if turn["role"] == "user"]
        answers = [turn["content"] for turn in row["messages"] if turn["role"] == "assistant"]
        if len(questions) != 1:
            raise BadRow("messages", len(questions), "need exactly one user turn")
        answer = row.get("answer")
        if answer in (None, "") and answers:
            answer = answers[-1]
        return {**row, "type": task, "instruction": questions[0], "answer": answer}


def _question(row: Mapping, task: str) -> Mapping:
    """Question and answer of a row, its options taken out of the instruction."""
    if task == "oeq":
        return {"instruction": row["instruction"], "answer_text": row["answer"]}
    stem, options = part_options(row["instruction"])
    if row.get("classes") and len(row["classes"]) != len(options):
        reason = f"but {len(options)} options stand in the question"
        raise BadRow("classes", row["classes"], reason)
    return {"instruction": stem, "options": options,
            "answer_letters": right_letters(row["answer"], options)}


def _asks(rows: Sequence[Mapping]) -> bool:
    """Whether any row has an instruction or messages."""
    return any("instruction" in row or "messages" in row
               for start in range(0, len(rows), 1000) for row in rows[start:start + 1000])


def read_rows(reading: Reading, source: str, licence: str) -> Iterator[RawTable]:
    """Rows of every table file of a reading; a row's own ``split`` and ``parent`` are kept.

    Args:
        reading: the files.
        source: of all rows; empty where each row names its own.
        licence: of all rows.
    """
    for name, file in reading.files(*TABLES):
        if _TRANSLATION.search(name):
            reading.remark(file, "holds translations, no questions: not read", rows=0)
            continue
        # Folders above the source do not describe it.
        path = str(file) if reading.path.is_file() else f"{reading.path.name}/{name}"
        split, task = _from_path(path, _SPLITS), _from_path(path, _TASKS)
        published = _PublishedFile(reading, name, file, split, task, source, licence)
        rows = reading.rows(file)
        if len(rows) and not _asks(rows):
            reading.remark(file, "has neither instructions nor messages: not read", rows=0)
            continue
        yield RawTable(name, rows, published.records)


def _read(reading: Reading) -> Iterator[RawTable]:
    return read_rows(reading, "MedInjection-FR", SOURCE.licence)


SOURCE = Source(
    name="medinjection", title="MedInjection-FR", provenance=None, licence="MIT",
    citation="Belmadani et al., MedInjection-FR, LREC 2026 (arXiv 2603.06905)", read=_read)
