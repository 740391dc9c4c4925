"""The book's figures: one style, one colour per provenance, one order of systems, intervals, and words for all of it.

Colours are Okabe and Ito's (safe for colour-blind readers); a mixture has the mean colour of its provenances.
"""

import base64
import html
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.colors import to_hex, to_rgb

from medinj_utils.runs import SYSTEMS, replacing, seen

COLOURS = {"native": "#0072B2", "synthetic": "#009E73", "translated": "#D55E00"}
PART_COLOURS = {"NAT": COLOURS["native"], "SYN": COLOURS["synthetic"], "TRAD": COLOURS["translated"]}


def system_colour(system: str) -> str:
    """Grey for the base, else the mean colour of the provenances that the system has seen."""
    parts = [to_rgb(PART_COLOURS[part]) for part in sorted(seen(system))]
    return to_hex([sum(channel) / len(parts) for channel in zip(*parts, strict=True)]) if parts else "#767676"


def use_style() -> None:
    """Set the book's style for all figures of this process."""
    sns.set_theme(style="whitegrid", context="notebook", rc={
        "figure.figsize": (7.2, 4.2), "figure.dpi": 110, "savefig.bbox": "tight", "font.size": 12,
        "axes.spines.top": False, "axes.spines.right": False, "svg.fonttype": "none", "svg.hashsalt": "medinj"})


def in_order(systems) -> list[str]:
    """The systems in the order of every figure and table of the book."""
    return [system for system in SYSTEMS if system in set(systems)]


def show(figure: plt.Figure, name: str, alt: str, label: str, folder: str | Path, table: str | Path = ""):
    """Write the label into the picture, save it as SVG and PNG in ``folder``, and return it as HTML with alt text and, below
    it, the CSV file ``table`` that it was drawn from, to download."""
    from IPython.display import HTML
    lowest = figure.get_tightbbox().y0 / figure.get_figheight()  # below whatever stands lowest, such as turned labels
    right = figure.axes[-1].get_position().x1
    figure.text(right, lowest - 0.02, label, ha="right", va="top", fontsize=9, style="italic", color="#444444")
    for ending in ("svg", "png"):
        with replacing(Path(folder) / f"{name}.{ending}") as unfinished:
            figure.savefig(unfinished, format=ending, dpi=160,
                           metadata={"Date": None} if ending == "svg" else {"Software": None})
    plt.close(figure)
    picture, told = base64.b64encode((Path(folder) / f"{name}.png").read_bytes()).decode(), html.escape(label)
    if table:
        data = base64.b64encode(Path(table).read_bytes()).decode()
        told += f' · <a download="{Path(table).name}" href="data:text/csv;base64,{data}">the table behind it</a>'
    return HTML(f'<figure class="medinj"><img src="data:image/png;base64,{picture}" alt="{html.escape(alt)}">'
                f"<figcaption>{told}</figcaption></figure>")


def browsable(table: pd.DataFrame, label: str, most: int = 500):
    """A long table as HTML that scrolls within its own frame, at most so many rows, with their number and the label."""
    from IPython.display import HTML
    shown = table.head(most).to_html(border=0, na_rep="", index=False)
    told = f"{min(len(table), most)} of {len(table)} rows. {label}"
    return HTML(f'<div class="medinj-long" tabindex="0">{shown}</div><p class="medinj-long">{html.escape(told)}</p>')


def labelled(table: pd.DataFrame, label: str, decimals: int = 3):
    """A table as HTML with its label as caption; numbers rounded, texts escaped."""
    from IPython.display import HTML
    shown = table.round(decimals).to_html(border=0, na_rep="")
    return HTML(shown.replace(">", f"><caption>{html.escape(label)}</caption>", 1))
