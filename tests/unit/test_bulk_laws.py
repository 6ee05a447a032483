"""Laws of the bulk in a case: found by name, refused in one line, added by a module of one's own."""

from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, Literal

import numpy as np
import pytest
from dolfinx import fem

from fem_asslb.app.driver import build_domain
from fem_asslb.base.checked import checked
from fem_asslb.base.energies import require_names
from fem_asslb.base.errors import CaseError, CaseErrors, MaterialError
from fem_asslb.bulk.bulk_law import RELATIVE_DENSITY
from fem_asslb.bulk.viscoelasticity import VISCOUS_STRAIN, MaxwellSolid, MaxwellSolidAtPoints
from fem_asslb.case.estimates.estimates import summary
from fem_asslb.case.reading.merging import merge
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials.bulk_laws import BULK_LAWS, BulkLawTable
from fem_asslb.materials.library import resolve
from fem_asslb.simulation.simulation import Simulation
from tests.support import integral

pytestmark = pytest.mark.two_ranks

CASES = Path(__file__).parents[2] / "cases"
COLUMN, PELLET = CASES / "column", CASES / "pellet"
POWDER = "yield_stress='370 MPa', fabrication_pressure='300 MPa', tension_limit='9 MPa'"
RELAXING = {"relaxing_share": 0.5, "relaxation_time": "10 min"}


@dataclass(frozen=True)
class RememberingLaw:
    """Isotropic elasticity that remembers how much a point has been compressed at most."""

    HISTORY: ClassVar = {"compression": ()}
    STORED: ClassVar = ("elastic",)
    DISSIPATION: ClassVar = ("compaction",)
    AT_POINTS: ClassVar = True
    elastic: MaxwellSolid

    def respond(self, now, before, history, time_step):
        """Elastic response, and the largest compression so far."""
        response = self.elastic.respond(now, before, {VISCOUS_STRAIN: (0.0,) * 6}, 1e-9)
        largest = np.maximum(history["compression"], -now.strain.trace)
        return replace(response, history={"compression": largest}, dissipated={"compaction": 0.0 * largest})


@checked(kw_only=True)
class RememberingTable(BulkLawTable):
    """Keys of `RememberingLaw`."""

    kind: Literal["remembering"] = "remembering"

    def build(self, elasticity):
        """The law."""
        return RememberingLaw(MaxwellSolid(elasticity.bulk_modulus, elasticity.shear_modulus, 0.5, 1.0))


@dataclass(frozen=True)
class TwoStores:
    """A solid that stores its energy under two names, 1 to 3."""

    HISTORY: ClassVar = {VISCOUS_STRAIN: (6,)}
    STORED: ClassVar = ("elastic", "ordering")
    DISSIPATION: ClassVar = ("viscoelastic",)
    solid: MaxwellSolid

    @property
    def AT_POINTS(self):  # noqa: N802
        """As the solid."""
        return self.solid.AT_POINTS

    def respond(self, now, before, history, time_step):
        """As the solid."""
        found = self.solid.respond(now, before, history, time_step)
        energy = found.stored["elastic"]
        return replace(found, stored={"elastic": 0.25 * energy, "ordering": 0.75 * energy})


@checked(kw_only=True)
class TwoStoresTable(BulkLawTable):
    """Keys of `TwoStores`."""

    kind: Literal["two-stores"] = "two-stores"
    at_points: bool = False

    def build(self, elasticity):
        """The law."""
        solid = MaxwellSolidAtPoints if self.at_points else MaxwellSolid
        return TwoStores(solid(elasticity.bulk_modulus, elasticity.shear_modulus, 0.5, 600.0))


@dataclass(frozen=True)
class PressedLaw(RememberingLaw):
    """The same, which says what it has been pressed to."""

    LOCKS: ClassVar = True

    def reported(self, history):
        """A density of 0.7 to begin with."""
        return {RELATIVE_DENSITY: 0.7 * np.exp(history["compression"])}


@checked(kw_only=True)
class PressedTable(BulkLawTable):
    """Keys of `PressedLaw`."""

    kind: Literal["pressed"] = "pressed"

    def build(self, elasticity):
        """The law."""
        return PressedLaw(RememberingTable().build(elasticity).elastic)


@checked(kw_only=True)
class NamedLikeAnother(BulkLawTable):
    """A law of the bulk with the name of a law of interfaces."""

    kind: Literal["cohesive"] = "cohesive"


