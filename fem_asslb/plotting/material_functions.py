"""Data of the materials of a case and the functions that stand for them: the picture of ``check --plot``."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fem_asslb.materials.data_fits import DataFit
from fem_asslb.plotting.style import BLUE, ORANGE, create_figure, label_panels, paper_style, save

MOST_PANELS = 24


def draw_functions(fits: Mapping[str, Sequence[DataFit]], path: Path) -> Path:
    """Draw the data of each role, with the function over the whole range.

    Args:
        fits: By role, at least one.
        path: File of the picture.
    """
    panels = [(role, fit) for role, found in fits.items() for fit in found][:MOST_PANELS]
    rows = (len(panels) + 1) // 2
    with paper_style():
        figure, axes = create_figure(2.2 * rows + 0.3, rows, 2)
        for panel, (role, fit) in zip(axes, panels, strict=False):
            x = np.linspace(0.0, 1.0, 1001)
            panel.plot(x, fit.function(x) + 0.0 * x, color=BLUE, label="fitted" if fit.is_fitted else "stated")
            panel.plot(fit.x, fit.values, "o", color=ORANGE, markersize=2.5, label="data")
            if fit.falls_over_decades:
                panel.set_yscale("log")
            panel.axvspan(0.0, fit.x[0], color="#F0F0F0", linewidth=0.0)
            panel.axvspan(fit.x[-1], 1.0, color="#F0F0F0", linewidth=0.0)
            panel.set_title(f"{role}: {fit.name}")
            panel.set_xlabel("Charge over capacity [–]" if fit.name == "anode" else "x [–]")
            panel.set_ylabel(f"{fit.symbol} [{fit.unit or '–'}]")
            panel.margins(x=0)
            panel.legend()
        for panel in axes[len(panels) :]:
            panel.set_axis_off()
        label_panels(axes[: len(panels)][:8])
        return save(figure, path)
