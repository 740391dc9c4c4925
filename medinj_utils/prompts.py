"""How a record becomes a chat: the French user turn, the answer turn, and the letters of the options.

Training, evaluation and the demo's base model all use these functions, so that a model is asked in the words in which it
was tuned.
"""

from collections.abc import Mapping, Sequence

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBERS = tuple(str(number) for number in range(1, len(LETTERS) + 1))
#: Last line of a question, in the wording of French examinations. Open questions carry none.
TASK_LINES = {"mcqu": "Une seule bonne réponse.", "mcq": "Une ou plusieurs bonnes réponses.", "oeq": ""}
#: In its place, where one option alone is asked about, and what may be answered to it.
OPTION_LINE = "La proposition ({letter}) est-elle exacte ? Réponds par Oui ou par Non."
YES, NO = "Oui", "Non"
ANSWER_FORMATS = ("letters", "letters_and_text", "text", "with_explanation")


def labels_of(record: Mapping) -> Sequence[str]:
    """What a choice question's options are called: its own ``labels``, where it has some (see
    `medinj_utils.evaluation.probes`), else letters."""
    return record.get("labels", LETTERS)[:len(record["options"])]


def user_turn(instruction: str, options: Sequence[str], task: str, context: str = "", about: str = "",
              labels: Sequence[str] = LETTERS) -> str:
    """Context, instruction, one ``(A) option`` a line, and the task line; empty parts leave no blank line. With a label
    ``about``, the last line asks whether that option alone is right."""
    lines = [context, instruction]
    lines += [f"({label}) {option}" for label, option in zip(labels, options, strict=False)]
    lines.append(OPTION_LINE.format(letter=about) if about else TASK_LINES[task])
    return "\n".join(line for line in lines if line)


def answer_turn(answer_letters: Sequence[str], answer_text: str, options: Sequence[str], answer_format: str,
                explanation: str = "", labels: Sequence[str] = LETTERS) -> str:
    """The target of one record: ``A, C``, or ``A) foie, C) rein``, or the text alone, or the letters and, in the next line,
    the record's explanation, where it has one.

    An open question has no letters, so its answer is its text in every format.
    """
    if answer_format not in ANSWER_FORMATS:
        raise ValueError(f"answer_format is {answer_format!r}; accepted: {', '.join(ANSWER_FORMATS)}")
    if not answer_letters or answer_format == "text":
        return answer_text
    right = [(labels[LETTERS.index(letter)], options[LETTERS.index(letter)]) for letter in answer_letters]
    if answer_format == "letters_and_text":
        return ", ".join(f"{label}) {option}" for label, option in right)
    named = ", ".join(label for label, _ in right)
    explained = explanation.strip() if answer_format == "with_explanation" else ""
    return f"{named}\n{explained}" if explained else named


def messages(record: Mapping, answer_format: str = "letters", system: str = "", with_answer: bool = True,
             about: str = "", examples: Sequence[Mapping] = ()) -> list[dict]:
    """Chat messages of one record (a row of the records table as a mapping), ready for a chat template.

    ``examples`` are records whose questions and answers stand before it; ``about``: see `user_turn`.
    """
    turns = [{"role": "system", "content": system}] if system else []
    for example in examples:
        turns += messages(example, answer_format)
    question = user_turn(record["instruction"], record["options"], record["task"], record["context"], about,
                         labels_of(record))
    turns.append({"role": "user", "content": question})
    if with_answer:
        answer = answer_turn(record["answer_letters"], record["answer_text"], record["options"], answer_format,
                             record.get("explanation", ""), labels_of(record))
        turns.append({"role": "assistant", "content": answer})
    return turns