@pytest.mark.serial
def test_laws_are_found_by_their_names():
    tables = [{"kind": kind, **RELAXING} for kind in ("maxwell", "maxwell-at-points")]
    laws = [resolve({"use": "lpscl", "law": table}, "materials.a").law for table in tables]
    assert [type(law) for law in laws] == [MaxwellSolid, MaxwellSolidAtPoints]
    assert laws[0].relaxation_time == 600.0
    elasticity = resolve("lpscl", "materials.a").elasticity
    assert (laws[0].bulk_modulus, laws[0].shear_modulus) == (elasticity.bulk_modulus, elasticity.shear_modulus)
    assert resolve({"use": "lpscl", "law": {"kind": "elastic"}}, "materials.a").law is None


@pytest.mark.serial
@pytest.mark.parametrize(
    ("use", "law", "key", "words"),
    [
        ("lpscl", {"kind": "maxwel"}, "materials.a.law.kind", "expected 'elastic' or 'maxwell' or 'maxwell-at-points'"),
        ("lpscl", {"relaxing_share": 0.5}, "materials.a.law.kind", "this key is missing"),
        ("lpscl", {"kind": "maxwell", "relaxing_share": 0.5}, "materials.a.law.relaxation_time", "this key is missing"),
        ("lpscl", {"kind": "maxwell", **RELAXING, "share": 1}, "materials.a.law.share", "unknown key"),
        ("lpscl", {"kind": "maxwell", **RELAXING, "relaxing_share": 2.0}, "materials.a.law.relaxing_share", "most 1"),
        ("lpscl", "maxwell", "materials.a.law", "expected a table"),
        ("ncm85", {"kind": "maxwell", **RELAXING}, "materials.a.law", "needs youngs_modulus and poisson_ratio"),
    ],
)
def test_faults_name_their_key_and_what_is_accepted(use, law, key, words):
    with pytest.raises(CaseError) as caught:
        resolve({"use": use, "law": law}, "materials.a")
    assert caught.value.key == key
    assert words in str(caught.value) and "\n" not in str(caught.value)


def column(comm, folder, law):
    """The column with a law in the separator, pressed and at rest under a fixed platen."""
    sets = [
        f"materials.separator={{use='lpscl', law={law}}}",
        "fixture={kind='rigid'}",
        "protocol.steps=['press to 80 MPa in 1 min', 'rest 20 min']",
    ]
    case = read_case(COLUMN, sets)
    _, domain = build_domain(comm, case, folder)
    return Simulation(case, domain)


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("kind", ["'maxwell'", "'maxwell-at-points'", f"'compaction', {POWDER}"])
def test_a_relaxing_layer_lets_the_pressure_fall(comm, shared_path, kind):
    simulation = column(comm, shared_path, f"{{kind={kind}, relaxing_share=0.5, relaxation_time='10 min'}}")
    records = []
    while not simulation.loading.has_ended:
        records.append(simulation.advance())
    pressed = next(record for record in records if record.stage_ends).scalars
    rested = records[-1].scalars
    assert rested["stack pressure [MPa]"] < 0.99 * pressed["stack pressure [MPa]"]
    assert rested["viscoelastic energy [pJ]"] == rested["separator viscoelastic energy [pJ]"] > 0.0
    assert abs(rested["energy balance error [-]"]) < 1e-3
    assert abs(rested["plate force error [-]"]) < 1e-9


def test_a_law_of_ones_own_is_found_by_its_name(comm, shared_path, monkeypatch):
    monkeypatch.setitem(BULK_LAWS, "remembering", RememberingTable)
    simulation = column(comm, shared_path, "{kind='remembering'}")
    scalars = simulation.advance().scalars
    assert scalars["compaction energy [pJ]"] == 0.0
    memory = simulation.problem.formulation.bulk.phases["separator"].memory
    assert np.all(memory.points.values(memory.history.function) > 0.0)


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("at_points", ["false", "true"])
def test_energies_that_are_stored_have_the_names_of_the_law(comm, shared_path, monkeypatch, at_points):
    """All stand in the history, and the balance counts all, as if they had one name."""
    monkeypatch.setitem(BULK_LAWS, "two-stores", TwoStoresTable)
    found = {}
    for law in (
        "kind='maxwell', relaxing_share=0.5, relaxation_time='10 min'",
        f"kind='two-stores', at_points={at_points}",
    ):
        simulation = column(comm, shared_path, f"{{{law}}}")
        while not simulation.loading.has_ended:
            found[law] = simulation.advance().scalars
    one, two = found.values()
    ordering, error = two["ordering energy [pJ]"], "energy balance error [-]"
    assert ordering > 0.1 * one["elastic energy [pJ]"]
    assert two["elastic energy [pJ]"] + ordering == pytest.approx(one["elastic energy [pJ]"], rel=1e-9)
    assert two[error] == pytest.approx(one[error], abs=1e-9)


