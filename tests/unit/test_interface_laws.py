"""Laws of a case on its mesh: stiffnesses from the neighbours, and what is refused there."""

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.base.constants import FARADAY
from fem_asslb.base.errors import CaseError, MaterialError, MeshError
from fem_asslb.case.reading.reader import build_case, read_table
from fem_asslb.case.sections.interfaces.contact import ContactInterface
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.case.sections.interfaces.stiffness import STIFFNESS_FACTOR
from fem_asslb.interfaces.cohesion import Cohesion, least_stiffness
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.gate import ConductionKnee, Gate
from fem_asslb.interfaces.softening import Bilinear, Exponential
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.interfaces.toughness import BenzeggaghKenane, PowerLaw
from fem_asslb.materials import library
from fem_asslb.mesh.interface_mesh import mean_facet_sizes
from fem_asslb.mesh.place import Place
from fem_asslb.model.interface_laws import build_interfaces
from fem_asslb.model.model import Interface, Support
from tests.grids import box
from tests.support import passive, problem_on
from tests.unit.test_interface_output import CELL

pytestmark = pytest.mark.two_ranks


def interfaces_of(comm, folder, *overrides, text=CELL):
    if comm.rank == 0:
        (folder / "case.toml").write_text(text)
    comm.Barrier()
    case = build_case(read_table(folder, list(overrides)))
    _, domain = build_domain(comm, case, folder / "mesh")
    return domain, build_interfaces(case, case.interfaces, case.resolved_materials(), domain)


def test_defaults_follow_from_the_neighbours(comm, shared_path):
    """The host is the plus side, and the stiffness is that of the softer side."""
    domain, (boundary, surface) = interfaces_of(comm, shared_path)
    assert (boundary.name, surface.name) == ("boundary", "surface")
    assert boundary.roles == ("particle", "particle") and surface.roles == ("particle", "cathode")
    size = mean_facet_sizes(domain, [surface.place])[0]
    electrolyte = 24e3
    assert surface.law.normal_stiffness == pytest.approx(STIFFNESS_FACTOR * electrolyte / size, rel=0.1)
    assert surface.conductance is None
    host = library.load("ncm85").host
    slowest = min(host.diffusivity.in_plane, host.diffusivity.along_axis)
    expected = FARADAY * host.c_max * slowest / -host.potential.slope(0.5) / 0.01
    assert boundary.conductance == pytest.approx(expected, rel=1e-9)
    assert surface.law.shear_stiffness == surface.law.normal_stiffness
    assert surface.law.friction_stiffness == pytest.approx(electrolyte / size, rel=0.1)


@pytest.mark.serial
def test_soft_boundaries_between_grains_are_refused(comm, shared_path):
    words = r"interfaces.boundary.normal_stiffness: 2e\+06 MPa/um softens grains of 1.* um"
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, "interfaces.boundary.normal_stiffness=2e6 MPa/um")


@pytest.mark.serial
def test_a_default_that_is_too_soft_is_told_as_one():
    given, stated = ("1 MPa/um", "is soft", "at least 2 MPa/um"), "100 MPa/um"
    words = [
        ContactInterface(between=("particle", "particle"), **values).too_soft(*given)[1]
        for values in ({}, {"normal_stiffness": stated})
    ]
    assert words[0].startswith("by default 1 MPa/um, which is soft") and "state it" in words[0]
    assert words[1] == "1 MPa/um is soft; expected at least 2 MPa/um"


def test_single_crystals_do_not_count_as_grains(comm, shared_path):
    """Half of the particles, 4 um large, have none: the diameter of the grains that is said is still theirs."""
    share = "geometry.layers.cathode.particles.grains.share=0.5"
    with pytest.raises(CaseError, match=r"softens grains of 1\.[67]\d* um"):
        interfaces_of(comm, shared_path, share, "interfaces.boundary.normal_stiffness=1e6 MPa/um")


