import pandas as pd

from medinj_utils.book.environment import machine_table, plan_in_words, save_environment
from medinj_utils.core.files import read_json
from medinj_utils.core.tree import Tree


def test_what_a_machine_can_do_is_kept_with_the_notebook_that_looked(tmp_path):
    tree = Tree(tmp_path, "00_check_environment")
    speeds = pd.DataFrame({"GFLOP/s": [3.5, 1.25]}, index=["float32", "bfloat16"])
    backends = pd.DataFrame({"backend": ["unsloth", "peft"], "works here": [False, True],
                             "for": "training", "remark": ["no GPU", "on the CPU"]})
    sentence = save_environment(tree, speeds, backends)
    kept = read_json(tree.environment)
    assert kept["step"] == "00_check_environment"
    assert kept["gflops"] == {"float32": 3.5, "bfloat16": 1.25}
    assert kept["backends"] == {"unsloth": "no GPU", "peft": "works"}
    assert sentence.startswith(f"This machine has {kept['hardware']['cores']} cores, ")
    assert sentence.endswith("Training works with peft; answering doesn't work here.")


def test_the_machine_is_described_in_words():
    assert {"cores", "memory, GB", "torch"} < set(machine_table().index)


def test_how_long_a_profile_takes_is_said():
    plan = pd.DataFrame({"notebook": ["10", "21"], "minutes on two cores": [0.4, 4.2]})
    assert plan_in_words("demo", plan) == (
        "The profile demo runs 2 notebooks, in 5 minutes on two cores if one runs after the other.")
    sentence = plan_in_words("mine", plan.assign(**{"minutes on two cores": ["not measured", 3]}))
    assert "in 3 minutes" in sentence and "; not measured: 1." in sentence
    assert not plan_in_words("", plan.head(0))
