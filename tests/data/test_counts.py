"""Numbers of records."""

from medinj_utils.data.counts import count_records, task_balance

from .rows import choice, table


def test_counts_add_up(world):
    counts = count_records(world["records"])
    assert counts["total"].sum() == len(world["records"])
    assert (counts[["train", "validation", "test"]].sum(axis=1) == counts["total"]).all()


def test_the_balance_of_tasks_is_that_of_choice_questions():
    records = table(choice("Un ?", "ab"), choice("Deux ?", "ab", task="mcq"),
                    choice("Trois ?", "abc", "AB", task="mcq"),
                    choice("Quatre ?", "", "", task="oeq", answer_text="Car."))
    assert task_balance(records).to_dict("records") == [
        {"provenance": "native", "split": "train", "choice questions": 3,
         "single-answer share": 1 / 3}]
