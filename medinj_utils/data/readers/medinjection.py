"""MedInjection-FR in its three shapes: the parquet of ``ALL``, the component trees, and the authors' chat files.

- ``ALL``: rows of ``instruction, context, answer, type, origin``; the split is in the path.
- ``Native``, ``Synthetic``, ``Translated``: the same fields as JSON, in ``Train/mcq/mcq_train.json`` and the like.
- Files of the authors' scripts: ``{"messages": [{role, content}, …], "classes": ["A", …], "answer": …}``, the task told by
  the file's name alone (``qcmu``, ``qcm``, ``qro``). Files named ``en2fr`` or ``fr2en`` are translations and no questions.

The value lists of ``type`` and ``origin`` and one whole row were not seen when this was written, so spellings are taken
tolerantly, and a value that is still unknown stops the reading with file, row and value. What only a file's name
tells (the task of chat files) is remarked.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from medinj_utils.data.choices import part_options, right_letters
from medinj_utils.data.files import TABLES, RawTable, Reading, SourceError
from medinj_utils.data.records import BadRow
from medinj_utils.data.sources import Source

_PROVENANCES = {"native": "native", "nat": "native", "natif": "native", "native_fr": "native", "synthetic": "synthetic",
                "syn": "synthetic", "synth": "synthetic", "synthetique": "synthetic", "translated": "translated",
                "trad": "translated", "traduit": "translated", "traduite": "translated", "translation": "translated"}
_TASKS = {"mcqu": "mcqu", "qcmu": "mcqu", "qcu": "mcqu", "mcq": "mcq", "mcqm": "mcq", "qcm": "mcq", "qcmm": "mcq",
          "oeq": "oeq", "qro": "oeq", "qroc": "oeq", "open": "oeq"}
_SPLITS = {"train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
           "dev": "validation", "test": "test"}
_TRANSLATION = re.compile(r"en2fr|fr2en", re.IGNORECASE)


@cache
def _plain(value: str) -> str:
    decomposed = unicodedata.normalize("NFD", value)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip().casefold()


def _known(field: str, value: object, accepted: Mapping[str, str], where: str) -> str:
    found = accepted.get(_plain(str(value)))
    if found is None:
        raise SourceError(f"{where}, {field}: unknown value {value!r}; accepted: {', '.join(accepted)}")
    return found


def _told_by_path(name: str, accepted: Mapping[str, str]) -> str | None:
    """Split or task that a path tells: a folder ``Train``, files ``train-00000-….parquet`` or ``oeq_training.json``; the
    file's own name first, then the nearest folder."""
    for part in reversed(Path(name).parts[-4:]):
        found = {accepted[word] for word in map(_plain, re.split(r"[-_.\d]", part)) if word in accepted}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _chat(raw: Mapping, task: str | None, where: str) -> Mapping:
    """Fields of a row of the authors' chat files, named as those of the published rows."""
    if task is None:
        raise SourceError(f"{where}, type: told neither by the row nor by the file's name (accepted: {', '.join(_TASKS)})")
    turns = {role: [turn["content"] for turn in raw["messages"] if turn["role"] == role] for role in ("user", "assistant")}
    if len(turns["user"]) != 1:
        raise BadRow("messages", len(turns["user"]), "need exactly one user turn")
    answer = raw.get("answer")
    if answer in (None, "") and turns["assistant"]:
        answer = turns["assistant"][-1]
    return {**raw, "type": task, "instruction": turns["user"][0], "answer": answer}


def _fields(raw: Mapping, where: str, task: str, source: str, licence: str) -> Mapping:
    shared = {"task": task, "source": source or raw["source"], "context": raw.get("context") or "", "licence": licence,
              "parent": raw.get("parent") or ""}
    if task == "oeq":
        return shared | {"instruction": raw["instruction"], "answer_text": raw["answer"]}
    stem, options = part_options(raw["instruction"])
    if raw.get("classes") and len(raw["classes"]) != len(options):
        raise BadRow("classes", raw["classes"], f"but {len(options)} options stand in the question")
    return shared | {"instruction": stem, "options": options, "answer_letters": right_letters(raw["answer"], options)}


def read_rows(reading: Reading, source: str, licence: str) -> Iterator[RawTable]:
    """Rows of every table file of a reading; a row's own ``split`` and ``parent``, if any, are kept, and its own ``source``
    where none is told."""
    for name, file in reading.files(*TABLES):
        if _TRANSLATION.search(name):
            reading.remark(file, "holds translations, no questions: not read", rows=0)
            continue
        path = str(file) if reading.path.is_file() else f"{reading.path.name}/{name}"  # what lies above tells nothing
        path_split, path_task = _told_by_path(path, _SPLITS), _told_by_path(path, _TASKS)

        def parse(number: int, raw: dict, name: str = name, file: Path = file, path_split: str | None = path_split,
                  path_task: str | None = path_task) -> Iterator[Mapping]:
            where = f"{name}, row {number}"
            if not raw.get("split"):
                reading.remark(file, f"split {path_split} told by its path alone")
            split = raw.get("split") or path_split
            if split is None:
                raise SourceError(f"{where}, split: told neither by the row nor by the path")
            told = raw.get("origin") or reading.provenance
            if told is None:
                raise SourceError(f"{where}, origin: missing; say provenance=… when reading")
            provenance = _known("origin", told, _PROVENANCES, where)
            if reading.provenance and provenance != reading.provenance:
                raise SourceError(f"{where}, origin: says {told!r}, but the reading was told {reading.provenance!r}")
            if "messages" in raw and "instruction" not in raw:
                if not raw.get("type"):
                    reading.remark(file, f"task {path_task} told by the file's name alone")
                raw = _chat(raw, raw.get("type") or path_task, where)
            task = _known("type", raw["type"], _TASKS, where)
            yield {"provenance": provenance, "split": _known("split", split, _SPLITS, where),
                   **_fields(raw, where, task, source, licence)}

        yield RawTable(name, reading.rows(file), parse)


def _read(reading: Reading) -> Iterator[RawTable]:
    return read_rows(reading, "MedInjection-FR", SOURCE.licence)


SOURCE = Source(
    name="medinjection", title="MedInjection-FR", provenance=None, licence="MIT",
    citation="Belmadani et al., MedInjection-FR, LREC 2026 (arXiv 2603.06905)", read=_read)