def test_overlap_is_bounded(comm, shared_path):
    """Facets of the surface are 0.6 um long: 5 % of them at 100 MPa are 3.3e3 MPa/um."""
    words = (
        r"interfaces.surface.normal_stiffness: 2500 MPa/um lets facets of 0\.\d* um overlap by 40 nm at 100 MPa; exp"
    )
    soft = ("interfaces.surface.normal_strength=10 MPa", "interfaces.surface.normal_stiffness=2500 MPa/um")
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, *soft)
    interfaces_of(comm, shared_path, soft[0], "interfaces.surface.normal_stiffness=5000 MPa/um")


def test_an_elastic_interface_has_a_stiffness_from_its_neighbours_and_a_bounded_overlap(comm, shared_path, caplog):
    text = CELL[: CELL.index("[interfaces.boundary]")] + CELL[CELL.index("[fixture]") :]
    elastic = '{law="elastic", between=["cathode", "particle"]%s}'
    with caplog.at_level("INFO"):
        domain, (surface,) = interfaces_of(comm, shared_path, f"interfaces.surface={elastic % ''}", text=text)
    stiffness = surface.law.normal_stiffness
    size = mean_facet_sizes(domain, [surface.place])[0]
    assert stiffness == pytest.approx(STIFFNESS_FACTOR * library.load("lpscl").elasticity.youngs_modulus / size)
    assert surface.law.shear_stiffness == stiffness
    assert f"overlap {1e5 / stiffness:.2g} nm at 100 MPa" in caplog.text
    given = elastic % ', normal_stiffness="1e5 MPa/um", shear_stiffness="3e4 MPa/um"'
    _, (surface,) = interfaces_of(comm, shared_path, f"interfaces.surface={given}", text=text)
    assert surface.law == ElasticLaw(1e5, 3e4)
    soft = elastic % ', normal_stiffness="2500 MPa/um"'
    with pytest.raises(
        CaseError, match=r"surface.normal_stiffness: 2500 MPa/um lets facets of 0\.\d* um overlap by 40 n"
    ):
        interfaces_of(comm, shared_path, f"interfaces.surface={soft}", text=text)


@pytest.mark.serial
@pytest.mark.parametrize(("name", "strength"), [("surface", "10 MPa"), ("boundary", "500 MPa")])
def test_a_softening_that_sets_the_stiffness_is_not_told_to_change_it(comm, shared_path, name, strength):
    keys = (f"interfaces.{name}.softening=smooth-exponential", f"interfaces.{name}.normal_strength={strength}")
    text = CELL.replace("scatter = { modulus = 7.0 }\n", "")
    words = rf"interfaces.{name}.softening: 'smooth-exponential' has a normal stiffness of .* take 'exponential'"
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, *keys, text=text)


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize(("strength", "level"), [(50.0, "INFO"), (200.0, "WARNING")])
def test_too_few_facets_in_the_cohesive_zone_are_a_warning(comm, shared_path, caplog, strength, level):
    """E G/T^2 of 24 GPa and 1 J/m^2 is 16 facets of 0.6 um at 50 MPa, and one at 200 MPa."""
    with caplog.at_level("INFO"):
        domain, _ = interfaces_of(comm, shared_path, f"interfaces.surface.normal_strength={strength} MPa")
    zone = library.load("lpscl").elasticity.youngs_modulus / strength**2
    facets = zone / mean_facet_sizes(domain, [Place("particle", "cathode")])[0]
    text = f"interfaces.surface: {facets:.2g} facets per cohesive zone"
    assert [record.levelname for record in caplog.records if text in record.getMessage()] == [level]


@pytest.mark.serial
def test_unbonded_is_no_adhesion(comm, shared_path):
    _, (_, surface) = interfaces_of(comm, shared_path, "interfaces.surface.initial_state=unbonded")
    assert surface.start.bonded_share == 0.0
    _, (_, surface) = interfaces_of(comm, shared_path)
    assert surface.start.bonded_share == 1.0


