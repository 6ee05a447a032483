"""Material data as coefficients of the forms: fields for what every material has, constants for host laws."""

import dataclasses
from dataclasses import dataclass

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.elasticity import ElasticInvariants
from fem_asslb.equations.kinematics import Kinematics, transverse_strain, unit
from fem_asslb.materials.material import LithiumHost, anode_roles
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.volumes import role_volumes
from fem_asslb.model.model import Model
from fem_asslb.spaces.coefficients import cell_field, region_field, with_constants


@dataclass(frozen=True, kw_only=True)
class MaterialFields:
    """Coefficients of a model on a domain.

    Attributes:
        invariants: Elastic constants, one field each [MPa].
        axis: Crystal axis, three components.
        reaction_strain: Volume strain per lithium taken up by the anode [1/pmol], zero elsewhere.
        through_share: Share of that strain along the stack.
        hosts: Law of each host role, with constants for numbers.
        reference_x: Stoichiometry free of strain of each host role.
        expansion: Thermal expansion of a length [1/K]; None where nothing expands.
        reference_temperature: Free of strain [K].
        stack_axis: Coordinate axis of the stack.
        kinematics: What strain is.
    """

    invariants: ElasticInvariants
    axis: fem.Function
    reaction_strain: fem.Function
    through_share: fem.Function
    hosts: dict[str, LithiumHost]
    reference_x: dict[str, fem.Constant]
    expansion: fem.Function | None
    reference_temperature: fem.Constant
    stack_axis: int
    kinematics: Kinematics

    def functions(self) -> list[fem.Function]:
        """All fields, whose values stay as they are."""
        invariants = [getattr(self.invariants, item.name) for item in dataclasses.fields(self.invariants)]
        return [*invariants, self.axis, self.reaction_strain, self.through_share]

    def layer_strain(self, anode_lithium: Expr) -> Expr:
        """Free strain of passive layers, shape (3, 3); ``anode_lithium`` in pmol."""
        volume_strain = self.kinematics.strain_of(self.reaction_strain * anode_lithium)
        across = 0.5 * (1 - self.through_share) * volume_strain
        return transverse_strain(across, self.through_share * volume_strain, unit(self.stack_axis))

    def lattice_strain(self, role: str, x: Expr) -> Expr:
        """Free strain of a host at the stoichiometry x, shape (3, 3)."""
        lattice, reference = self.hosts[role].lattice, self.reference_x[role]
        changes = lattice.strain_a(x, reference), lattice.strain_c(x, reference)
        strain_a, strain_c = map(self.kinematics.strain_of, changes)
        return transverse_strain(strain_a, strain_c, self.axis)

    def thermal_strain(self, temperature: Expr) -> Expr:
        """Free strain of everything at a temperature [K], shape (3, 3); zero where nothing expands."""
        if self.expansion is None:
            return ufl.zero(3, 3)
        growth = self.kinematics.strain_of(self.expansion * (temperature - self.reference_temperature))
        return growth * ufl.Identity(3)


def create_material_fields(domain: Domain, model: Model, kinematics: Kinematics) -> MaterialFields:
    """Coefficients for all materials of a model.

    Raises:
        MaterialError: Materials of two roles would each grow with the whole charge.
    """
    if len(anodes := anode_roles(model.materials)) > 1:
        raise MaterialError(f"{' and '.join(anodes)} have a reaction volume, and each would grow with the whole charge")
    materials = [model.materials[role] for role in domain.region_roles]
    invariants = [material.elasticity.invariants() for material in materials]
    names = ("lame_lambda", "shear_transverse", "shear_longitudinal", "alpha", "beta")
    fields = {name: region_field(domain, [getattr(item, name) for item in invariants], name) for name in names}
    volumes = role_volumes(domain)
    reaction = [
        (material.reaction_volume or 0.0) / volumes[role]
        for material, role in zip(materials, domain.region_roles, strict=True)
    ]
    through = [1.0 if material.swelling_kind == "stack" else 1.0 / 3.0 for material in materials]
    expansion = [material.thermal_expansion for material in materials]
    per_cell = model.axes if len(model.axes) == len(domain.cell_region) else model.axes[domain.cell_region]
    return MaterialFields(
        invariants=ElasticInvariants(**fields),
        axis=cell_field(domain, per_cell, "axis"),
        reaction_strain=region_field(domain, reaction, "reaction_strain"),
        through_share=region_field(domain, through, "through_share"),
        hosts={role: with_constants(domain, law) for role, law in model.host_laws.items()},
        reference_x={role: fem.Constant(domain.mesh, model.start_x(role)) for role in model.hosts},
        expansion=region_field(domain, expansion, "thermal_expansion") if any(expansion) else None,
        reference_temperature=fem.Constant(domain.mesh, model.temperature),
        stack_axis=domain.dimension - 1,
        kinematics=kinematics,
    )
