"""A law of interfaces that another module adds is read, named, checked and solved as those of the package."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import Field

from fem_asslb.app.driver import build_domain
from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.functions import choose, exp
from fem_asslb.base.units import InterfaceStiffness, Strength
from fem_asslb.case.estimates.estimates import summary
from fem_asslb.case.reading.merging import merge
from fem_asslb.case.reading.reader import build_case
from fem_asslb.case.reading.reference import reference
from fem_asslb.case.sections.interfaces import INTERFACE_LAWS, InterfaceSchema
from fem_asslb.case.sections.interfaces.stiffness import default_stiffness
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.materials import library
from fem_asslb.model.build import build_model
from fem_asslb.model.model import Support
from fem_asslb.output.resolved import resolved_table
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver

STRENGTH = 20.0


@dataclass(frozen=True)
class SaturatingLaw(InterfaceLaw):
    """Springs whose tension approaches a strength: t = T (1 - exp(-k u/T)), and t = k u in compression."""

    springs: ElasticLaw
    strength: float

    def respond(self, now, before, history, time_step, strength):
        linear = self.springs.respond(now, before, history, time_step, strength)
        limit, spring = self.strength * strength, self.springs.normal_stiffness
        left = exp(-spring * choose(now.normal, now.normal, 0.0) / limit)
        tension, energy = limit * (1 - left), limit * (now.normal - limit * (1 - left) / spring)
        saved = 0.5 * spring * now.normal * now.normal
        return replace(
            linear,
            normal_traction=choose(now.normal, tension, linear.normal_traction),
            stored={"elastic": linear.stored["elastic"] + choose(now.normal, energy - saved, 0.0 * now.normal)},
        )

    @property
    def stiffnesses(self):
        return self.springs.stiffnesses


@dataclass(frozen=True, kw_only=True)
class SaturatingInterface(InterfaceSchema):
    """Glue that gives way.

    Attributes:
        strength: Largest tension.
        normal_stiffness: Of compression, and where tension begins [MPa/um]; default as of other laws.
    """

    law: Literal["saturating"] = "saturating"
    strength: Annotated[Strength, Field(gt=0.0)]
    normal_stiffness: Annotated[InterfaceStiffness, Field(gt=0.0)] | None = None

    def build_law(self, modulus, facet_size):
        stiffness = self.normal_stiffness or default_stiffness(modulus, facet_size)
        return SaturatingLaw(ElasticLaw(stiffness, stiffness), self.strength)


@pytest.fixture
def added(monkeypatch):
    """The law in the table, for one test."""
    monkeypatch.setitem(INTERFACE_LAWS, "saturating", SaturatingInterface)


def table(**joint):
    """Two slabs one upon the other."""
    return {
        "case": {"title": "Two slabs"},
        "geometry": {
            "kind": "layered-stack",
            "dimension": 2,
            "width": "4 um",
            "element_size": "2 um",
            "layers": {"lower": {"thickness": "4 um"}, "upper": {"thickness": "4 um"}},
        },
        "materials": {"lower": "lpscl", "upper": "steel"},
        "interfaces": {
            "joint": {"law": "saturating", "between": ["lower", "upper"], "strength": f"{STRENGTH} MPa"} | joint
        },
        "fixture": {"kind": "constant-force"},
        "protocol": {"steps": ["press to 5 MPa in 1 min"]},
    }


@pytest.mark.serial
@pytest.mark.usefixtures("added")
def test_an_added_law_is_read_and_named():
    case = build_case(table())
    assert case.interfaces["joint"] == SaturatingInterface(between=("lower", "upper"), strength=STRENGTH)
    assert resolved_table(case)["interfaces"]["joint"] == table()["interfaces"]["joint"] | {"strength": "20 MPa"}
    assert not [row for row in summary(case) if "facets" in row.name]
    assert '### `[interfaces.NAME]` with `law = "saturating"`' in reference()
    elastic = {"law": "elastic", "between": ["lower", "upper"], "normal_stiffness": "1e5 MPa/um"}
    softer = elastic | {"shear_stiffness": "1e4 MPa/um"}
    changed = merge({"interfaces": {"joint": softer}}, {"interfaces": {"joint": {"law": "saturating"}}})
    assert changed["interfaces"]["joint"] == {**elastic, "law": "saturating"}


@pytest.mark.serial
@pytest.mark.usefixtures("added")
@pytest.mark.parametrize(
    ("joint", "line"),
    [
        ({"strength": "-1 MPa"}, "interfaces.joint.strength: '-1 MPa' is not accepted; expected more than 0"),
        (
            {"friction": 0.2},
            "interfaces.joint.friction: unknown key; accepted: law, between, strength, normal_stiffness",
        ),
        (
            {"law": "glued"},
            "interfaces.joint.law: 'glued' is not accepted; expected "
            "'bonded' or 'elastic' or 'contact' or 'cohesive' or 'coated' or 'saturating'",
        ),
    ],
)
def test_mistakes_in_an_added_law_are_told_as_those_in_others(joint, line):
    with pytest.raises(CaseErrors) as caught:
        build_case(table(**joint))
    assert str(caught.value) == line


@pytest.mark.serial
def test_a_law_that_is_not_in_the_table_is_refused():
    with pytest.raises(CaseErrors, match=r"interfaces.joint.law: 'saturating' is not accepted; expected 'bonded' or"):
        build_case(table())


@pytest.mark.two_ranks
@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("pressure", [-0.5 * STRENGTH, STRENGTH])
def test_an_added_law_is_solved(comm, shared_path, pressure):
    """Pulled at half of the strength the joint opens by T ln 2/k, pressed by p it closes by p/k."""
    stiffness = 2e3
    case = build_case(table(normal_stiffness=f"{stiffness} MPa/um"))
    _, domain = build_domain(comm, case, shared_path / "mesh")
    held = Support((("bottom", 1), ("left", 0), ("right", 0)), pressure="top")
    problem = Problem(domain, replace(build_model(case, domain), support=held))
    problem.controls.outer_pressure.value = pressure
    problem.controls.time_step.value = 60.0
    NewtonSolver(problem).solve()
    points = InterfaceDiagnostics(problem).evaluate()
    expected = STRENGTH * np.log(2.0) / stiffness if pressure < 0.0 else -pressure / stiffness
    assert points.normal_opening == pytest.approx(expected, rel=1e-6)
    assert points.normal_traction == pytest.approx(-pressure, rel=1e-6)


@pytest.mark.two_ranks
@pytest.mark.usefixtures("added")
def test_an_added_law_has_the_default_stiffness_and_may_not_be_softer_than_the_mesh_allows(comm, shared_path):
    """Facets of 2 um overlap by 5 % at 100 MPa with 1e3 MPa/um."""
    _, domain = build_domain(comm, build_case(table()), shared_path / "mesh")
    (joint,) = build_model(build_case(table()), domain).interfaces
    youngs_modulus = library.load("lpscl").elasticity.youngs_modulus
    assert joint.law == SaturatingLaw(ElasticLaw(50.0 * youngs_modulus, 50.0 * youngs_modulus), STRENGTH)
    soft = build_case(table(normal_stiffness="900 MPa/um"))
    words = r"interfaces.joint.normal_stiffness: 900 MPa/um lets facets of 2 um overlap by 111 nm at 100 MPa; expected"
    with pytest.raises(CaseError, match=words):
        build_model(soft, domain)
