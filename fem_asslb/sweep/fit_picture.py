"""Picture of a fit: measured and computed curve, and what is left between them."""

from pathlib import Path

import numpy as np

from fem_asslb.plotting.style import BLUE, GREY, ORANGE, create_figure, label_panels, paper_style, save
from fem_asslb.sweep.measured import TIME, FloatArray, Measured
from fem_asslb.sweep.schema import Fit

FILE = "fit.png"
"""File of a fit."""


def draw(
    measured: Measured, fit: Fit, values: FloatArray, residual: FloatArray, uncertainty: float, path: Path
) -> Path:
    """Draw a fit.

    Args:
        measured: The measured curve.
        fit: What it is.
        values: Measured values as they were compared, shape (num_points,).
        residual: Computed minus measured values.
        uncertainty: Standard deviation of a measured value that the intervals are for.
        path: File of the picture.
    """
    in_hours = measured.unit_of_places == TIME
    places = measured.places / 3600.0 if in_hours else measured.places
    with paper_style():
        figure, (curve, rest) = create_figure(4.2, 2, share_x=True)
        curve.plot(places, values, ".", color=GREY, markersize=4, label="measured")
        curve.plot(places, values + residual, color=BLUE, label="computed")
        curve.set_ylabel(f"{'change of ' if fit.change else ''}{fit.curve} [{measured.unit}]")
        curve.legend()
        rest.axhspan(-uncertainty, uncertainty, color=ORANGE, alpha=0.2, linewidth=0.0)
        rest.axhline(0.0, color=GREY, linewidth=0.7)
        rest.plot(places, residual, ".-", color=BLUE, markersize=3, linewidth=0.7)
        limit = 1.15 * max(uncertainty, float(np.abs(residual).max()))
        rest.set_ylim(-limit, limit)
        rest.set_ylabel(f"computed - measured [{measured.unit}]")
        rest.set_xlabel(f"{fit.against} [{'h' if in_hours else measured.unit_of_places}]")
        label_panels([curve, rest])
        return save(figure, path)
