"""The book's figures and tables: one style, one colour per provenance, one order of systems.

Colours are Okabe and Ito's, safe for colour-blind readers; a mixture has the mean colour of its
provenances. A figure function returns the figure and its alternative text.
"""

import base64
import html
import re
from itertools import cycle
from numbers import Integral
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown
from matplotlib.axis import Axis
from matplotlib.colors import to_hex, to_rgb

from medinj_utils.core.files import replacing
from medinj_utils.core.names import PARTS, SYSTEMS, parts_of
from medinj_utils.core.tree import Tree
from medinj_utils.core.wording import in_words, listed, numbers, spelled

COLOURS = {"native": "#0072B2", "synthetic": "#009E73", "translated": "#D55E00"}
PART_COLOURS = {part: COLOURS[provenance] for part, provenance in PARTS.items()}
BASE_COLOUR = "#767676"
#: Shape of each system, so that mixtures of similar colours can be distinguished.
MARKERS = dict(zip(SYSTEMS, cycle("ho^sDvP*<>dp"), strict=False))
#: What stands in the place of a table without rows that says nothing else.
NOTHING = "There is nothing to show."
#: Between the levels of a column's name; a line breaks after the dot.
_BETWEEN = "\u00a0· "
#: Blanks at which an estimate with its interval, as "1.5 [0.5, 2.5]", would be broken.
_IN_INTERVAL = re.compile(r"(?<=\d) (?=\[[\u2212+\d])|(?<=\d,) (?=[\u2212+\d.,]+\])")
#: A cell of words, which a wide table would squeeze to one word a line.
_WORDS = re.compile(r"<td>(?=[^<]{30,}</td>)")
#: A cell that may be a code, or several: "mcqu", "task: mcqu", "mcq, mcqu".
_CODES = re.compile(r"(?:task: )?\w+(?:, \w+)*")


def system_colour(system: str) -> str:
    """Grey for the base, else the mean colour of the provenances that the system was tuned on."""
    parts = [to_rgb(PART_COLOURS[part]) for part in sorted(parts_of(system))]
    if not parts:
        return BASE_COLOUR
    return to_hex([sum(channel) / len(parts) for channel in zip(*parts, strict=True)])


def percent_axis(axis: Axis) -> None:
    """Write the shares of an axis in per cent, which for differences are points.

    Args:
        axis: ``axes.xaxis`` or ``axes.yaxis``.
    """
    axis.set_major_formatter(
        lambda share, _: f"{round(100 * share, 6):g}".replace("-", "\u2212"))


def use_style() -> None:
    """Set the book's style for all figures of this process."""
    plt.style.use(Path(__file__).with_name("figures.mplstyle"))


def show(drawn: tuple[plt.Figure, str] | None, name: str, tree: Tree, table: str = "",
         label: str = "") -> HTML:
    """Save a figure as SVG and PNG, its label written into it, and return it as HTML.

    Args:
        drawn: what a figure function returns: the figure and its alternative text, or None where
            there is nothing to draw, of which no file is written.
        name: of the figure, see `medinj_utils.core.tree.Tree.figure`.
        tree: the output tree.
        table: name of the table that the figure was drawn from, offered below it for download.
        label: in place of the tree's label, where a figure holds more than the tree's numbers.

    Returns:
        The picture with its alternative text, and below it a label of its own and the table.
    """
    if drawn is None:
        return sentence("Nothing to draw.")
    figure, alt = drawn
    lowest = figure.get_tightbbox().y0 / figure.get_figheight()  # below whatever stands lowest
    right = figure.axes[-1].get_position().x1
    figure.text(right, lowest - 0.02, label or tree.label, ha="right", va="top",
                fontsize=9, style="italic", color="#444444")
    for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        with replacing(tree.figure(name, ending)) as unfinished:
            figure.savefig(unfinished, format=ending, dpi=160, metadata=metadata)
    plt.close(figure)
    beside = {round(axes.get_position().x0, 2) for axes in figure.axes}
    kind = "medinj medinj-panels" if min(len(figure.axes) - 1, len(beside)) > 1 else "medinj"
    width = round(96 * figure.get_tightbbox().width)  # its size in print, in pixels of CSS
    picture = _encoded(tree.figure(name))
    caption = html.escape(label)
    if table:
        caption += (f'{" · " * bool(label)}<a download="{table}.csv" href="data:text/csv;base64,'
                    f'{_encoded(tree.table(table))}">The table behind it</a>')
    return HTML(f'<figure class="{kind}"><img src="data:image/png;base64,{picture}" '
                f'width="{width}" alt="{html.escape(alt)}"><figcaption>{caption}</figcaption>'
                '</figure>')


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def browsable(table: pd.DataFrame, caption: str = "", most: int = 500,
              nothing: str = NOTHING) -> HTML:
    """A long table as HTML that scrolls in a frame: its first ``most`` rows.

    Args:
        table: shown with its index where that has names.
        caption: below it, after the number of rows.
        most: rows that are shown.
        nothing: said in its place where it has no rows; empty where that is said already.
    """
    if table.empty:
        return sentence(nothing)
    if None not in table.index.names:
        table = table.reset_index()
    rows = _html(_headed(table.head(most)), index=False)
    caption = html.escape(f"{min(len(table), most)} of {len(table)} rows. {caption}".strip())
    return HTML(f'<div class="medinj-long" tabindex="0">{rows}</div>'
                f'<p class="medinj-long">{caption}</p>')


