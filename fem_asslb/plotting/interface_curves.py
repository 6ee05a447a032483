"""Curves of the interfaces that may open, from ``history.csv``: what holds, touches and conducts, and the pressure."""

from pathlib import Path

from matplotlib.axes import Axes

from fem_asslb.plotting.curves import Curves, read_curves, shade_charges
from fem_asslb.plotting.style import BLACK, BLUE, Gallery, create_figure, label_panels, paper_style, plain, save

STATES = {
    "intact": "#9ecae1",
    "damaged": "#fdd0a2",
    "debonded closed": "#e6550d",
    "open": "#4d4d4d",
}
"""Colour of each part of an interface in the order in which they are stacked; together they are all of it."""

CONDUCTING, CONTACT_PRESSURE = "conducting [-]", "contact pressure mean [MPa]"

_ENDING = f" {CONDUCTING}"


def draw_interface_curves(results: Path, gallery: Gallery) -> list[Path]:
    """Draw the parts of each interface and its contact pressure against time; nothing if all are welded.

    Args:
        results: Results folder.
        gallery: Where the picture goes.

    Raises:
        FemAsslbError: No results.
    """
    curves = read_curves(results)
    names = [name.removesuffix(_ENDING) for name in curves.columns if name.endswith(_ENDING)]
    if not names:
        return []
    with paper_style():
        figure, axes = create_figure(1.75 * len(names) + 0.7, len(names), 2, share_x=True)
        for name, shares, pressure in zip(names, axes[::2], axes[1::2], strict=True):
            _draw_shares(shares, curves, name)
            _draw_pressure(pressure, curves, name)
        for panel in axes[-2:]:
            panel.set_xlabel("Time [h]")
        figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside upper left", ncols=5)
        figure.align_ylabels()
        label_panels(axes)
        return [save(figure, gallery.file("interfaces"))]


def _draw_shares(panel: Axes, curves: Curves, name: str) -> None:
    """Shares of the area, one on the other, and the share that conducts lithium."""
    rows = curves.after_closing()
    shares = [curves.columns[f"{name} {state} [-]"][rows] for state in STATES]
    panel.stackplot(curves.hours[rows], shares, labels=list(STATES), colors=list(STATES.values()), linewidth=0.0)
    # White below, so that it is seen on every colour.
    for colour, width, label in (("white", 2.4, None), (BLACK, 1.2, "conducting")):
        conducting = curves.columns[f"{name} {CONDUCTING}"][rows]
        panel.plot(curves.hours[rows], conducting, "--", color=colour, linewidth=width, label=label, clip_on=False)
    panel.set_title(plain(name))
    panel.set_ylabel("Share of the area [–]")
    panel.set_ylim(0.0, 1.0)
    panel.margins(x=0)


def _draw_pressure(panel: Axes, curves: Curves, name: str) -> None:
    rows = curves.after_closing()
    panel.plot(curves.hours[rows], curves.columns[f"{name} {CONTACT_PRESSURE}"][rows], color=BLUE)
    panel.set_title(plain(name))
    panel.set_ylabel("Contact pressure, mean\nwhere closed [MPa]")
    panel.set_ylim(bottom=0.0)
    panel.margins(x=0)
    shade_charges(panel, curves, rows)
