"""MedInjection-FR as published: rows of ``instruction, context, answer, type, origin``.

Read here: the parquet of ``ALL`` and the JSON trees of the components (``Native/Train/mcq/…json``). The value
lists of ``type`` and ``origin`` and one whole example row were not seen when this was written, so spellings
are taken tolerantly, and a value that is still unknown stops the reading with file, row and value.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Rows, Source, SourceError, files_in, load_json, parse_rows
from medinj_utils.prompts import LETTERS

_PROVENANCES = {"native": "native", "nat": "native", "natif": "native", "synthetic": "synthetic", "syn": "synthetic",
                "synthetique": "synthetic", "translated": "translated", "trad": "translated", "traduit": "translated"}
_TASKS = {"mcqu": "mcqu", "qcmu": "mcqu", "qcu": "mcqu", "mcq": "mcq", "mcqm": "mcq", "qcm": "mcq", "oeq": "oeq",
          "qro": "oeq"}
_SPLITS = {"train": "train", "training": "train", "validation": "validation", "valid": "validation",
           "dev": "validation", "test": "test"}
_OPTION = re.compile(r"^\s*(?:\(([A-Z])\)|([A-Z])[).:])\s+(.*)$")
_NOT_A_LETTER = re.compile(r"[^A-Za-z]+")


def _plain(value: object) -> str:
    decomposed = unicodedata.normalize("NFD", str(value))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip().casefold()


def _known(field: str, value: object, accepted: Mapping[str, str], where: str) -> str:
    found = accepted.get(_plain(value))
    if found is None:
        raise SourceError(f"{where}, {field}: unknown value {value!r}; accepted: {', '.join(accepted)}")
    return found


def _split_of(name: str) -> str | None:
    """Split told by a published path: a folder ``Train``, files ``train-00000-….parquet`` or ``oeq_training.json``."""
    for part in reversed(Path(name).parts[-4:]):  # the file's own name first, then the nearest folder
        found = {_SPLITS[word] for word in map(_plain, re.split(r"[-_.]", part)) if word in _SPLITS}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def part_options(instruction: str) -> tuple[str, list[str]]:
    """Instruction without its options, and the options' texts, from lines ``(A) …``, ``A) …`` or ``A. …``."""
    lines = instruction.splitlines()
    found = [(i, m) for i, line in enumerate(lines) if (m := _OPTION.match(line))]
    if [m[1] or m[2] for _, m in found] != list(LETTERS[:len(found)]):
        raise BadRow("instruction", instruction, "option letters are not A, B, C … in order")
    if not found:
        raise BadRow("instruction", instruction, "a choice question without option lines such as '(A) …'")
    ends = [*(i for i, _ in found[1:]), len(lines)]  # an option goes on until the next one begins
    options = [" ".join([m[3], *lines[i + 1:end]]).strip() for (i, m), end in zip(found, ends, strict=True)]
    return "\n".join(lines[:found[0][0]]).strip(), options


def right_letters(answer: str, options: list[str]) -> list[str]:
    """Letters of an answer written ``B``, ``A;C``, ``A, C`` or ``AC``, in order."""
    letters = _NOT_A_LETTER.sub("", answer)
    letters = letters.upper() if len(letters) == 1 else letters  # "b" is a letter, "bad" is a word
    if not letters or any(letter not in LETTERS[:len(options)] for letter in letters):
        raise BadRow("answer", answer, f"need letters among {LETTERS[:len(options)]}")
    return sorted(set(letters))


def _raw_rows(file: Path) -> list[dict]:
    if file.suffix == ".parquet":
        try:
            table = pd.read_parquet(file)
        except (OSError, ValueError) as error:
            raise SourceError(f"{file}: not whole parquet ({error})") from error
        return table.astype(object).where(table.notna(), None).to_dict("records")
    rows = load_json(file)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{file}: expected a list of objects")
    return rows


def read_rows(path: Path, provenance: str | None, source: str, licence: str) -> Rows:
    """Rows of every JSON or parquet file below ``path``; a row's own ``source`` and ``parent``, if any, are kept."""
    for name, file in files_in(path, ".json", ".parquet"):
        def parse(numbered: tuple[int, dict], name: str = name, file: Path = file) -> Iterator[Mapping]:
            number, raw = numbered
            where = f"{name}, row {number}"
            split = raw.get("split") or _split_of(str(file))
            if split is None:
                raise SourceError(f"{where}, split: told neither by the row nor by the path")
            told = raw.get("origin") or provenance
            if raw.get("origin") and provenance and _known("origin", told, _PROVENANCES, where) != provenance:
                raise SourceError(f"{where}, origin: says {told!r}, but the reading was told {provenance!r}")
            if told is None:
                raise SourceError(f"{where}, origin: missing; say provenance=… when reading")
            task = _known("type", raw["type"], _TASKS, where)
            fields = {"provenance": _known("origin", told, _PROVENANCES, where), "task": task,
                      "source": raw.get("source") or source, "split": _known("split", split, _SPLITS, where),
                      "context": raw.get("context") or "", "licence": licence, "parent": raw.get("parent") or ""}
            if task == "oeq":
                yield fields | {"instruction": raw["instruction"], "answer_text": raw["answer"]}
            else:
                stem, options = part_options(raw["instruction"])
                yield fields | {"instruction": stem, "options": options,
                                "answer_letters": right_letters(raw["answer"], options)}

        yield from parse_rows(name, enumerate(_raw_rows(file)), parse)


def _read(path: Path, provenance: str | None) -> Rows:
    return read_rows(path, provenance, "MedInjection-FR", SOURCE.licence)


SOURCE = Source(
    name="medinjection", title="MedInjection-FR", provenance=None, licence="see the data set's card",
    citation="Belmadani et al., MedInjection-FR, LREC 2026 (arXiv 2603.06905)", read=_read)
