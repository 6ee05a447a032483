"""Guard of the whole chain: whatever the mesh, a block of one material under 5 MPa is uniform."""

import gmsh
import numpy as np
import pytest
import ufl

import meshes
from fem_asslb.app.driver import build_domain
from fem_asslb.base.parallel import on_root
from fem_asslb.case.reading.reader import build_case
from fem_asslb.simulation.simulation import Simulation
from meshes.session import gmsh_session
from tests.support import rms
from tests.verification.test_vertex_contact import confined, force_error

pytestmark = pytest.mark.two_ranks

PRESSURE = 5.0
MATERIAL = {"use": "lpscl", "axis": {"direction": [0, 0, 1]}}
GRAINS = {"diameter": {"kind": "equal", "value": "1.2 um"}, "element_size": "0.6 um"}
EQUAL = {"kind": "equal", "value": "3 um"}
PLACES = {"kind": "placed", "path": "section.csv", "minimum_gap": "0.1 um", "walls": "cut"}
PLACED = "x [um],y [um],radius [um]\n0.2,3,1.4\n4.5,2.2,1.5\n7.9,6,1.2\n"


def layered(dimension, particles, **geometry):
    """Cathode with particles on a separator."""
    size = {"width": "8 um"} if dimension == 2 else {"width": "5 um", "depth": "5 um"}
    cathode = {"thickness": "8 um" if dimension == 2 else "5 um", "particles": particles}
    layers = {"separator": {"thickness": "3 um"}, "cathode": cathode}
    return {
        "kind": "layered-stack",
        "dimension": dimension,
        "element_size": "1.2 um",
        **size,
        "layers": layers,
        **geometry,
    }


def packed(fraction=0.3, **more):
    return {"volume_fraction": fraction, "minimum_gap": "0.2 um", "diameter": EQUAL, **more}


def shell(dimension, **more):
    radii = {"core_radius": "2 um", "shell_radius": "3 um", "element_size": "0.8 um"}
    return {"kind": "particle-in-shell", "dimension": dimension, **radii, **more}


STACKS = {
    "discs": layered(2, packed()),
    "cut discs": layered(2, packed(walls="cut")),
    "curved discs": layered(2, packed(), order=2),
    "periodic discs": layered(2, packed(walls="cut"), order=2, side_walls="periodic"),
    "polycrystals": layered(2, packed(grains=GRAINS)),
    "two kinds": layered(2, packed(roles={"coated": 0.5, "bare": 0.5})),
    "placed discs": layered(2, PLACES),
    "spheres": layered(3, packed(0.15)),
    "periodic spheres": layered(3, packed(0.25, walls="cut"), order=2, side_walls="periodic"),
    "curved spheres": layered(3, packed(0.15, walls="inside"), order=2),
    "polycrystalline spheres": layered(3, packed(0.15, walls="inside", grains=GRAINS)),
}
SHELLS = {
    "quadrant": shell(2, part="symmetric"),
    "disc": shell(2, part="full", grains=GRAINS),
    "curved disc": shell(2, part="full", order=2),
    "octant": shell(3, part="symmetric", order=2),
    "sphere": shell(3, part="full"),
}


def variants(geometries):
    """Degree and preset of each geometry: curved elements take no linear displacement.

    Each geometry, and each preset in 2D and 3D, is tried on two ranks too.
    """
    for name, geometry in geometries.items():
        if geometry.get("order", 1) == 1:
            yield pytest.param(name, 1, "direct", marks=pytest.mark.serial)
        yield name, 2, "direct"
    solid = [name for name in geometries if geometries[name]["dimension"] == 3]
    yield from (pytest.param(name, 2, "iterative", marks=pytest.mark.serial) for name in solid[1:])
    yield solid[0], 2, "iterative"


def roles(geometry):
    if geometry["kind"] == "particle-in-shell":
        return ("particle", "electrolyte")
    particles = geometry["layers"]["cathode"]["particles"]
    return (*geometry["layers"], *particles.get("roles", ("particle",)))