def captioned(table: pd.DataFrame, caption: str = "", decimals: int = 3,
              nothing: str = NOTHING) -> HTML:
    """A table as HTML; numbers are rounded, texts escaped. One of zeros alone is a sentence.

    Args:
        table: shown with its index, unless that only counts the rows. Columns of several levels
            have one head each, as "native · planted medicine".
        caption: below it.
        decimals: of the numbers.
        nothing: said in its place where it has no rows, or nothing in them; empty where that is
            said already.
    """
    blank = table.isna() | (table == "")
    if blank.all(axis=None):  # so is a table without rows
        return sentence(nothing)
    one_level = table.columns.nlevels == 1
    heads = table.columns if one_level else [_BETWEEN.join(map(str, head))
                                             for head in table.columns]
    if (blank | table.astype(str).isin(["0", "0.0", "-0.0"])).all(axis=None):
        names = (in_words(str(head)) for head in heads)
        return sentence(f"{listed(names)}: 0 in all rows. {caption}".strip() if one_level
                    else f"{caption or 'This table'}: 0 in all rows and columns.")
    named = None not in table.index.names
    counted = pd.api.types.is_integer_dtype(table.index)  # rows that have no name
    table = table.set_axis(heads, axis="columns")
    shown = _headed(table.reset_index() if named else table).round(decimals)
    shown = _html(shown, index=not (named or counted))
    if caption:
        shown = shown.replace(">", f"><caption>{html.escape(caption)}</caption>", 1)
    return HTML(shown)


def in_percent(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A table with shares in per cent, to one decimal; empty where there is none.

    Args:
        table: of numbers and texts.
        columns: that hold shares, whose heads get a "%"; by default all, of which the caption says
            the unit.
    """
    chosen = list(columns) or list(table.columns)
    shown = table.copy()
    for name in chosen:
        shown[name] = numbers(100 * table[name], 1)
    return shown.rename(columns={name: f"{name}, %" for name in columns})


def sentence(text: str) -> HTML:
    """A sentence in the place of a table or figure; nothing for an empty one."""
    return HTML(f'<p class="medinj">{html.escape(text)}</p>' if text else "")


def _html(table: pd.DataFrame, index: bool) -> str:
    return _WORDS.sub('<td class="medinj-words">',
                      table.to_html(border=0, na_rep="", index=index))


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with words in its heads, counts such as 1,226, yes and no, and whole intervals."""
    named = table.rename(columns=lambda name: in_words(str(name)))
    # pandas would give the columns' name a column of its own
    return named.rename_axis(columns=None).apply(_column)


def _column(values: pd.Series) -> pd.Series:
    """A column's cells; "5,414.4" where numbers reach thousands, "16" where all of them are whole.
    """
    if pd.api.types.is_float_dtype(values) and np.isfinite(known := values.dropna()).all():
        whole = bool((known % 1 == 0).all())
        if whole or known.abs().max() >= 1000:
            return pd.Series(numbers(values, 0 if whole else 1), values.index, dtype=object)
    return values.map(_cell)


def _cell(value: object) -> object:
    if isinstance(value, str):
        return spelled(value) if _CODES.fullmatch(value) else _IN_INTERVAL.sub("\u00a0", value)
    if pd.api.types.is_bool(value):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, Integral) else value


def finding(*sentences: str) -> Markdown:
    """What a notebook found, for the cell tagged ``finding``, which its page opens with.

    Args:
        sentences: Markdown; empty ones are left out.
    """
    return Markdown(f"**Finding.** {' '.join(filter(None, sentences))}")
