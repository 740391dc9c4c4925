"""Tables of the data room's notebooks, formatted for readers."""

from collections.abc import Mapping

import pandas as pd

from medinj_utils.core.names import LEAKS, SURE_LEAKS
from medinj_utils.core.style import in_percent
from medinj_utils.core.wording import show_p
from medinj_utils.data.sources import Source

_SUSPICION = LEAKS[-1]


def readable(table: pd.DataFrame, decimals: int = 0) -> pd.DataFrame:
    """A table with its numbers as text: 57,563 for counts, fixed decimals for others.

    Args:
        table: of any kind.
        decimals: of numbers other than counts.
    """
    def text(value: object) -> object:
        if isinstance(value, float):
            return "" if pd.isna(value) else f"{value:,.{decimals}f}"
        return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value

    return table.map(text)


def shown_positions(positions: pd.DataFrame) -> pd.DataFrame:
    """Where right letters stand, for readers: shares in per cent, p-values in words.

    Args:
        positions: of `medinj_utils.data.artefacts.right_positions`.
    """
    letters = [column for column in positions if len(column) == 1]
    tested = positions["p, equal shares"].map(show_p)
    return readable(in_percent(positions, *letters).assign(**{"p, equal shares": tested}))


def quoted(text: str, length: int = 120) -> str:
    """French text between guillemets, cut at ``length`` characters.

    Args:
        text: in French.
        length: most characters.
    """
    cut = text if len(text) <= length else text[:length - 1] + "…"
    return f"«\u202f{cut}\u202f»"


def known_sources(sources: Mapping[str, Source]) -> pd.DataFrame:
    """Each source with its title, kind, provenance, licence and citation."""
    return pd.DataFrame([{
        "name": source.name, "title": source.title, "gives": source.gives,
        "provenance": source.provenance or "stated by its rows, or by you",
        "licence": source.licence, "cite": source.citation} for source in sources.values()])


def one_record(record: Mapping) -> pd.DataFrame:
    """The columns of a record, a row each; lists as "a · b"."""
    values = {name: " · ".join(value) if isinstance(value, list) else value
              for name, value in record.items()}
    return pd.DataFrame({"value": values}, dtype=object).rename_axis("column")


def samples(records: pd.DataFrame) -> pd.DataFrame:
    """The first record of each provenance and task."""
    first = records.groupby(["provenance", "task"]).head(1)
    letters = first["answer_letters"].map(", ".join)
    return pd.DataFrame({
        "provenance": first["provenance"], "task": first["task"], "source": first["source"],
        "instruction": first["instruction"].map(quoted),
        "options": first["options"].map(" · ".join),
        "answer": letters + " " + first["answer_text"].map(quoted)})


def duplicate_summary(duplicates: pd.DataFrame) -> pd.DataFrame:
    """Duplicates by sources and splits: questions, rows, and how many differ.

    Args:
        duplicates: of `find_duplicates`.
    """
    differing = duplicates.assign(other_options=~duplicates["same_options"],
                                  other_answer=~duplicates["same_answer"])
    return differing.groupby(["sources", "splits"]).agg(
        questions=("times", "size"), rows=("times", "sum"), other_options=("other_options", "sum"),
        other_answer=("other_answer", "sum")).reset_index()


def conflicts(duplicates: pd.DataFrame) -> pd.DataFrame:
    """Duplicates with the same options whose answers disagree.

    Args:
        duplicates: of `find_duplicates`.
    """
    conflicting = duplicates[~duplicates["same_answer"] & duplicates["same_options"]]
    shown = conflicting[["times", "tasks", "splits", "sources", "instruction", "places"]]
    return shown.assign(instruction=conflicting["instruction"].map(quoted))


