"""How a record becomes a chat: the French user turn, the answer turn, and the options' letters.

Training, evaluation and the demo's base model all use these functions, so that a model is asked in
the words in which it was tuned.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from medinj_utils.core.names import ANSWER_FORMATS, check_choice

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBERS = tuple(str(number) for number in range(1, len(LETTERS) + 1))
#: Last line of a question, in the wording of French examinations. Open questions have none.
TASK_LINES = {"mcqu": "Une seule bonne réponse.", "mcq": "Une ou plusieurs bonnes réponses.",
              "oeq": ""}
#: Last line where one option alone is asked about, and the two answers to it.
OPTION_LINE = "La proposition ({letter}) est-elle exacte ? Réponds par Oui ou par Non."
YES, NO = "Oui", "Non"


def labels_of(record: Mapping) -> Sequence[str]:
    """What a choice question calls its options: its own ``labels``, where it has some (see
    `medinj_utils.evaluation.probes`), else letters."""
    return record.get("labels", LETTERS)[:len(record["options"])]


def user_turn(record: Mapping, about: str = "") -> str:
    """Context, instruction, one ``(A) option`` a line, and the task line.

    Args:
        record: a row of the records table; empty parts leave no blank line. A ``last_line`` of its
            own stands in place of the task line.
        about: label of an option; the last line then asks whether that option alone is right.
    """
    options = zip(labels_of(record), record["options"], strict=True)
    own = record.get("last_line", TASK_LINES[record["task"]])
    last = OPTION_LINE.format(letter=about) if about else own
    lines = [record["context"], record["instruction"],
             *(f"({label}) {option}" for label, option in options), last]
    return "\n".join(line for line in lines if line)


def answer_turn(record: Mapping, answer_format: str) -> str:
    """The target of one record, as the format asks for it.

    "letters" gives ``A, C``, "letters_and_text" ``A) foie, C) rein``, "text" the answer's text, and
    "with_explanation" the letters and, on the next line, the record's explanation, if it has one.
    An open question has no letters: its answer is its text in every format.

    Args:
        record: with its options, right letters and answer.
        answer_format: one of `medinj_utils.core.names.ANSWER_FORMATS`.

    Raises:
        ValueError: the format is none of these.
    """
    check_choice("answer_format", answer_format, ANSWER_FORMATS)
    if not len(record["answer_letters"]) or answer_format == "text":
        return record["answer_text"]
    labels = labels_of(record)
    indices = [LETTERS.index(letter) for letter in record["answer_letters"]]
    if answer_format == "letters_and_text":
        return ", ".join(f"{labels[i]}) {record['options'][i]}" for i in indices)
    named = ", ".join(labels[i] for i in indices)
    explanation = record.get("explanation", "").strip()
    explained = answer_format == "with_explanation" and explanation
    return f"{named}\n{explanation}" if explained else named


def messages(record: Mapping, answer_format: str = "letters", system: str = "",
             with_answer: bool = True, about: str = "",
             examples: Sequence[Mapping] = ()) -> list[dict]:
    """Chat messages of one record, ready for a chat template.

    Args:
        record: a row of the records table.
        answer_format: one of `medinj_utils.core.names.ANSWER_FORMATS`.
        system: system turn; empty for none.
        with_answer: whether the answer turn follows.
        about: see `user_turn`.
        examples: records whose questions and answers stand before it.
    """
    turns = [{"role": "system", "content": system}] if system else []
    for example in examples:
        turns += messages(example, answer_format)
    turns.append({"role": "user", "content": user_turn(record, about)})
    if with_answer:
        turns.append({"role": "assistant", "content": answer_turn(record, answer_format)})
    return turns


def permute_options(record: Mapping, rng: np.random.Generator) -> dict:
    """The same record with its options in another order; the right letters move with them.

    Args:
        record: with its options and right letters.
        rng: random numbers that the order is drawn from.
    """
    order = rng.permutation(len(record["options"]))
    right = {LETTERS.index(letter) for letter in record["answer_letters"]}
    letters = [LETTERS[position] for position, i in enumerate(order) if i in right]
    options = [record["options"][i] for i in order]
    return dict(record) | {"options": options, "answer_letters": letters}
