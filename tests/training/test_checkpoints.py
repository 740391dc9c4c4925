import pytest

from medinj_utils.training.checkpoints import OtherRunError, RunFolder


@pytest.fixture
def run_folder(tmp_path) -> RunFolder:
    """A run that was stopped while its second checkpoint was written."""
    result = RunFolder(tmp_path / "NAT-s0")
    result.begin({"learning_rate": 0.004, "inputs": ("a", "b")})
    for step in (3, 12):
        (result.unfinished / f"checkpoint-{step}").mkdir()
    result.mark_whole(3, 1.5)
    return result


def test_a_run_goes_on_from_its_last_whole_checkpoint(run_folder):
    checkpoint = run_folder.last_checkpoint()
    assert (checkpoint.name, checkpoint.seconds) == ("checkpoint-3", 1.5)
    run_folder.begin({"learning_rate": 0.004, "inputs": ["a", "b"]})
    assert [path.name for path in run_folder.unfinished.glob("checkpoint-*")] == ["checkpoint-3"]
    (run_folder.unfinished / "checkpoint-12").mkdir()
    run_folder.mark_whole(12, 4.0)
    assert run_folder.last_checkpoint().name == "checkpoint-12"


def test_a_run_that_was_begun_otherwise_is_refused(run_folder):
    with pytest.raises(OtherRunError, match="learning_rate 0.004, now 0.001.*delete the folder"):
        run_folder.begin({"learning_rate": 0.001, "inputs": ["a", "b"]})


def test_without_a_whole_checkpoint_a_run_begins_anew(tmp_path):
    run_folder = RunFolder(tmp_path / "NAT-s0")
    run_folder.begin({"learning_rate": 0.004})
    (run_folder.unfinished / "checkpoint-3").mkdir()
    assert run_folder.begun_with() == {} and run_folder.last_checkpoint().name == ""
    run_folder.begin({"learning_rate": 0.001})
    assert not list(run_folder.unfinished.glob("checkpoint-*"))


def test_a_finished_run_takes_the_place_of_the_old_one(run_folder):
    run_folder.folder.mkdir()
    (run_folder.folder / "old").touch()
    (run_folder.unfinished / "card.json").touch()
    run_folder.finish()
    assert [path.name for path in run_folder.folder.iterdir()] == ["card.json"]
    assert not run_folder.unfinished.exists()