@pytest.mark.serial
def test_what_a_law_of_ones_own_says_of_itself_is_heard_by_the_checks(monkeypatch):
    """Density after a press, and that linear elements lock."""
    monkeypatch.setitem(BULK_LAWS, "pressed", PressedTable)
    of_its_own = ["materials.separator.law={kind='pressed'}", "protocol.steps=['press to 500 MPa in 2 min']"]
    rows = {row.name: row.value for row in summary(read_case(PELLET, of_its_own))}
    shorter = 1.0 - rows["thickness of separator then"] / 100.0
    assert rows["relative density of separator after the presses"] == pytest.approx(0.7 * np.exp(shorter), rel=1e-9)
    with pytest.raises(CaseErrors, match="1 locks where materials.separator flows"):
        read_case(PELLET, [*of_its_own, "solver.displacement_degree=1"])


@pytest.mark.serial
def test_a_law_of_an_ingredient_is_refused():
    """Mixing would drop it without a word."""
    ingredient = {"material": {"use": "lpscl", "law": {"kind": "maxwell", **RELAXING}}, "weight_fraction": 1.0}
    with pytest.raises(CaseError, match="state the law on the composite") as caught:
        resolve({"ingredients": [ingredient]}, "materials.a")
    assert caught.value.key == "materials.a.ingredients[0].law"


@pytest.mark.serial
def test_a_variant_changes_the_law_with_its_keys(monkeypatch):
    """The keys that the new law does not know go, whatever else has a kind of that name."""
    monkeypatch.setitem(BULK_LAWS, "cohesive", NamedLikeAnother)
    base = {"materials": {"a": {"use": "lpscl", "law": {"kind": "maxwell", **RELAXING}}}}
    for kind in ("elastic", "cohesive"):
        merged = merge(base, {"materials": {"a": {"law": {"kind": kind}}}})
        assert merged["materials"]["a"] == {"use": "lpscl", "law": {"kind": kind}}
    merged = merge(base, {"materials": {"a": {"law": {"kind": "maxwell-at-points", "relaxing_share": 0.1}}}})
    assert merged["materials"]["a"]["law"] == {**RELAXING, "kind": "maxwell-at-points", "relaxing_share": 0.1}


def test_after_a_step_there_is_the_accepted_stress(comm, shared_path):
    """What the history says of the step; forms would answer one more step."""
    for kind in ("maxwell", "maxwell-at-points"):
        simulation = column(comm, shared_path, f"{{kind='{kind}', relaxing_share=0.5, relaxation_time='10 min'}}")
        while not simulation.loading.has_ended:
            scalars = simulation.advance().scalars
        problem = simulation.problem
        bulk, dx = problem.formulation.bulk, problem.formulation.bulk.stress_measure("separator")
        stress, one = bulk.accepted_stress(problem.state, "separator"), fem.Constant(problem.domain.mesh, 1.0)
        mean = integral(problem, stress[1, 1], dx) / integral(problem, one, dx)
        assert mean == pytest.approx(-scalars["stack pressure [MPa]"], rel=1e-8)
        late = integral(problem, bulk.stress(problem.state, "separator")[0, 0], dx)
        assert late != pytest.approx(integral(problem, stress[0, 0], dx), rel=1e-6)


@pytest.mark.serial
def test_names_of_energies_are_free():
    """Stored and dissipated ones differ, over all laws, and none is one of the program's own."""
    one = SimpleNamespace(STORED=("elastic",), DISSIPATION=("heat",))
    other = SimpleNamespace(STORED=("heat",), DISSIPATION=())
    require_names([one, one])
    for names in ("elastic", "stress", "bonding", "lattice", "reaction", "diffusion", "passage"):
        with pytest.raises(MaterialError, match=f"dissipates '{names}'; accepted"):
            require_names([SimpleNamespace(STORED=(), DISSIPATION=(names,))])
        if names != "elastic":
            with pytest.raises(MaterialError, match=f"stores '{names}'; accepted"):
                require_names([SimpleNamespace(STORED=(names,), DISSIPATION=())])
    with pytest.raises(MaterialError, match="dissipates 'heat'"):
        require_names([one, other])


@pytest.mark.serial
@pytest.mark.parametrize("at_points", ["false", "true"])
def test_an_energy_that_is_not_declared_is_refused(comm, shared_path, monkeypatch, at_points):
    """It would be in no balance."""
    monkeypatch.setitem(BULK_LAWS, "two-stores", TwoStoresTable)
    monkeypatch.setattr(TwoStores, "STORED", ("elastic",))
    with pytest.raises(MaterialError, match="energies elastic, ordering; accepted: those of STORED, elastic"):
        column(comm, shared_path, f"{{kind='two-stores', at_points={at_points}}}").advance()
