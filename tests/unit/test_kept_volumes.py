"""Straight elements whose particles have the volume of their discs and spheres, and what that is good for."""

import math
from dataclasses import replace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.geometry import (
    EqualDiameters,
    Grains,
    Layer,
    LayeredStack,
    LognormalDiameters,
    PackedParticles,
    ParticleInShell,
)
from fem_asslb.mesh.reader import read_source
from fem_asslb.model.model import Support
from fem_asslb.solve.newton import NewtonSolver
from meshes import build, kept_volumes
from tests import closed_forms
from tests.support import built, force_x, host, passive, problem_on
from tests.unit.test_meshes import FLAT, SOLID
from tests.verification.test_particle_in_shell import (
    CORE,
    OUTSIDE,
    REFERENCE_X,
    SHELL,
    SWELLING,
    X,
    core_pressure,
)

pytestmark = pytest.mark.serial

CUT = PackedParticles(0.4, EqualDiameters(3.0), 0.15, "cut")
GRAINS = Grains(EqualDiameters(1.2))
STACKS = {
    "discs": FLAT,
    "cut spheres": SOLID,
    "cut discs": replace(FLAT, layers={"cathode": Layer(12.0, CUT)}),
    "periodic discs": replace(FLAT, layers={"cathode": Layer(12.0, CUT)}, side_walls="periodic"),
    "periodic spheres": replace(SOLID, side_walls="periodic"),
    "grains": replace(FLAT, layers={"cathode": Layer(12.0, replace(CUT, walls="inside", grains=GRAINS))}),
}


@pytest.mark.parametrize("name", STACKS)
def test_particles_have_their_volume_and_walls_stay_where_they_are(name, tmp_path):
    stack = STACKS[name]
    plain, kept = (build(replace(stack, keep_volume=keep), tmp_path / f"{keep}.msh") for keep in (False, True))
    fractions = [report.packing["cathode particles"]["meshed"] for report in (plain, kept)]
    placed = kept.packing["cathode particles"]["placed"]
    assert fractions[0] < 0.995 * placed
    assert fractions[1] == pytest.approx(placed, rel=1e-6)
    assert kept.elements == plain.elements and kept.quality_min > 0.05
    box = math.prod(stack.sides) * stack.height
    assert sum(kept.volumes.values()) == pytest.approx(box, rel=1e-9)
    for side, area in plain.areas.items():
        assert kept.areas[side] == pytest.approx(area, rel=1e-9)
    # Reading compares both nodes of each pair on walls that are one.
    assert len(read_source(tmp_path / "True.msh", stack.is_periodic).points) > 0


def test_elements_that_would_fold_move_less_far(tmp_path, monkeypatch):
    """The limit is set high, so that many would; the particle keeps a part of what it lacks."""
    volumes = []
    for keep, least in ((False, 0.0), (True, 0.0), (True, 0.95)):
        monkeypatch.setattr(kept_volumes, "LEAST_SHARE", least)
        report = build(replace(FLAT, keep_volume=keep), tmp_path / "stack.msh")
        source = read_source(tmp_path / "stack.msh", False)
        corners = source.points[source.cells[:, :3], :2]
        volumes.append(np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])))
    plain, free, limited = volumes
    assert (free / plain).min() < 0.9 and (limited / plain).min() > 0.95 - 1e-12
    assert 0.98 * 0.5 < report.packing["cathode particles"]["meshed"] < 0.9999 * 0.5


@pytest.mark.parametrize("part", ["full", "symmetric"])
@pytest.mark.parametrize(("dimension", "whole"), [(2, math.pi), (3, 4 / 3 * math.pi)])
def test_a_ball_has_its_volume_and_nearly_its_surface(dimension, whole, part, tmp_path):
    geometry = ParticleInShell(dimension, 1.0, 2.0, 0.3, part=part, keep_volume=True)
    share = 1.0 if part == "full" else 0.5**dimension
    report = build(geometry, tmp_path / "ball.msh")
    assert report.volumes["particle/0001"] == pytest.approx(share * whole, rel=1e-9)
    assert report.particle_surface == pytest.approx(share * dimension * whole, rel=0.01)


def test_grains_in_3d_share_the_volume_of_a_ball(tmp_path):
    geometry = ParticleInShell(3, 1.0, 1.5, 0.4, part="full", grains=Grains(EqualDiameters(0.9)), keep_volume=True)
    report = build(geometry, tmp_path / "ball.msh")
    volumes = [volume for name, volume in report.volumes.items() if name.startswith("particle")]
    assert len(volumes) > 5 and sum(volumes) == pytest.approx(4 / 3 * math.pi, rel=1e-9)
    assert report.quality_min > 0.05


@pytest.mark.parametrize(
    ("dimension", "whole", "grains"),
    [
        (2, math.pi, Grains(LognormalDiameters(0.2, 3.0))),
        (3, 4 / 3 * math.pi, Grains(LognormalDiameters(0.55, 1.8), element_size=0.5)),
    ],
)
def test_grains_that_vanish_in_the_mesh_take_nothing_from_the_ball(dimension, whole, grains, tmp_path):
    """One of ten seeds leaves no region of its own."""
    geometry = ParticleInShell(dimension, 1.0, 1.5, 0.3, part="full", grains=grains, keep_volume=True)
    report = build(geometry, tmp_path / "ball.msh")
    volumes = [volume for name, volume in report.volumes.items() if name.startswith("particle")]
    assert len(volumes) == 9 and sum(volumes) == pytest.approx(whole, rel=1e-9)


def test_the_pressure_in_a_sphere_is_several_times_as_exact(tmp_path):
    """D1 with quadratic displacement: what straight elements lack is the volume of the core."""
    exact = closed_forms.sphere_in_shell(CORE, SHELL, 2.0, SWELLING[0] * (X - REFERENCE_X), OUTSIDE)
    errors = []
    for keep in (False, True):
        source = built(MPI.COMM_SELF, ParticleInShell(3, 1.0, 2.0, 0.25, keep_volume=keep), tmp_path / f"{keep}.msh")
        problem = problem_on(
            source,
            MPI.COMM_SELF,
            materials={
                "particle": host(IsotropicElasticity(*CORE), (SWELLING[0], SWELLING[0])),
                "electrolyte": passive(*SHELL),
            },
            support=Support(planes=(("left", 0), ("front", 1), ("bottom", 2)), pressure="outer"),
            displacement_degree=2,
        )
        force_x(problem, X)
        problem.controls.outer_pressure.value = OUTSIDE
        NewtonSolver(problem).solve()
        errors.append(abs(core_pressure(problem)[0] / exact - 1))
    assert errors[1] < 1e-3 and errors[1] < 0.25 * errors[0]


def test_curved_elements_need_no_such_thing():
    with pytest.raises(ValueError, match="keep_volume"):
        LayeredStack(2, {"cathode": Layer(12.0, CUT)}, 12.0, 0.8, order=2, keep_volume=True)
