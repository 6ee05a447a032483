"""Which fields and numbers a model has: the one place that knows them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.errors import CaseError, FemAsslbError
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.currents import Currents
from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.kinematics import Kinematics, SmallStrain
from fem_asslb.equations.logarithmic_strain import LogarithmicStrain
from fem_asslb.equations.quantities import Quantities, Quantity
from fem_asslb.equations.supports import platen_shape
from fem_asslb.fields import displacement, electrode, lithium, out_of_plane, platen, scalars
from fem_asslb.fields.field import BLOCKS, FACTORED, Field
from fem_asslb.fields.scalars import Scalar
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.state import SCALARS, State

KINEMATICS: Mapping[str, type[Kinematics]] = MappingProxyType({"small": SmallStrain, "logarithmic": LogarithmicStrain})
"""What strain is, by its name in a model."""


@dataclass(frozen=True, kw_only=True)
class Composition:
    """A model on its mesh.

    Attributes:
        fields: In the order of the monolithic system.
        scalars: The single numbers among them.
        formulation: Strains, stresses and energies.
        currents: Of lithium through surfaces.
        prescribed: Displacement on ``model.support.prescribed`` [um].
        unchanging: Functions whose values nobody changes.
    """

    fields: tuple[Field, ...]
    scalars: tuple[Scalar, ...]
    formulation: Formulation
    currents: Currents
    prescribed: fem.Function
    unchanging: frozenset[fem.Function]


def compose(domain: Domain, model: Model, controls: Controls) -> Composition:
    """Fields and numbers of a model.

    Raises:
        FemAsslbError: Boundaries react, and several hosts could be at them.
        CaseError: A field of a module has a name that is taken.
    """
    prescribed = fem.Function(displacement.create_space(domain, model), name="prescribed")
    if model.charge_transfer is not None and model.charge_transfer.boundaries and len(model.hosts) > 1:
        hosts = ", ".join(model.hosts)
        raise FemAsslbError(f"charge_transfer.boundaries: react in a model with one host; this one has {hosts}")
    shape = platen_shape(domain, prescribed.function_space) if model.support.platen else None
    quantities = _quantities(model, shape)
    formulation = Formulation(domain, model, controls, quantities, KINEMATICS[model.strain]())
    currents = Currents(formulation, controls.forced)
    fields = [displacement.declare(formulation, prescribed)]
    numbers: list[Scalar] = []
    if model.hosts:
        fields.append(lithium.declare(currents, lithium.create_space(domain, model)))
    for name, kind in model.fields.items():
        if name in (SCALARS, *(field.name for field in fields)):
            raise CaseError(f"fields.{name}", "a field of the program has this name; accepted: any other")
        fields.append(kind.declare(name, currents))
    if model.support.platen:
        numbers += platen.declare(formulation)
    if model.support.generalised_plane_strain:
        numbers.append(out_of_plane.declare())
    if _reacts(model):
        numbers.append(electrode.declare(currents, _equilibrium(model, model.positive_hosts)))
        if model.negative is not None:
            numbers.append(electrode.declare_negative(currents, _equilibrium(model, model.negative_hosts)))
    if numbers:
        fields.append(scalars.declare(domain, numbers, FACTORED))
    fields.sort(key=lambda field: BLOCKS.index(field.block))
    return Composition(
        fields=tuple(fields),
        scalars=tuple(numbers),
        formulation=formulation,
        currents=currents,
        prescribed=prescribed,
        unchanging=frozenset([*formulation.bulk.coefficients.functions(), *([] if shape is None else [shape])]),
    )


def _quantities(model: Model, shape: fem.Function | None) -> Quantities:
    def scalar(name: str, exists: bool) -> Quantity | None:
        """One of the numbers of the cell; None where the model has it not."""
        return (lambda state: state.scalar(name)) if exists else None

    def motion(state: State) -> Expr:
        """Total displacement: the position of the platen adds to what lies under it."""
        own = displacement.value(state)
        return own if shape is None else own + state.scalar(platen.POSITION) * shape

    return Quantities(
        displacement=displacement.value,
        motion=motion,
        strain_across=scalar(out_of_plane.STRAIN, model.support.generalised_plane_strain),
        stoichiometry=lithium.stoichiometry if model.hosts else None,
        potential=lithium.potential if model.hosts else None,
        electrode=scalar(electrode.POTENTIAL, _reacts(model)),
        negative=scalar(electrode.NEGATIVE, _reacts(model) and model.negative is not None),
    )


def _reacts(model: Model) -> bool:
    """Whether hosts react on a surface."""
    transfer = model.charge_transfer
    return bool(model.hosts) and transfer is not None and bool(transfer.interfaces or transfer.boundaries)


def _equilibrium(model: Model, roles: Sequence[str]) -> float:
    """Potential of the last of some hosts at assembly [V vs Li]."""
    return float(model.host_laws[roles[-1]].potential.potential(model.start_x(roles[-1])))
