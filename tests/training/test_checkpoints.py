import pytest

from medinj_utils.training.checkpoints import OtherRunError, RunFolder


@pytest.fixture
def place(tmp_path) -> RunFolder:
    """A run that was stopped while its second checkpoint was written."""
    found = RunFolder(tmp_path / "NAT-s0")
    found.begin({"learning_rate": 0.004, "inputs": ("a", "b")})
    for step in (3, 12):
        (found.unfinished / f"checkpoint-{step}").mkdir()
    found.mark_whole(3, 1.5)
    return found


def test_a_run_goes_on_from_its_last_whole_checkpoint(place):
    checkpoint = place.last_checkpoint()
    assert (checkpoint.name, checkpoint.seconds) == ("checkpoint-3", 1.5)
    place.begin({"learning_rate": 0.004, "inputs": ["a", "b"]})
    assert [path.name for path in place.unfinished.glob("checkpoint-*")] == ["checkpoint-3"]
    (place.unfinished / "checkpoint-12").mkdir()
    place.mark_whole(12, 4.0)
    assert place.last_checkpoint().name == "checkpoint-12"


def test_a_run_that_was_begun_otherwise_is_refused(place):
    with pytest.raises(OtherRunError, match="learning_rate 0.004, now 0.001.*delete the folder"):
        place.begin({"learning_rate": 0.001, "inputs": ["a", "b"]})


def test_without_a_whole_checkpoint_a_run_begins_anew(tmp_path):
    place = RunFolder(tmp_path / "NAT-s0")
    place.begin({"learning_rate": 0.004})
    (place.unfinished / "checkpoint-3").mkdir()
    assert place.begun_with() == {} and place.last_checkpoint().name == ""
    place.begin({"learning_rate": 0.001})
    assert not list(place.unfinished.glob("checkpoint-*"))


def test_a_finished_run_takes_the_place_of_the_old_one(place):
    place.folder.mkdir()
    (place.folder / "old").touch()
    (place.unfinished / "card.json").touch()
    place.finish()
    assert [path.name for path in place.folder.iterdir()] == ["card.json"]
    assert not place.unfinished.exists()
