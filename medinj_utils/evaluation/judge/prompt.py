"""The judge's prompt: a file in French with question, reference and candidates as data in it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template

from medinj_utils.core.names import JUDGE_PROMPTS, check_choice
from medinj_utils.evaluation.judge.fence import code_of, fenced
from medinj_utils.evaluation.judge.verdict import (
    BINARY,
    CHOICES,
    GRADES,
    VERDICT_SCHEMA,
    Scale,
    read_verdict,
)

#: Folder of the prompts that come with the package.
PROMPTS = Path(__file__).parent / "prompts"
#: Scales of the prompts that are not binary.
_SCALES = {"graded": GRADES, "pairwise": CHOICES}
_SCHEMAS = {"essential_json": VERDICT_SCHEMA}
_NAMES = {"question": "QUESTION", "reference": "RÉPONSE ATTENDUE", "candidate": "CANDIDAT",
          "second": "CANDIDAT B"}
_NEEDED, _KNOWN = {"code", "question", "candidate"}, {"code", *_NAMES}


@dataclass(frozen=True)
class JudgePrompt:
    """A prompt of a judge.

    Args:
        name: of the prompt, for tables.
        text: with the placeholders ``$code`` (at least once), ``$question`` and
            ``$candidate`` (once each); ``$$`` is a dollar sign. A prompt that shows the reference
            also has ``$reference``, one that compares two candidates ``$second``.
        scale: of its verdicts.
        schema: JSON schema of the answer, for servers that can enforce one.

    Raises:
        ValueError: a placeholder is missing, unknown or repeated, no instruction follows the
            candidates, or the scale doesn't suit the number of candidates.
    """

    name: str
    text: str
    scale: Scale = BINARY
    schema: Mapping | None = None

    def __post_init__(self):
        template = Template(self.text)
        identifiers = set(template.get_identifiers())
        if not template.is_valid() or not _NEEDED <= identifiers <= _KNOWN:
            raise ValueError(f"prompt {self.name}: placeholders are "
                             f"{template.get_identifiers()}; need {', '.join(sorted(_NEEDED))}, "
                             "optional: reference and second; write $$ for a dollar sign")
        for name in self.placeholders:
            if self.text.count(f"${name}") != 1:
                raise ValueError(f"prompt {self.name}: ${name} is in the text more than once")
        last = max(self.text.index(f"${name}") + len(name) for name in self.placeholders)
        if not self.text[last + 1:].strip():
            raise ValueError(f"prompt {self.name}: no instruction follows $candidate, so the "
                             "candidate would have the last word")
        if self.pairwise != (self.scale is CHOICES):
            raise ValueError(f"prompt {self.name}: the pairwise scale needs two candidates, "
                             "$candidate and $second, other scales need one")

    @cached_property
    def placeholders(self) -> list[str]:
        """The placeholders but ``$code``, in the order in which `messages` takes their texts."""
        identifiers = Template(self.text).get_identifiers()
        return [name for name in _NAMES if name in identifiers]

    @property
    def pairwise(self) -> bool:
        """Whether it compares two candidates."""
        return "second" in self.placeholders

    @classmethod
    def from_file(cls, path: str | Path, scale: Scale = BINARY,
                  schema: Mapping | None = None) -> "JudgePrompt":
        """The prompt in a text file, in UTF-8.

        Args:
            path: of the file.
            scale: of its verdicts.
            schema: as for the class.
        """
        return cls(Path(path).stem, Path(path).read_text(encoding="utf-8"), scale, schema)

    @classmethod
    def named(cls, name: str = "essential") -> "JudgePrompt":
        """A prompt that comes with the package.

        "essential" asks for the study's criterion, is the essential expected information covered,
        and a last line ``Score: X``, 0 or 1; "essential_json" for an object of `VERDICT_SCHEMA`;
        "graded" how much of it, 0 to 4; "reference_free" without showing what is expected;
        "pairwise" which of two candidates covers more, ``Choix: A``, ``B`` or ``égalité``.

        Raises:
            ValueError: there is none of this name.
        """
        check_choice("prompt", name, JUDGE_PROMPTS)
        return cls.from_file(PROMPTS / f"{name}.txt", _SCALES.get(name, BINARY),
                             _SCHEMAS.get(name))

    @cached_property
    def sha256(self) -> str:
        """Hash of the text: the prompt's version."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def read(self, text: str | None) -> float | None:
        """The verdict that an answer to this prompt declares, see `read_verdict`."""
        return read_verdict(text, self.scale)

    def messages(self, *texts: str) -> list[dict[str, str]]:
        """The chat that asks for a verdict: one user turn, since some templates have no other.

        The same texts give the same chat.

        Args:
            texts: one for each of the `placeholders`: the question, the expected answer, the
                answer to judge and the answer to compare it with.

        Raises:
            ValueError: a text is blank, or one is missing. A blank candidate is 0 by rule and is
                not sent.
        """
        filled = dict(zip(self.placeholders, texts, strict=True))
        for name, text in filled.items():
            if not text.strip():
                rule = ": it is 0 by rule, and no judge is asked" if name == "candidate" else ""
                raise ValueError(f"the {name} is blank{rule}")
        code = code_of([self.text, *filled.values()])
        names = _NAMES | ({"candidate": "CANDIDAT A"} if self.pairwise else {})
        parts = {name: fenced(text, names[name], code) for name, text in filled.items()}
        return [{"role": "user", "content": Template(self.text).substitute(parts, code=code)}]
