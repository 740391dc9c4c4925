"""The judge's prompt: a file in French, and the question, reference and candidate as data in it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

from medinj_utils.evaluation.judge.fence import code_of, fenced

#: Folder of the prompts that come with the package.
PROMPTS = Path(__file__).parent / "prompts"
_PLACES = {"code", "question", "reference", "candidate"}
_NAMES = {"question": "QUESTION", "reference": "RÉPONSE ATTENDUE", "candidate": "CANDIDAT"}


@dataclass(frozen=True)
class JudgePrompt:
    """A prompt of a judge.

    Args:
        name: of the prompt, for tables.
        text: with ``$code``, ``$question``, ``$reference`` and ``$candidate`` in their places, once
            each but for the code; ``$$`` is a dollar sign.

    Raises:
        ValueError: a place is missing, unknown or there twice, or no instruction stands behind the
            candidate.
    """

    name: str
    text: str

    def __post_init__(self):
        template = Template(self.text)
        if not template.is_valid() or set(template.get_identifiers()) != _PLACES:
            raise ValueError(f"prompt {self.name}: places are {template.get_identifiers()}; need "
                             f"{', '.join(sorted(_PLACES))}, and $$ for a dollar sign")
        for place in _NAMES:
            if self.text.count(f"${place}") != 1:
                raise ValueError(f"prompt {self.name}: ${place} stands there more than once")
        if not self.text.partition("$candidate")[2].strip():
            raise ValueError(f"prompt {self.name}: no instruction stands behind $candidate, so the "
                             "candidate would have the last word")

    @classmethod
    def from_file(cls, path: str | Path) -> "JudgePrompt":
        """The prompt in a text file, in UTF-8."""
        return cls(Path(path).stem, Path(path).read_text(encoding="utf-8"))

    @classmethod
    def named(cls, name: str = "essential") -> "JudgePrompt":
        """A prompt that comes with the package: the study's criterion, is the essential expected
        information covered. "essential" asks for a last line ``Score: X``, "essential_json" for an
        object of `VERDICT_SCHEMA`.

        Raises:
            ValueError: there is none of this name.
        """
        known = sorted(path.stem for path in PROMPTS.glob("*.txt"))
        if name not in known:
            raise ValueError(f"prompt is {name!r}; choose from {', '.join(known)}")
        return cls.from_file(PROMPTS / f"{name}.txt")

    @cached_property
    def sha256(self) -> str:
        """Hash of the text: the prompt's version."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def messages(self, question: str, reference: str, candidate: str) -> list[dict[str, str]]:
        """The chat that asks for a verdict: one user turn, since some templates have no other.

        The same texts give the same chat.

        Args:
            question: what was asked.
            reference: the answer that is expected.
            candidate: the answer to judge.

        Raises:
            ValueError: a text is blank. A blank candidate is 0 by rule and is not sent.
        """
        texts = {"question": question, "reference": reference, "candidate": candidate}
        for place, text in texts.items():
            if not text.strip():
                rule = ": it is 0 by rule, and no judge is asked" if place == "candidate" else ""
                raise ValueError(f"the {place} is blank{rule}")
        code = code_of([self.text, *texts.values()])
        parts = {place: fenced(text, _NAMES[place], code) for place, text in texts.items()}
        return [{"role": "user", "content": Template(self.text).substitute(parts, code=code)}]
