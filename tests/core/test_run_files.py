"""The files of a run's folder, as they lie in results that are kept."""

from pathlib import Path

import pytest

from medinj_utils.core.files import read_json
from medinj_utils.core.names import CONFIGURATIONS, runs_of
from medinj_utils.core.run_files import RunFiles
from medinj_utils.core.tree import Tree

RESULTS = Path(__file__).parents[2] / "results"


@pytest.mark.parametrize("folder", sorted(RESULTS.iterdir()), ids=lambda path: path.name)
def test_kept_runs_have_their_cards_and_curves_where_they_are_looked_for(folder):
    tree = Tree(folder)
    seeds = {int(path.name.rpartition("-s")[2]) for path in (folder / "runs").iterdir()}
    for run in runs_of(CONFIGURATIONS, sorted(seeds)):
        files = tree.run_files(run)
        assert files.folder == tree.run(run)
        assert {path.name for path in files.folder.iterdir()} == {files.card.name, files.curve.name}
        assert read_json(files.card)["parameters"]["configuration"] == run.system


def test_a_run_that_is_still_written_has_the_same_files_under_another_name():
    unfinished, done = RunFiles(Path("runs/.NAT-s0")), RunFiles(Path("runs/NAT-s0"))
    for name in ("adapter", "model_card", "card", "curve", "validation"):
        path = getattr(done, name)
        assert getattr(unfinished, name).relative_to(unfinished.folder) == path.relative_to(
            done.folder)
    assert done.model_card.parent == done.adapter  # the folder that goes to a hub