def block(geometry, degree=2, preset="direct", **sections):
    """Case of a block of electrolyte under the pressure; ``sections`` are more of it."""
    return build_case(
        {
            "case": {"title": "block"},
            "geometry": geometry,
            "materials": dict.fromkeys(sections.pop("roles", None) or roles(geometry), MATERIAL),
            "fixture": {"kind": "constant-force"},
            "protocol": {"steps": [f"press to {PRESSURE} MPa in 1 min"]},
            "solver": {"preset": preset, "displacement_degree": degree},
            **sections,
        }
    )


def pressed(comm, folder, *arguments, **sections):
    """The block at the end of its protocol; see `block`."""
    case = block(*arguments, **sections)
    simulation = Simulation(case, build_domain(comm, case, folder)[1])
    assert simulation.run() == "end of protocol"
    return simulation


def deviation(simulation, stress):
    """Rms of the distance of the stress to a uniform one [MPa]."""
    problem = simulation.problem
    (phase,) = problem.formulation.bulk.phases
    difference = problem.formulation.bulk.stress(problem.state, phase) - ufl.as_tensor(np.asarray(stress).tolist())
    return rms(problem, difference, problem.formulation.measures.dx(phase, 4))


def require_confined(simulation, dimension):
    assert deviation(simulation, confined(dimension)) < 1e-8 * PRESSURE
    assert force_error(simulation.problem) < 1e-9


@pytest.mark.parametrize(("name", "degree", "preset"), variants(STACKS))
def test_stacks(comm, shared_path, name, degree, preset):
    geometry = STACKS[name]
    if name == "placed discs":
        on_root(comm, lambda: (shared_path / "section.csv").write_text(PLACED))
        geometry = layered(2, PLACES | {"path": str(shared_path / "section.csv")})
    require_confined(pressed(comm, shared_path, geometry, degree, preset), geometry["dimension"])


@pytest.mark.parametrize(("name", "degree", "preset"), variants(SHELLS))
def test_shells(comm, shared_path, name, degree, preset):
    geometry = SHELLS[name]
    fixture = {"kind": "pressure"}
    if geometry["dimension"] == 2:
        fixture["out_of_plane"] = "generalised-plane-strain"
    simulation = pressed(comm, shared_path, geometry, degree, preset, fixture=fixture)
    across = 0.0 if geometry["dimension"] == 2 else PRESSURE
    assert deviation(simulation, -np.diag([PRESSURE, PRESSURE, across])) < 1e-8 * PRESSURE


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        pytest.param("polycrystals", ".unv", marks=pytest.mark.serial),
        ("curved discs", ".msh"),
        ("polycrystalline spheres", ".unv"),
    ],
)
def test_files(comm, shared_path, name, ending):
    geometry = STACKS[name]
    path = shared_path / f"elsewhere{ending}"

    def write():
        meshes.build(block(geometry).geometry, shared_path / "built.msh")
        with gmsh_session("elsewhere"):
            gmsh.merge(str(shared_path / "built.msh"))
            gmsh.write(str(path))

    on_root(comm, write)
    simulation = pressed(comm, shared_path, {"kind": "mesh-file", "path": str(path)}, roles=roles(geometry))
    require_confined(simulation, geometry["dimension"])


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize(("name", "degree"), [("polycrystals", 1), ("polycrystalline spheres", 1)])
@pytest.mark.parametrize("law", ["elastic", "cohesive"])
def test_grains_that_may_part(comm, shared_path, name, degree, law):
    """The deviation falls as 1/k."""
    pairs = {"boundary": ["particle", "particle"], "surface": ["particle", "cathode"]}
    strength = {"normal_strength": "500 MPa", "normal_toughness": "50 J/m^2"} if law == "cohesive" else {}
    errors = []
    for stiffness in (1e7, 1e8):
        own = {"law": law, "normal_stiffness": f"{stiffness} MPa/um", **strength}
        interfaces = {key: {"between": pair, **own} for key, pair in pairs.items()}
        simulation = pressed(comm, shared_path, STACKS[name], degree, interfaces=interfaces)
        dimension = STACKS[name]["dimension"]
        assert force_error(simulation.problem) < 1e-9
        errors.append(stiffness * deviation(simulation, confined(dimension)))
    assert errors[0] < 20 * PRESSURE * 24e3
    assert errors[0] == pytest.approx(errors[1], rel=0.2)
