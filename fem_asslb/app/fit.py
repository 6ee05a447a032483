"""The command ``fit``: parameters of a case from a measured curve, each point looked at by a run of its own."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from fem_asslb.app.folder_lock import locked
from fem_asslb.app.sweep_plan import PlannedCase, looked_at_again, plan, write_cases
from fem_asslb.app.workflow import LOGS, Jobs, require_snakemake, run_workflow, write_workflow
from fem_asslb.base.errors import CaseError, UnitError
from fem_asslb.base.units import parse
from fem_asslb.output.files import replace_text
from fem_asslb.sweep.curves import curve_at, require_comparable
from fem_asslb.sweep.designs import Point, point_at
from fem_asslb.sweep.fit_picture import FILE, draw
from fem_asslb.sweep.fitting import CONFIDENCE, Estimate, fit
from fem_asslb.sweep.measured import FloatArray, Measured, read_measured
from fem_asslb.sweep.reading import Study
from fem_asslb.sweep.values import range_of, start_of, unit_of
from fem_asslb.sweep.variants import variants_of

FOLDER = "fit"
"""Folder of a study for the cases of a fit and what came of it."""

PARAMETERS, CURVE = "parameters.csv", "curve.csv"
"""Files of a fit."""


class _FailedError(Exception):
    """A case did not come to its end."""


def fit_study(
    study: Study, folder: Path, data: Path, jobs: Jobs, plugins: Mapping[str, str], any_size: bool = False
) -> bool:
    """Find the parameters of a study, write and print them; runs that are there are used.

    Args:
        study: A study whose axes are ranges, with a section ``fit``.
        folder: Where the cases and what comes of them go.
        data: File of the measured curve.
        jobs: How cases are run.
        plugins: Hashes of modules that added laws or fields, by name.
        any_size: Whether cases may be larger than what can be expected to end.

    Returns:
        Whether a minimum was found.

    Raises:
        FemAsslbError: Bad input; nothing was written.
        OSError: Something cannot be written.
    """
    spec = study.table.fit
    assert spec is not None
    measured = read_measured(data, spec)
    start, uncertainty = _start(study), _uncertainty(study, measured)
    base = variants_of(study, list(_ends(study, start)), any_size)[0].case
    require_comparable(measured, spec, base)
    require_snakemake()
    folder.mkdir(parents=True, exist_ok=True)
    beyond: dict[str, int] = {}

    def residuals(shares: Sequence[FloatArray]) -> list[FloatArray]:
        """Computed minus measured values at points."""
        points = [point_at(study, _name(study, row), row) for row in map(list, shares)]
        found = []
        for case in _run(study, folder, points, jobs, plugins, any_size):
            values, count = curve_at(measured, spec, case.results, case.variant.case)
            beyond[case.variant.name] = count
            found.append(_changes(values, spec.change) - _changes(measured.values, spec.change))
        root = float(np.sqrt(np.mean(found[0] ** 2)))
        print(f"{points[0].name}: {root:.4g} {measured.unit} from the data (root of the mean square)", flush=True)
        return found

    with locked(folder):
        spread = float(np.ptp(measured.values))
        try:
            estimate = fit(residuals, start, spread, uncertainty, together=jobs.count > 1)
        except _FailedError as failure:
            print(failure)
            return False
        values = _changes(measured.values, spec.change)
        replace_text(folder / PARAMETERS, _parameters(study, estimate))
        replace_text(folder / CURVE, _curve(measured, spec.curve, values, estimate))
        picture = draw(measured, spec, values, estimate.residual, estimate.uncertainty, folder / FILE)
    for line in _lines(study, estimate, measured):
        print(line)
    if count := beyond.get(_name(study, list(estimate.shares)), 0):
        print(f"warning: {count} of {len(measured.places)} measured points lie beyond the end of the computed curve")
    print(f"{folder / PARAMETERS}, {CURVE} and {picture.name}")
    return estimate.has_converged


def _run(
    study: Study, folder: Path, points: Sequence[Point], jobs: Jobs, plugins: Mapping[str, str], any_size: bool
) -> list[PlannedCase]:
    """Cases of points, run as far as they are not finished."""
    cases = plan(study, points, folder, plugins, any_size)
    left = [case for case in cases if not case.is_done]
    if left:
        write_cases(study, left)
        write_workflow(study.file, folder, left, jobs)
        run_workflow(folder, jobs, lambda name: print(f"  {name}", flush=True))
        cases = looked_at_again(cases, plugins)
    for case in cases:
        if not case.is_done:
            log = folder / LOGS / f"{case.variant.name}.log"
            raise _FailedError(
                f"{case.variant.name} did not come to its end ({case.earlier.end or 'not run'}); see {log}"
            )
    return cases


def _start(study: Study) -> FloatArray:
    """Where the fit begins, shares of the ranges."""
    found = []
    for name, axis in study.leading().items():
        try:
            found.append(start_of(axis))
        except ValueError as error:
            raise CaseError(f"axes.{name}.start", str(error).removeprefix("start: ")) from error
    return np.array(found)


def _ends(study: Study, start: FloatArray) -> Iterator[Point]:
    """The start, and the ends of each range: values that a case refuses are found before anything runs."""
    yield point_at(study, "start", list(start))
    for place, name in enumerate(study.leading()):
        for word, end in (("least", 0.0), ("most", 1.0)):
            row = [end if other == place else float(share) for other, share in enumerate(start)]
            if end != start[place]:
                yield point_at(study, f"{word}-{name}", row)


def _uncertainty(study: Study, measured: Measured) -> float | None:
    assert study.table.fit is not None
    given = study.table.fit.uncertainty
    if given is None:
        return None
    try:
        return abs(parse(given, measured.unit))
    except UnitError as error:
        raise CaseError("fit.uncertainty", str(error)) from error


def _name(study: Study, row: Sequence[float]) -> str:
    """Of the folder of a case: the values of its parameters, as they are written in it."""
    axes = study.leading().items()
    values = [(name, range_of(axis).at(share).number) for (name, axis), share in zip(axes, row, strict=True)]
    return "_".join(f"{name}-{number:.8g}" for name, number in values).replace("+", "")


def _changes(values: FloatArray, is_change: bool) -> FloatArray:
    return values - values[0] if is_change else values


def _intervals(study: Study, estimate: Estimate) -> Iterator[tuple[str, str, float, float, float, str]]:
    """Name, unit, best value, ends of the interval within the range, and what is to be said of each parameter."""
    determined = estimate.is_determined
    for place, (name, axis) in enumerate(study.leading().items()):
        share, half = float(estimate.shares[place]), float(estimate.half_widths[place])
        low, high = max(0.0, share - half), min(1.0, share + half)
        best, least, most = (range_of(axis).at(each).number for each in (share, low, high))
        said = "" if determined[place] else "the data do not determine it within its range"
        if not said and (low == 0.0 or high == 1.0):
            said = "its interval ends where its range does"
        yield name, unit_of(axis) or "-", best, least, most, said


def _parameters(study: Study, estimate: Estimate) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    percent = f"{CONFIDENCE:.0%}"
    writer.writerow(["parameter", "keys", "unit", "value", f"least of {percent}", f"most of {percent}", "said"])
    for name, unit, value, low, high, said in _intervals(study, estimate):
        writer.writerow([name, " ".join(study.table.axes[name].key), unit, value, low, high, said])
    return text.getvalue()


def _curve(measured: Measured, curve: str, values: FloatArray, estimate: Estimate) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    place = "time [s]" if measured.unit_of_places == "s" else f"capacity [{measured.unit_of_places}]"
    writer.writerow([place, f"measured {curve} [{measured.unit}]", f"computed {curve} [{measured.unit}]"])
    writer.writerows(zip(measured.places, values, values + estimate.residual, strict=True))
    return text.getvalue()


def _lines(study: Study, estimate: Estimate, measured: Measured) -> Iterator[str]:
    names = list(study.leading())
    root = float(np.sqrt(np.mean(estimate.residual**2)))
    yield f"{root:.4g} {measured.unit} from the data, {estimate.uncertainty:.4g} taken as their uncertainty"
    for name, unit, value, low, high, said in _intervals(study, estimate):
        yield f"  {name} = {value:.5g} {unit}, {CONFIDENCE:.0%} between {low:.5g} and {high:.5g}{said and f': {said}'}"
    for one, other in estimate.traded():
        correlation = estimate.correlation[one, other]
        yield f"warning: {names[one]} and {names[other]} make up for each other (correlation {correlation:.3f})"
    if not estimate.has_converged:
        yield f"warning: no minimum within {estimate.evaluations} points; start nearer to it, or narrow the ranges"
