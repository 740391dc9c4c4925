"""The shipped base model: it knows what it should and no more, and its card says how it came
about."""

import numpy as np

from medinj_utils.core.cards import Origin
from medinj_utils.core.names import BASE, Run
from medinj_utils.data import read_source
from medinj_utils.demo.world import write_world
from medinj_utils.evaluation.answer import answer_questions
from medinj_utils.evaluation.protocol import Protocol
from medinj_utils.evaluation.questions import choose_questions
from medinj_utils.evaluation.scoring import score_answers
from medinj_utils.models.answers import Asking
from medinj_utils.models.engine import Engine
from medinj_utils.models.loading import Base, load_base, model_id


def test_the_base_model_knows_general_facts_and_is_at_chance_on_the_others(tmp_path):
    key = write_world(tmp_path, substances=40, rows_per_fact=1, tests_per_fact=2, general_tests=150)
    items = choose_questions(read_source("planted", tmp_path / "published")[0])
    base = Base("planted")
    engine = Engine(*load_base(base), Asking(16))
    answers = answer_questions(items, engine, tmp_path / "a.parquet",
                               model_id(base, None, "float32"),
                               Protocol(("greedy",), batch_tokens=8192),
                               Origin("30_answer_questions"))
    scores = score_answers(answers, items, Run(BASE)).set_index("id")
    right = scores["exact_match"].astype(float)
    unseen = right[~scores["general"]]
    chance = np.mean([key["tests"][item]["chance"] for item in unseen.index])
    assert right[scores["general"]].mean() >= 0.9
    # 160 facts, each asked twice
    assert abs(unseen.mean() - chance) < 3 * np.sqrt(chance * (1 - chance) / 160)


def test_the_shipped_weights_are_small_and_their_card_says_how_they_came_about():
    folder = Base("planted").folder
    assert sum(file.stat().st_size for file in folder.iterdir()) < 8e6
    card = (folder / "README.md").read_text(encoding="utf-8")
    for words in ("python -m medinj_utils.demo.pretrain", "seed", "SHA-256", "fictional"):
        assert words in card
