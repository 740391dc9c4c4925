from medinj_utils.data import audit, read_source


def test_counts_add_up(world):
    counts = audit.count_records(world["records"])
    assert counts["total"].sum() == len(world["records"])
    assert (counts[["train", "validation", "test"]].sum(axis=1) == counts["total"]).all()


def test_planted_duplicates_and_leaks_are_found(world):
    duplicates = audit.find_duplicates(world["records"])
    crossing = duplicates[duplicates["splits"] == "test, train"]
    assert len(crossing) == 4
    assert (duplicates[duplicates["identical"]]["times"] >= 2).all()
    assert audit.overlap(world["records"]).to_numpy().sum() == 4


def test_known_faults_of_real_sets_are_found_without_being_told(shared_data):
    french, _ = read_source("frenchmedmcqa", shared_data / "frenchmedmcqa" / "raw")
    found = audit.find_duplicates(french)
    assert len(found[found["identical"]]) == 3
    spanish, _ = read_source("casimedicos", shared_data / "casimedicos-fr" / "raw")
    found = audit.find_duplicates(spanish)
    assert (~found["same_answer"]).sum() == 2
    assert audit.overlap(spanish).to_numpy().sum() == 11


def test_positions_are_shares_and_options_are_counted(world):
    positions = audit.right_positions(world["records"])
    letters = [column for column in positions if len(column) == 1]
    assert (abs(positions[letters].sum(axis=1) - 1) < 1e-9).all()
    options = audit.option_counts(world["records"])
    assert options[[4, 5]].to_numpy().sum() == (world["records"]["task"] != "oeq").sum()


def test_french_typography():
    assert audit.in_french(57563) == "57\u202f563"
    assert audit.in_french(1234.5, 1) == "1\u202f234,5"
    assert audit.quoted("ab" * 100, 10) == "«\u202fababababa…\u202f»"