def near_places(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Pairs of `near_duplicates` with the places of the two records instead of their positions.

    Args:
        pairs: of `medinj_utils.data.near.near_duplicates`.
        records: the table that the positions refer to.
    """
    places = records["place"].to_numpy()
    return pd.DataFrame({"first": places[pairs["first"]], "second": places[pairs["second"]],
                         "similarity": pairs["similarity"]})


def near_matrix(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Numbers of pairs of `near_duplicates` by the sources of both records.

    Args:
        pairs: of `medinj_utils.data.near.near_duplicates`.
        records: the table that the positions refer to.
    """
    sources = records["source"].to_numpy()
    return pd.crosstab(sources[pairs["first"]], sources[pairs["second"]], rownames=["one"],
                       colnames=["other"])


def near_examples(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The five most similar pairs of `near_duplicates` that are not equal in all words.

    Args:
        pairs: of `medinj_utils.data.near.near_duplicates`.
        records: the table that the positions refer to.
    """
    options = records["options"].map(" / ".join)
    texts = (records["instruction"] + " " + options).str.strip().map(lambda text: quoted(text, 240))
    differing = pairs[pairs["similarity"] < 1]
    return _examples(differing, texts, ("one", "other"))


def leak_summary(leaks: pd.DataFrame) -> pd.DataFrame:
    """Leaked training rows by provenance, source and reason.

    Args:
        leaks: of `find_leaks`.
    """
    by = leaks.groupby(["provenance", "source", "reason"])
    return by.size().rename("training rows").reset_index()


def retold_examples(pairs: pd.DataFrame, leaks: pd.DataFrame,
                    records: pd.DataFrame) -> pd.DataFrame:
    """The five most similar pairs of `retold_questions` whose training row may be a leak.

    Args:
        pairs: of `medinj_utils.data.languages.retold_questions`.
        leaks: of `medinj_utils.data.overlap.find_leaks`.
        records: the table that the positions refer to.

    Returns:
        Columns ``similarity`` (two decimals) and the texts of the two.
    """
    suspected = leaks.loc[leaks["reason"] == _SUSPICION, "id"]
    positions = records.index[records["id"].isin(suspected)]
    texts = (records["context"] + " " + records["instruction"]).str.strip()
    texts = texts.map(lambda text: quoted(text, 300))
    suspects = pairs[pairs["first"].isin(positions)]
    return _examples(suspects, texts, ("translated, in training", "in the test"))


def _examples(pairs: pd.DataFrame, texts: pd.Series, names: tuple[str, str]) -> pd.DataFrame:
    chosen = pairs.sort_values("similarity", ascending=False).drop_duplicates("first").head(5)
    one, other = names
    return pd.DataFrame({"similarity": chosen["similarity"].map("{:.2f}".format).to_numpy(),
                         one: texts.iloc[chosen["first"]].to_numpy(),
                         other: texts.iloc[chosen["second"]].to_numpy()})


def sure_leaks(leaks: pd.DataFrame) -> pd.DataFrame:
    """The leaks of `find_leaks` without mere suspicions."""
    return leaks[leaks["reason"].isin(SURE_LEAKS)]


def foreign_rows(records: pd.DataFrame, by_row: pd.DataFrame) -> pd.DataFrame:
    """Records that are mostly in English or Spanish, by `texts_by_row`.

    Args:
        records: a records table.
        by_row: of `medinj_utils.data.text_measures.texts_by_row`.

    Returns:
        Columns source, split, place and instruction.
    """
    foreign = records[by_row["foreign"] > 0.5]
    shown = foreign[["source", "split", "place"]]
    return shown.assign(instruction=foreign["instruction"].map(quoted))


def mixture_table(manifests: Mapping[str, Mapping]) -> pd.DataFrame:
    """Per mixture: rows by provenance and task, all rows, different rows, and tokens.

    Args:
        manifests: by configuration.
    """
    counts = composition(manifests)
    table = counts.pivot_table(index="configuration", columns=["provenance", "task"], values="rows",
                               aggfunc="sum", fill_value=0).reindex(list(manifests))
    table.columns = [" · ".join(column) for column in table.columns]
    table["rows"] = table.sum(axis=1)
    for entry in ("distinct_rows", "answer_tokens", "all_tokens"):
        table[entry.replace("_", " ")] = [manifests[name][entry] for name in table.index]
    return table


def composition(manifests: Mapping[str, Mapping]) -> pd.DataFrame:
    """The counts of all manifests in one table: configuration, provenance, task, source, rows."""
    return pd.concat([pd.DataFrame(manifest["counts"]).assign(configuration=name)
                      for name, manifest in manifests.items()], ignore_index=True)


def shared_rows(mixtures: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Different rows that two mixtures have in common, a row and a column per mixture."""
    ids = {name: set(mixture["id"]) for name, mixture in mixtures.items()}
    shared = {one: {other: len(ids[one] & ids[other]) for other in ids} for one in ids}
    return pd.DataFrame(shared).rename_axis("mixture")
