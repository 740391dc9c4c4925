"""What a judge may have seen in training: answers, questions, and nearly the same questions."""

from medinj_utils.evaluation.triplets.leaks import (
    NEARLY,
    NONE,
    SAME_ANSWER,
    SAME_QUESTION,
    leak_table,
    leaked,
)

LONG = ("Chez une femme de 62 ans qui tousse depuis trois semaines et maigrit, quel examen "
        "demandez-vous en premier ?")


def test_each_way_is_told_apart_whatever_the_typography(triplets_of):
    evaluated = triplets_of(("Que faire ?", "rien", "Rien du tout.", 1),
                            ("Que faire ?", "rien", "Opérer.", 0),
                            (LONG, "radio", "Un scanner.", 0), ("Autre chose ?", "oui", "Oui.", 1))
    training = triplets_of(("QUE FAIRE?", "rien", "Rien  du tout.", 1),
                           (LONG.replace("premier", "second"), "radio", "Une radio.", 1))
    reasons = leaked(evaluated, training)
    assert reasons.tolist() == [SAME_ANSWER, SAME_QUESTION, NEARLY, NONE]
    table = leak_table(reasons, evaluated, training)
    assert table["answers"].tolist() == [1, 1, 1, 1]
    assert table["share"].sum() == 1
    assert table.attrs["training"] == 2


def test_context_makes_another_question(triplets_of):
    evaluated = triplets_of(("Que faire ?", "rien", "Rien.", 1)).assign(
        context="Homme de 80 ans, seul, qui tousse et qui fume."
    )
    assert leaked(evaluated, triplets_of(("Que faire ?", "rien", "Rien.", 1))).tolist() == [NONE]


def test_without_training_nothing_is_met(triplets_of):
    evaluated = triplets_of(("Que faire ?", "rien", "Rien.", 1))
    table = leak_table(leaked(evaluated, evaluated.head(0)), evaluated, evaluated.head(0))
    assert table.loc[NONE, "answers"] == 1 and table["answers"].sum() == 1
    none = evaluated.head(0)
    assert leak_table(leaked(none, evaluated), none, evaluated)["answers"].sum() == 0


def test_planted_leaks_are_found(world):
    from medinj_utils.evaluation.triplets import read_triplets
    folder = world["folder"] / "triplets"
    evaluated, training = (
        read_triplets([{"name": "p", "location": str(folder / name)}])[0]
        for name in ("evaluated.json", "judge_training.json")
    )
    counts = leaked(evaluated, training).value_counts()
    planted = world["key"]["triplets"]["leaked"]
    assert counts[SAME_ANSWER] == planted["answer"]
    assert counts[SAME_ANSWER] + counts[SAME_QUESTION] == planted["question"]
