"""Judges as the parameter names them: exactly one kind, nothing unknown, no two that are one."""

import pytest

from medinj_utils.core.parameters import SettingsError, check_value
from medinj_utils.evaluation.judge.votes import MAJORITY
from medinj_utils.evaluation.triplets.scorers import LENGTH

HERE = {"name": "tiny", "base_model": "planted", "prompt": "essential", "repeats": 3,
        "temperature": 0.7, "max_tokens": 24}
THERE = {"name": "big-1", "server": "http://127.0.0.1:1/v1", "model": "j", "revision": "2026-01",
         "prompt": "essential_json", "repeats": 2,
         "temperature": 0.0, "max_tokens": 400,
         "prices": {"input": 0.5, "output": 1.5, "currency": "EUR"}}


def test_judges_here_and_behind_a_server_are_taken():
    here, there = check_value("judges", [HERE, THERE], "34")
    assert here.precision == "auto" and here.prices is None and there.prices.currency == "EUR"
    assert check_value("judges", [], "34") == []


@pytest.mark.parametrize("judges, words", [
    ([HERE | {"server": "http://x/v1"}],
     r"judges\[0\]: .*judge tiny: name either base_model, loaded here, or server"),
    ([HERE | {"base_model": ""}], "name either base_model"),
    ([THERE, {**THERE, "name": "b", "revision": " "}],
     r"judges\[1\]: .*judge b: behind a server it needs model and revision"),
    ([HERE | {"name": MAJORITY}], "judge majority: another scorer has this name"),
    ([HERE | {"name": LENGTH}], "another scorer"),
    ([HERE | {"name": "bleu"}], "another scorer"),
    ([THERE | {"server": "127.0.0.1:8000/v1"}], "such as http://127.0.0.1:8000/v1"),
    ([THERE | {"model": ""}], "needs model and revision"),
    ([HERE | {"model": "x"}], "model, prices and at_once are of a server's judges"),
    ([HERE | {"prices": THERE["prices"]}], "model, prices and at_once are of a server's judges"),
    ([HERE | {"at_once": 2}], "model, prices and at_once are of a server's judges"),
    ([THERE | {"at_once": 0}], "greater than or equal to 1"),
    ([HERE | {"temperature": 0.0}], "says the same each time at temperature 0"),
    ([HERE | {"temperature": -0.1}], "greater than or equal to 0"),
    ([HERE | {"temperature": float("nan")}], "judges"),
    ([HERE | {"repeats": 0}], "greater than or equal to 1"),
    ([HERE | {"repeats": "3"}], "valid integer"),
    ([HERE | {"prompt": "best"}],
     "'essential', 'essential_json', 'graded', 'reference_free' or 'pairwise'; got 'best'"),
    ([HERE | {"name": "A b"}], "match pattern"), ([HERE | {"name": "../x"}], "match pattern"),
    ([HERE | {"top_p": 1.0}], r"\['top_p'\]: Extra inputs"),
    ([THERE | {"prices": {"input": 1.0, "output": 1.0}}], r"\['currency'\]: Field required"),
    ([{key: value for key, value in HERE.items() if key != "max_tokens"}],
     r"\['max_tokens'\]: Field required"),
    ([HERE, HERE | {"prompt": "graded"}], "judges tiny and tiny have one name"),
    ([HERE, HERE | {"name": "tiny-2"}], "judges tiny and tiny-2 .*one model with one prompt")])
def test_what_is_wrong_is_named(judges, words):
    with pytest.raises(SettingsError, match=words):
        check_value("judges", judges, "34_judge_open_answers")
