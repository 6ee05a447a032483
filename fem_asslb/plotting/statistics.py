"""Pictures that only a report has: distributions of stress, contact against lithium, energies, and what a run took."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from fem_asslb.base.column_names import stem_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import ITERATIONS, LENGTH, REJECTED, STEP
from fem_asslb.output.names import HYDROSTATIC, PRINCIPAL, ROLE, VON_MISES
from fem_asslb.plotting.curves import CHANGES_OF_LITHIUM, LABELS, Curves
from fem_asslb.plotting.panels import look_of
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.plotting.style import CYCLE, GREY, Gallery, create_figure, label_panels, paper_style, plain, save

BINS = 80

STRESSES = (VON_MISES, HYDROSTATIC, PRINCIPAL)

MECHANICAL = ("elastic energy", "fixture work", "chemical work", "thermal work", "source work")
ELECTRICAL = ("electrode work", "cell work", "lattice energy", "anode energy")
"""Energies without unit; what is not among them is dissipated, or stored by a law of the bulk."""

FloatArray = npt.NDArray[np.float64]


def draw_histograms(snapshot: Snapshot, roles: Sequence[str], gallery: Gallery, title: str) -> Path:
    """Draw how much of the volume of each role has which stress.

    Args:
        snapshot: Fields of one time.
        roles: Names of the roles by their numbers.
        gallery: Where the picture goes.
        title: Of the state.

    Raises:
        FemAsslbError: The fields have no stress, or a role without a name.
    """
    names = [name for name in STRESSES if name in snapshot.grid.point_data]
    role = np.asarray(snapshot.grid.cell_data[ROLE])
    if not names or role.max(initial=0) >= len(roles):
        raise FemAsslbError("the fields have no stress, or the record has no names of their roles")
    weights = np.repeat(snapshot.volumes()[:, None], snapshot.corners, axis=1)
    with paper_style():
        figure, axes = create_figure(2.5, 1, len(names))
        for panel, name in zip(axes, names, strict=True):
            values = snapshot.field(name)
            low, high = np.nanpercentile(values, [0.2, 99.8])
            edges = np.linspace(float(low), float(high), BINS + 1, dtype=np.float64)
            for number in np.unique(role):
                inside = role == number
                label, colour = plain(roles[number]), CYCLE[number % len(CYCLE)]
                _draw_distribution(panel, values[inside], weights[inside], edges, label, colour)
            panel.set_xlabel(look_of(name).label)
            panel.set_yscale("log")
            panel.set_ylim(0.01, 150.0)
        axes[0].set_ylabel("Share of the volume [% per bin]")
        figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside upper left", ncols=8)
        axes[1].set_title(title)
        label_panels(axes)
        return save(figure, gallery.file(f"stress-{title.replace(' ', '-')}"))


def _draw_distribution(
    panel: Axes, values: FloatArray, weights: FloatArray, edges: FloatArray, label: str, colour: str
) -> None:
    known = np.isfinite(values)
    shares, _ = np.histogram(values[known], edges, weights=weights[known])
    panel.stairs(100.0 * shares / weights[known].sum(), edges, label=label, color=colour)


def draw_contact(curves: Curves, gallery: Gallery) -> Path | None:
    """Draw what of each interface has let go, is open and conducts, against the mean stoichiometry; None without."""
    pairs = [name.removesuffix(" open [-]") for name in curves.columns if name.endswith(" open [-]")]
    stages = curves.rows_of(*CHANGES_OF_LITHIUM)
    if not pairs or not stages or MEAN_STOICHIOMETRY not in curves.columns:
        return None
    x = curves.columns[MEAN_STOICHIOMETRY]
    with paper_style():
        figure, axes = create_figure(2.6, 1, 3)
        for number, pair in enumerate(pairs):
            let_go = curves.columns[f"{pair} open [-]"] + curves.columns[f"{pair} debonded closed [-]"]
            shown = (let_go, curves.columns[f"{pair} open [-]"], curves.columns[f"{pair} conducting [-]"])
            for panel, share in zip(axes, shown, strict=True):
                for place, (_, rows) in enumerate(stages):
                    dash = "-" if x[rows][-1] <= x[rows][0] else "--"
                    label = plain(pair) if place == 0 else None
                    panel.plot(x[rows], share[rows], dash, color=CYCLE[number % len(CYCLE)], label=label)
        for panel, title in zip(axes, ("Debonded or cracked", "Open", "Conducting"), strict=True):
            panel.set_ylabel(f"{title} share [–]")
            panel.set_xlabel(LABELS[MEAN_STOICHIOMETRY])
            panel.set_ylim(-0.02, 1.02)
            panel.invert_xaxis()
        figure.legend(handles=axes[0].get_legend_handles_labels()[0], loc="outside upper left", ncols=4)
        label_panels(axes)
        return save(figure, gallery.file("contact"))


def draw_energies(curves: Curves, gallery: Gallery) -> Path:
    """Draw energies since the closing of the fixture, and how well all balances hold."""
    rows = curves.after_closing()
    energies = [name for name in curves.columns if name.endswith("[pJ]") and _is_total(stem_of(name))]
    groups = {
        "Mechanical": [name for name in energies if stem_of(name) in MECHANICAL],
        "Electrical": [name for name in energies if stem_of(name) in ELECTRICAL],
        "Of laws and fluxes": [name for name in energies if stem_of(name) not in (*MECHANICAL, *ELECTRICAL)],
    }
    shown = {title: names for title, names in groups.items() if names}
    errors = [name for name in curves.columns if name.endswith(" error [-]")]
    unit = "nJ" if curves.dimension == 3 else "nJ/µm"
    with paper_style():
        figure, axes = create_figure(5.2, 2, 2)
        for panel, (title, names) in zip(axes, shown.items(), strict=False):
            _draw_lines(panel, curves, names, rows, lambda values: 1e-3 * (values - values[0]))
            panel.set_ylabel(f"{title}, since closing [{unit}]")
        _draw_lines(axes[len(shown)], curves, errors, rows, lambda values: np.maximum(np.abs(values), 1e-16))
        axes[len(shown)].set_yscale("log")
        axes[len(shown)].set_ylabel("Error of a balance, relative [–]")
        for panel in axes[len(shown) + 1 :]:
            panel.remove()
        label_panels(axes[: len(shown) + 1])
        return save(figure, gallery.file("energies"))


def _is_total(stem: str) -> bool:
    """Whether an energy is that of the whole cell rather than of one role, phase or interface."""
    return len(stem.split()) == 2 and "|" not in stem


def _draw_lines(
    panel: Axes, curves: Curves, names: Iterable[str], rows: slice, shown: Callable[[FloatArray], FloatArray]
) -> None:
    for name in names:
        panel.plot(curves.hours[rows], shown(curves.columns[name][rows]), label=plain(stem_of(name)))
    panel.set_xlabel("Time [h]")
    panel.margins(x=0)
    if panel.lines:
        panel.legend(loc="lower left", bbox_to_anchor=(0.05, 1.0), ncols=2, fontsize=7)


def draw_cost(curves: Curves, gallery: Gallery) -> Path:
    """Draw Newton iterations and lengths of the steps, and at which of them attempts failed."""
    steps, failed = curves.columns[STEP], curves.columns[REJECTED] > 0
    with paper_style():
        figure, axes = create_figure(2.3, 1, 2)
        axes[0].plot(steps, curves.columns[ITERATIONS], ".", markersize=3)
        axes[0].set_ylabel("Newton iterations [–]")
        axes[0].set_ylim(bottom=0)
        axes[1].plot(steps, curves.columns[LENGTH])
        axes[1].plot(steps[failed], curves.columns[LENGTH][failed], "x", color=GREY, label="after failed attempts")
        axes[1].set_yscale("log")
        axes[1].set_ylabel("Length of the step [s]")
        if failed.any():
            axes[1].legend()
        for panel in axes:
            panel.set_xlabel("Step [–]")
        label_panels(axes)
        return save(figure, gallery.file("cost"))
