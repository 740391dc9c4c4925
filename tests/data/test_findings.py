import pandas as pd

from medinj_utils.data import findings
from medinj_utils.data.published import stated_and_added, stated_and_counted


def test_records_and_quarantine_are_counted():
    records = pd.DataFrame({"provenance": ["native"] * 1500 + ["translated"], "source": "a"})
    sentence = findings.records_finding(records, pd.DataFrame({"reason": ["x"] * 10}))
    assert sentence.startswith("1 sources give 1,501 records: 1,500 native and 1 translated.")
    assert "10 rows (0.7\u00a0%)" in sentence
    assert "0 rows (0.0\u00a0%)" in findings.records_finding(records.head(0), pd.DataFrame())


def test_sure_leaks_and_suspicions_are_told_apart():
    records = pd.DataFrame({"split": ["train"] * 8 + ["test"] * 2})
    leaks = pd.DataFrame(
        {
            "id": ["a", "a", "b", "c"],
            "reason": ["same question", "same case", "same parent", "same in other words"],
        }
    )
    sentence = findings.audit_finding(records, leaks, pd.DataFrame({"times": [2]}))
    assert sentence.startswith("Of 8 training rows 2 (25.0\u00a0%)")
    assert "and 1 more may" in sentence
    assert "1 question occurs" in sentence
    assert "occur" not in findings.audit_finding(records, leaks, pd.DataFrame())
    assert (
        findings.audit_finding(records.tail(2), leaks.head(0), pd.DataFrame())
        == "There are no training rows."
    )


def test_mixtures_of_one_budget_differ_in_task_types():
    mixtures = {"NAT": pd.DataFrame({"task": ["mcqu", "mcq"]}),
                "SYN": pd.DataFrame({"task": ["mcq", "mcq"]})}
    sentence = findings.mixtures_finding(mixtures)
    assert sentence.startswith("2 mixtures of 2 rows each.")
    assert "0.0\u00a0% (SYN) to 50.0\u00a0% (NAT)" in sentence
    uneven = findings.mixtures_finding(mixtures | {"SYN": mixtures["SYN"].head(1)})
    assert uneven.startswith("2 mixtures of one budget, which takes 2 and 1 rows.")


def test_the_studys_sums_that_agree_are_counted():
    records = pd.DataFrame({"provenance": ["native"], "split": "train", "source": "own",
                            "task": "mcqu"})
    balance = pd.DataFrame({"provenance": ["native", "native"], "split": ["train", "test"],
                            "single-answer share": [0.6, 0.8]})
    added = stated_and_added()
    counted = stated_and_counted(records, pd.DataFrame())
    sentence = findings.counts_finding(balance, added, counted)
    agree = int((added["verdict"] == "agrees").sum())
    assert "60.0\u00a0% of the native ones have" in sentence
    assert f"{agree} are what" in sentence
    assert "None of its rows" in sentence
    own = stated_and_counted(records.assign(source="MedInjection-FR"), pd.DataFrame())
    assert (
        f"Of {len(own)} stated numbers of rows that can be counted here"
        in findings.counts_finding(balance, added, own)
    )


def test_the_strongest_blind_rule_is_named():
    blind = pd.DataFrame({"provenance": "native", "task": "mcqu", "source": "a",
                          "rule": ["longest option", "options alone"],
                          "exact_match": [0.3, 0.54], "low": [0.2, 0.4], "chance": 0.25})
    sentence = findings.artefacts_finding(blind)
    assert sentence.startswith("1 of 2 rules")
    assert "“options alone”, is right on 54.0\u00a0% of the native" in sentence
    assert "single-answer questions of a" in sentence
    assert findings.artefacts_finding(blind.assign(low=0.1)).startswith("None of 2 rules")