@pytest.mark.serial
def test_soft_shear_of_boundaries_between_grains_is_refused(comm, shared_path):
    """The shear stiffness follows from the toughnesses, here a fiftieth."""
    words = (
        "boundary.normal_stiffness: .* softens grains of .*, as that of shear is 0.02 times as much; expected at least"
    )
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, "interfaces.boundary.shear_toughness=1000 J/m^2")


@pytest.mark.serial
def test_stiffness_of_friction(comm, shared_path):
    _, (_, surface) = interfaces_of(comm, shared_path, "interfaces.surface.friction_stiffness=5e4 MPa/um")
    assert surface.law.friction_stiffness == pytest.approx(5e4)
    words = r"interfaces.surface: friction_stiffness = 1e\+09 MPa/um; accepted: up to the shear stiffness"
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, "interfaces.surface.friction_stiffness=1e9 MPa/um")


def test_an_interface_without_facets_is_an_error(comm, shared_path):
    """Particles hardly larger than a grain are one grain each, which only the mesh knows."""
    large = "geometry.layers.cathode.particles.grains.diameter.value=3.9 um"
    with pytest.raises(MeshError, match="interfaces.boundary: no facet of the mesh lies between 'particle' and 'part"):
        interfaces_of(comm, shared_path, large)


@pytest.mark.serial
def test_bonded_facets_and_strengths_are_drawn_apart(comm, shared_path):
    seeds = ("interfaces.boundary.seed=3", "interfaces.boundary.scatter.seed=5")
    _, (boundary, _) = interfaces_of(comm, shared_path, *seeds)
    assert (boundary.start.seed, boundary.start.scatter_seed) == (3, 5)


GAPS = """x [um],y [um],gap [um]
0,0,0.002
0,8,0
8,0,0.5
8,8,0.004
"""


def nearest_gap(x):
    """The same by hand: each corner of the cathode of 8 um has its quarter."""
    return np.where(x[0] < 4.0, np.where(x[1] < 4.0, 0.002, 0.0), np.where(x[1] < 4.0, 0.5, 0.004))


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("law", ["contact", "cohesive"])
def test_gaps_from_a_table_are_those_of_the_nearest_row(comm, shared_path, law):
    if comm.rank == 0:
        (shared_path / "gaps.csv").write_text(GAPS)
    text = CELL.replace('normal_strength = "50 MPa"\nnormal_toughness = "1 J/m^2"\nviscous_time = "2 min"\n', "")
    text = (
        CELL
        if law == "cohesive"
        else text.replace('"particle"]\nlaw = "cohesive"\n[fix', '"particle"]\nlaw = "contact"\n[fix')
    )
    text = text.replace("[fixture]", '[interfaces.surface.gap_table]\npath = "gaps.csv"\n[fixture]')
    _, (_, surface) = interfaces_of(comm, shared_path, text=text)
    points = np.random.default_rng(1).uniform(0.0, 8.0, (3, 50))
    assert np.array_equal(surface.start.gap(points), nearest_gap(points))
    case = build_case(read_table(shared_path))
    assert case.interfaces["surface"].gap_table.path == (shared_path / "gaps.csv").resolve()


@pytest.mark.serial
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "x [um],y [um],gap [um]\n0,0,-0.1\n",
            "line 2: 0, 0, -0.1 is not accepted; expected 3 finite numbers, the gap from 0",
        ),
        ("x [um],y [um],gap [nm]\n0,0,1\n", r"has x \[um\], y \[um\], gap \[nm\]; expected a table with the columns"),
    ],
)
def test_a_table_of_gaps_that_is_none_is_refused(tmp_path, text, words):
    (tmp_path / "gaps.csv").write_text(text)
    with pytest.raises(ValueError, match=words):
        GapTable(path=tmp_path / "gaps.csv").read(2)


