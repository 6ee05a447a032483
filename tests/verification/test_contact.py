"""F2: Hertz, by an initial gap x^2/2R between flat blocks, which is exact for small strain."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.base.parallel import global_sum
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.model import Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import box
from tests.support import orders, passive, prescribe, problem_on

pytestmark = pytest.mark.two_ranks

RADIUS = 10.0
STIFFNESS = 1e8
"""The overlap is 1e-3 of the gap at the edge of the contact."""

LOWER = (20e3, 0.3)
PLANES = {2: (("left", 0), ("bottom", 1)), 3: (("left", 0), ("front", 1), ("bottom", 2))}


def graded(distance):
    """From 0 to 1, with cells ten times smaller at 0."""
    return 0.1 * distance + 0.9 * distance**3


def indented(comm, dimension, layers, extent, upper, rows, descent, degree=2):
    """Blocks with the contact at a corner of the quarter (half in 2D), fine about it, pressed in four steps.

    Args:
        comm: Communicator.
        dimension: 2 or 3.
        layers: Cells from the contact to each far side.
        extent: Of the lower block [um].
        upper: Young's modulus and Poisson's ratio of the upper block.
        rows: Layers of cells in the upper block.
        descent: Of the top [um].
        degree: Of the displacement.

    Returns:
        Distance of each point from the middle of the contact, its pressure, and its area.
    """
    height = layers + rows
    source = box(
        (float(layers),) * (dimension - 1) + (float(height),),
        (layers,) * (dimension - 1) + (height,),
        lambda x: np.where(x[:, -1] < layers, "lower", "upper"),
    )
    part = source.points / layers
    above = part[:, -1] - 1.0
    up = np.sign(above) * graded(np.abs(above))
    points = extent * np.column_stack([graded(part[:, :-1]), 1.0 + up])
    problem = problem_on(
        replace(source, points=points),
        comm,
        materials={"lower": passive(*LOWER), "upper": passive(*upper)},
        support=Support(PLANES[dimension], prescribed="top"),
        interfaces=(
            Interface(
                "lower",
                "upper",
                ContactLaw(STIFFNESS, STIFFNESS),
                InterfaceStart(gap=lambda x: (x[0] ** 2 + (x[1] ** 2 if dimension == 3 else 0.0)) / (2 * RADIUS)),
            ),
        ),
        displacement_degree=degree,
    )
    problem.controls.time_step.value = 1e4  # drag is nothing
    solver, diagnostics = NewtonSolver(problem), InterfaceDiagnostics(problem)
    for down in descent * np.array([0.25, 0.5, 0.75, 1.0]):
        prescribe(problem, lambda x, down=down: 0 * x - down * np.eye(3)[:, [dimension - 1]])
        solver.solve()
        found = diagnostics.evaluate()
        problem.accept()
    interfaces = problem.formulation.interfaces
    places = interfaces.points[: interfaces.mesh.num_owned]
    return np.linalg.norm(places[:, :, : dimension - 1], axis=2), -found.normal_traction, found.area


def errors(comm, distance, pressure, area, symmetric, hertz, spread):
    """Of the width, from the second moment of the pressure, and of the pressure over its peak, rms; and both forms."""
    force, moment = global_sum(comm, [(area * pressure).sum(), (area * pressure * distance**2).sum()])
    width, peak = hertz(force * symmetric)
    found = np.sqrt(moment / force / spread)
    exact = peak * np.sqrt(np.maximum(1 - (distance / width) ** 2, 0.0))
    inside = distance < 1.5 * width
    square, total = global_sum(comm, [(area * (pressure - exact) ** 2)[inside].sum(), area[inside].sum()])
    middle = global_sum(comm, [(area * pressure)[distance < 0.2 * width].sum(), area[distance < 0.2 * width].sum()])
    ideal = global_sum(comm, [(area * exact)[distance < 0.2 * width].sum()])
    return found, width, np.sqrt(square / total) / peak, middle[0] / ideal[0] * peak, peak


@pytest.mark.parametrize("degree,meshes,close", [(1, (12, 24), 0.04), (2, (8, 16), 0.01)])
def test_line_contact_of_two_bodies(comm, measured, degree, meshes, close):
    """Laws at the nodes of the facets; at Gauss points the pressure of degree 1 alternates by 20 % of its peak."""
    upper = (60e3, 0.2)
    modulus = 1 / sum((1 - nu**2) / e for e, nu in (LOWER, upper))
    rms = []
    for layers in meshes:
        values = indented(comm, 2, layers, 2.0, upper, layers, 1.2e-3, degree)
        found, width, error, pressure, peak = errors(
            comm, *values, 2, lambda force: closed_forms.hertz_line(force, RADIUS, modulus), 1 / 4
        )
        rms.append(error)
    order = orders([1 / n for n in meshes], rms)[0]
    measured(f"F2, line, degree {degree}", "half width [um]", width, found)
    measured(f"F2, line, degree {degree}", "peak pressure [MPa]", peak, pressure)
    measured(f"F2, line, degree {degree}", "pressure over its peak, rms", 0.0, rms[-1], rms[-1], order)
    assert found == pytest.approx(width, rel=close)
    assert pressure == pytest.approx(peak, rel=close)
    assert rms[1] < close and order > 1.0


def test_point_contact_with_a_rigid_body(comm, measured):
    """Degree 1, whose points are the vertices.

    The six points of a facet of degree 2 ask more of its nodes than they can follow, so that its pressure alternates
    once the contact is some ten times stiffer than E/h.
    """
    modulus = LOWER[0] / (1 - LOWER[1] ** 2)
    widths = []
    for layers in (6, 12):
        values = indented(comm, 3, layers, 1.0, (1e9, 0.0), 1, 2e-3, degree=1)
        found, width, error, pressure, peak = errors(
            comm, *values, 4, lambda force: closed_forms.hertz_point(force, RADIUS, modulus), 2 / 5
        )
        widths.append(abs(found / width - 1))
    measured("F2, point", "radius [um]", width, found)
    measured("F2, point", "peak pressure [MPa]", peak, pressure)
    measured("F2, point", "pressure over its peak, rms", 0.0, error, error)
    assert pressure == pytest.approx(peak, rel=3e-2)
    assert error < 0.06
    assert widths[1] < 0.08 and widths[1] < 0.5 * widths[0]
