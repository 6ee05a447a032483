"""Curves of a run from ``history.csv``: voltage, pressure and its derivative, stress and energy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.sections.steps import PRESSES
from fem_asslb.diagnostics.columns import (
    AREAL_CAPACITY,
    CELL_VOLTAGE,
    CHEMICAL_WORK,
    ELASTIC_ENERGY,
    FIXTURE_WORK,
    HYDROSTATIC_MEAN,
    PRESSURE_PER_CHARGE,
    STACK_PRESSURE,
    VON_MISES_MAX,
)
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import STAGE, TIME, read_history
from fem_asslb.output.record import FILE, open_step, read_record
from fem_asslb.plotting.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    ORANGE,
    Gallery,
    create_figure,
    label_panels,
    paper_style,
    plain,
    save,
)

FloatArray = npt.NDArray[np.float64]

CURRENTS = ("charge", "discharge", "hold")
CHANGES_OF_LITHIUM = ("set", *CURRENTS)
ENERGIES = (ELASTIC_ENERGY, FIXTURE_WORK, CHEMICAL_WORK)

LABELS = {
    AREAL_CAPACITY: "Areal capacity [mAh cm$^{-2}$]",
    CELL_VOLTAGE: "Cell voltage [V]",
    STACK_PRESSURE: "Stack pressure [MPa]",
    MEAN_STOICHIOMETRY: "Mean $x$ in Li$_x$ [–]",
    PRESSURE_PER_CHARGE: "d$p$/d$q$ [MPa cm$^2$ mAh$^{-1}$]",
}


@dataclass(frozen=True)
class Curves:
    """A history and the protocol that made it.

    Attributes:
        columns: Columns of the history by name, shape (num_steps,).
        steps: Protocol steps as text.
        dimension: Of the geometry; None for a mesh file.
        open_step: Protocol step within which the run stands or was stopped; None where it came to its end.
    """

    columns: dict[str, FloatArray]
    steps: list[str]
    dimension: int | None
    open_step: int | None = None

    @property
    def hours(self) -> FloatArray:
        """Time [h]."""
        return np.asarray(self.columns[TIME] / 3600.0)

    def rows_of(self, *verbs: str) -> list[tuple[str, slice]]:
        """Text and rows of each protocol step that begins with a verb, the row before it included."""
        stage = self.columns[STAGE].astype(int)
        found = []
        for number, text in enumerate(self.steps, start=1):
            rows = np.flatnonzero(stage == number)
            if len(rows) and text.split()[0] in verbs:
                found.append((text, slice(max(rows[0] - 1, 0), rows[-1] + 1)))
        return found

    def after_closing(self) -> slice:
        """Rows from the end of the last press on: a press of hundreds of MPa would hide what comes after."""
        presses = self.rows_of(*PRESSES)
        last = presses[-1][1].stop - 1 if presses else 0
        return slice(last, None) if last < len(self.hours) - 1 else slice(None)


def read_curves(results: Path) -> Curves:
    """Curves of a results folder.

    Raises:
        FemAsslbError: No results.
    """
    record = read_record(results)
    match record["case"]:
        case {"protocol": {"steps": [*steps]}, "geometry": dict() as geometry}:
            if all(isinstance(text, str) and text.strip() for text in steps):
                columns = read_history(results)
                return Curves(columns, steps, geometry.get("dimension"), open_step(record, columns[STAGE]))
    raise FemAsslbError(f"'{FILE}' is damaged: expected texts in 'protocol.steps', and a table 'geometry', in 'case'")


def draw_curves(results: Path, gallery: Gallery) -> list[Path]:
    """Draw every curve that the history has.

    Args:
        results: Results folder.
        gallery: Where the pictures go.

    Raises:
        FemAsslbError: No results.
    """
    curves = read_curves(results)
    drawn = []
    with paper_style():
        drawn.append(_against_time(curves, gallery.file("time")))
        if AREAL_CAPACITY in curves.columns and curves.rows_of(*CURRENTS):
            drawn.append(_against_capacity(curves, gallery.file("capacity")))
        elif MEAN_STOICHIOMETRY in curves.columns and curves.rows_of(*CHANGES_OF_LITHIUM):
            drawn.append(_against_stoichiometry(curves, gallery.file("stoichiometry")))
        drawn.append(_stresses_and_energies(curves, gallery.file("stress-energy")))
    return drawn


def _against_time(curves: Curves, path: Path) -> Path:
    """Voltage, stoichiometry and pressure against time, from the closing of the fixture on."""
    names = [*(name for name in (CELL_VOLTAGE, MEAN_STOICHIOMETRY) if name in curves.columns), STACK_PRESSURE]
    figure, axes = create_figure(1.45 * len(names) + 0.5, len(names), 1, share_x=True)
    rows = curves.after_closing()
    for panel, name, colour in zip(axes, names, (BLUE, GREEN, ORANGE)[-len(names) :], strict=True):
        values = curves.columns[name][rows]
        base = values[0] if name == STACK_PRESSURE and rows.start else 0.0
        panel.plot(curves.hours[rows], values - base, color=colour)
        panel.set_ylabel(change_label(base) if base else LABELS[name])
        panel.margins(x=0)
        shade_charges(panel, curves, rows)
    axes[-1].set_xlabel("Time [h]")
    figure.align_ylabels()
    label_panels(axes)
    return save(figure, path)


def change_label(start: float) -> str:
    """Label of an axis for the pressure minus that at the start [MPa]."""
    return f"Pressure [MPa]\nminus {start:.4g} MPa"


def shade_charges(panel: Axes, curves: Curves, rows: slice) -> None:
    """Grey bands for the charges, against time."""
    first = curves.hours[rows][0]
    for _, stage in curves.rows_of("charge"):
        low, high = curves.hours[stage][0], curves.hours[stage][-1]
        if high > first:
            panel.axvspan(max(low, first), high, color=GREY, alpha=0.12, linewidth=0)


def _against_capacity(curves: Curves, path: Path) -> Path:
    """Voltage, change of pressure and its derivative against the charge passed."""
    figure, axes = create_figure(2.5, 1, 3)
    stages, named = curves.rows_of(*CURRENTS), set[bool]()
    start, charge = curves.columns[STACK_PRESSURE][stages[0][1]][0], curves.columns[AREAL_CAPACITY]
    for number, (_, rows) in enumerate(stages):
        charging = bool(charge[rows][-1] >= charge[rows][0])
        colour, dash = (ORANGE, "-") if charging else (BLUE, "--")
        fade = 1.0 - 0.7 * number / len(stages)
        style: dict[str, Any] = {"color": colour, "linestyle": dash, "alpha": fade}
        label = None if charging in named else "charge" if charging else "discharge"
        named.add(charging)
        axes[0].plot(charge[rows], curves.columns[CELL_VOLTAGE][rows], label=label, **style)
        axes[1].plot(charge[rows], curves.columns[STACK_PRESSURE][rows] - start, **style)
        inner = slice(rows.start + 2, rows.stop)
        axes[2].plot(charge[inner], curves.columns[PRESSURE_PER_CHARGE][inner], **style)
    axes[1].axhline(0.0, color=BLACK, linewidth=0.5)
    axes[2].axhline(0.0, color=BLACK, linewidth=0.5)
    axes[0].set_ylabel(LABELS[CELL_VOLTAGE])
    axes[1].set_ylabel(change_label(start))
    axes[2].set_ylabel(LABELS[PRESSURE_PER_CHARGE])
    for panel in axes:
        panel.set_xlabel(LABELS[AREAL_CAPACITY])
    axes[0].legend()
    label_panels(axes)
    return save(figure, path)


def _against_stoichiometry(curves: Curves, path: Path) -> Path:
    """Pressure and mean hydrostatic stress of every role against the mean stoichiometry."""
    ending = f" {HYDROSTATIC_MEAN}"
    figure, axes = create_figure(2.7, 1, 2)
    stages = curves.rows_of(*CHANGES_OF_LITHIUM)
    for text, rows in stages:
        axes[0].plot(
            curves.columns[MEAN_STOICHIOMETRY][rows],
            curves.columns[STACK_PRESSURE][rows],
            marker=".",
            label=plain(text),
        )
        for colour, name in zip(CYCLE, (name for name in curves.columns if name.endswith(ending)), strict=False):
            label = plain(name.removesuffix(ending)) if rows == stages[0][1] else None
            axes[1].plot(
                curves.columns[MEAN_STOICHIOMETRY][rows], curves.columns[name][rows], color=colour, label=label
            )
    axes[0].set_ylabel(LABELS[STACK_PRESSURE])
    axes[1].set_ylabel("Hydrostatic stress, mean [MPa]")
    for panel in axes:
        panel.set_xlabel(LABELS[MEAN_STOICHIOMETRY])
        panel.ticklabel_format(axis="y", useOffset=False)
        panel.legend()
    label_panels(axes)
    return save(figure, path)


def _stresses_and_energies(curves: Curves, path: Path) -> Path:
    """Mean hydrostatic and largest von Mises stress of every role, and the energies, against time."""
    figure, axes = create_figure(2.8, 1, 3)
    rows = curves.after_closing()
    hours = curves.hours[rows]
    endings = (f" {HYDROSTATIC_MEAN}", f" {VON_MISES_MAX}")
    for panel, ending in zip(axes, endings, strict=False):
        for name in (name for name in curves.columns if name.endswith(ending)):
            panel.plot(hours, curves.columns[name][rows], label=plain(name.removesuffix(ending)))
    for name in (name for name in ENERGIES if name in curves.columns):
        change = curves.columns[name][rows] - curves.columns[name][rows][0]
        axes[2].plot(hours, change * 1e-3, label=name.split()[0])
    axes[0].set_ylabel("Hydrostatic stress, mean [MPa]")
    axes[1].set_ylabel("Von Mises stress, largest [MPa]")
    axes[2].set_ylabel("Change of energies [nJ]" if curves.dimension == 3 else "Change of energies [nJ/µm]")
    for panel in axes:
        panel.set_xlabel("Time [h]")
        panel.margins(x=0)
    spacing: dict[str, Any] = {"handlelength": 1.2, "columnspacing": 1.0, "handletextpad": 0.5}
    figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside upper left", ncols=5, **spacing)
    figure.legend(handles=axes[2].get_legend_handles_labels()[0], loc="outside upper right", ncols=3, **spacing)
    label_panels(axes)
    return save(figure, path)
