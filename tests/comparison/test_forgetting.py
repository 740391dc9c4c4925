import pandas as pd
import pytest

from medinj_utils.comparison.forgetting import forgetting_table, general_in_words
from medinj_utils.comparison.tables import load_general
from medinj_utils.core.files import write_parquet
from medinj_utils.core.names import SYSTEMS

pytestmark = pytest.mark.filterwarnings("ignore:.*resamples no p-value:UserWarning")


def test_general_knowledge_is_compared_with_the_base_where_the_test_asks_for_it(tree):
    general = load_general(tree, "greedy")
    table = forgetting_table(general, 100).set_index("system")
    assert list(table.index) == list(SYSTEMS)
    assert general_in_words(general).startswith(f"{len(general.matrix)} questions")
    own = general.matrix["NAT"].to_numpy().mean() - general.matrix["BASE"].to_numpy().mean()
    assert table.loc["NAT", "difference"] == pytest.approx(own)
    scores = pd.read_parquet(tree.scores)
    write_parquet(scores[~scores["general"]], tree.scores)
    assert forgetting_table(load_general(tree, "greedy"), 100).empty
    assert general_in_words(None).startswith("No question")