@pytest.mark.serial
def test_every_key_reaches_its_law(comm, shared_path):
    """None of them at its default."""
    keys = (
        'softening="exponential"',
        "normal_strength=40 MPa",
        "shear_strength=60 MPa",
        "normal_toughness=3 J/m^2",
        "shear_toughness=7 J/m^2",
        "mixed_mode={benzeggagh-kenane=2.5}",
        "viscous_time=5 s",
        "healing_time=70 s",
        "bonded_fraction=0.4",
        "seed=9",
        'scatter={modulus=4.0, per="boundary", seed=11}',
        "normal_stiffness=5e6 MPa/um",
        "friction=0.25",
        "friction_stiffness=6e4 MPa/um",
        'closed_conduction={lowest=0.1, knee="40 MPa", width="6 MPa"}',
        "opening_width=7 nm",
        'after_opening="lost"',
    )
    overrides = [f"interfaces.surface.{key}" for key in keys]
    _, (_, surface) = interfaces_of(comm, shared_path, *overrides)
    cohesion = Cohesion(40.0, 60.0, 3.0, 7.0, 5e6, Exponential(), BenzeggaghKenane(2.5), 5.0, 70.0)
    gate = Gate(ConductionKnee(0.1, 40.0, 6.0), 0.007, keeps_lost=True)
    share = 6e4 / cohesion.shear_stiffness
    assert surface.law == ContactLaw.cohesive(cohesion, 0.25, gate, share)
    assert surface.start == InterfaceStart(0.4, 0.0, 4.0, True, 9, 11)


@pytest.mark.serial
def test_the_power_law_and_the_scatter_by_facet(comm, shared_path):
    keys = ("interfaces.surface.mixed_mode={power=1.5}", 'interfaces.surface.scatter={modulus=4.0, per="facet"}')
    _, (_, surface) = interfaces_of(comm, shared_path, *keys)
    assert surface.law.cohesion.mixed_mode == PowerLaw(1.5)
    assert not surface.start.scatter_by_boundary and surface.law.cohesion.softening == Bilinear()


@pytest.mark.serial
def test_contact_without_adhesion(comm, shared_path):
    text = CELL.replace('law = "cohesive"\nnormal_strength = "50 MPa"\nnormal_toughness = "1 J/m^2"', 'law = "contact"')
    text = text.replace('viscous_time = "2 min"\n[fixture]', "[fixture]")
    keys = ("friction=0.4", "normal_stiffness=3e6 MPa/um", "initial_gap=2 nm", "opening_width=4 nm")
    overrides = [f"interfaces.surface.{key}" for key in keys]
    _, (_, surface) = interfaces_of(comm, shared_path, *overrides, text=text)
    assert (surface.law.cohesion, surface.law.friction, surface.start.gap) == (None, 0.4, 0.002)
    assert surface.law.normal_stiffness == surface.law.shear_stiffness == 3e6
    assert surface.law.gate == Gate(opening_width=0.004)


@pytest.mark.serial
def test_conductance_of_grain_boundaries(comm, shared_path):
    _, (boundary, _) = interfaces_of(comm, shared_path, "interfaces.boundary.conductance=12 A/m^2/V")
    assert boundary.conductance == pytest.approx(12.0)


def test_a_stiffness_too_soft_for_the_largest_drawn_strength_is_refused(comm):
    """At the softest stiffness that the strength allows any facet above the scale is too strong."""

    def build(factor):
        cohesion = Cohesion(50.0, 50.0, 1.0, 1.0, factor * least_stiffness(50.0, 1.0))
        scattered = Interface(
            "particle", "electrolyte", ContactLaw.cohesive(cohesion), InterfaceStart(weibull_modulus=3.0)
        )
        problem_on(
            box((2.0, 4.0), (2, 24), lambda x: np.where(x[:, 0] < 1.0, "particle/0001", "electrolyte")),
            comm,
            materials={"particle": passive(), "electrolyte": passive()},
            support=Support((("bottom", 1), ("left", 0))),
            interfaces=(scattered,),
        )

    build(10.0)
    with pytest.raises(MaterialError, match=r"particle\|electrolyte: normal_stiffness = 12500 MPa/um is too soft"):
        build(1.0)
