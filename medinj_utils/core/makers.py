"""Which notebook makes each file of an output tree; errors about missing files name it."""

from fnmatch import fnmatch

#: By pattern of a path below the tree's root: the notebook. The first match counts.
MADE_BY = (
    ("environment.json", "00_check_environment"),
    ("data/leaks.parquet", "13_audit_records"), ("data/*", "10_read_sources"),
    ("mixtures/*", "14_build_mixtures"), ("runs/*", "21_train_adapter"),
    ("answers/*", "30_answer_questions"),
    ("scores/items.parquet", "31_score_choices"),
    ("scores/long/choices.parquet", "31_score_choices"),
    ("scores/long/metrics.parquet", "33_score_open_answers"),
    ("scores/long/judges.parquet", "34_judge_open_answers"),
    ("scores/long/humans.parquet", "36_rate_by_hand"),
    ("scores/draws.*", "40_compare_provenances"),
    ("scores/pairs.parquet", "40_compare_provenances"),
    ("judges/*/edits.*", "35_judge_the_judge"), ("judges/*", "34_judge_open_answers"),
    ("ratings/*", "36_rate_by_hand"), ("probes/*", "32_ask_otherwise"),
    ("variations/recipe-*", "50_vary_recipe"), ("variations/budget-*", "51_vary_budget"),
    ("tables/mixtures.csv", "14_build_mixtures"), ("tables/training.csv", "30_answer_questions"),
    ("tables/baselines.csv", "31_score_choices"), ("tables/scores*.csv", "31_score_choices"),
    ("tables/comparison.csv", "40_compare_provenances"),
    ("tables/pairs.csv", "40_compare_provenances"),
    ("tables/chance.csv", "40_compare_provenances"),
    ("tables/effects.csv", "46_separate_effects"),
    ("tables/train_test_interactions.csv", "46_separate_effects"),
    ("tables/pairs_by_part.csv", "48_compare_parts"))


def maker_of(below: str) -> str:
    """The notebook that makes a file, in words.

    Args:
        below: path of the file below the tree's root, with slashes.
    """
    maker = next((name for pattern, name in MADE_BY if fnmatch(below, pattern)), "")
    return f"notebook {maker}" if maker else "the notebook that makes it"
