"""Rows and files as MedInjection-FR is published, and other sets' normalised rows."""

import json

from medinj_utils.core.identity import normalise
from medinj_utils.data import read_source

ROW = {"instruction": "Quel organe ?\n(A) foie\n(B) rein", "context": "", "answer": "b",
       "type": "QCMU", "origin": "Natif"}
CHAT = {"messages": [{"role": "system", "content": "Vous êtes médecin."},
                     {"role": "user", "content": "Quel organe ?\n(A) foie\n(B) rein"}],
        "classes": ["A", "B"], "answer": "B"}


def tree(folder, rows, name="Native/Train/mcqu/mcqu_train.json"):
    """A folder with one file of published rows."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows), encoding="utf-8")
    return folder


def normalised(path):
    """Rows of a set that were normalised without this book."""
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def read_and_normalised(name, folder):
    """(records, quarantine, contents read, contents expected) of choice questions of a raw set."""
    records, quarantine = read_source(name, folder / "raw")
    records = records[records["task"] != "oeq"]
    read = {_content(row["split"], row["instruction"], row["context"], row["options"],
                     row["answer_letters"])
            for row in records.to_dict("records")}
    rows = normalised(folder / "normalized.jsonl")
    expected = [_content("validation" if row["split"] == "dev" else row["split"], row["question"],
                         row["context"],
                         [row["options"][letter] for letter in sorted(row["options"])],
                         row["answer"]) for row in rows]
    return records, quarantine, read, expected


def _content(split, question, context, options, letters):
    return (
        split,
        normalise(question),
        normalise(context),
        tuple(map(normalise, options)),
        tuple(letters),
    )
