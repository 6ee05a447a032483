"""What strain is, and what a deformation does to normals, areas and stresses. Strains are 3 x 3 in 2D and 3D."""

from typing import ClassVar, Protocol

import ufl
from ufl.core.expr import Expr


def gradient(displacement: Expr) -> Expr:
    """Displacement gradient, shape (3, 3); in 2D nothing depends on the third coordinate.

    Args:
        displacement: Three components [um], on a 2D or 3D mesh.
    """
    in_space = ufl.grad(displacement)
    dimension = in_space.ufl_shape[1]
    return ufl.as_tensor(
        [[in_space[i, j] if j < dimension else 0.0 * in_space[i, 0] for j in range(3)] for i in range(3)]
    )


class Kinematics(Protocol):
    """What a deformation does. Tractions, currents and energies are those per undeformed area and volume.

    Attributes:
        LOGARITHMIC: Whether the trace of a strain is the logarithm of a volume.
        LEAST_STRAIN: Principal strain below which no law answers that says it is bounded.
    """

    LOGARITHMIC: ClassVar[bool]
    LEAST_STRAIN: ClassVar[float]

    def strain(self, displacement: Expr, across: Expr | float = 0.0) -> Expr:
        """Strain to which laws of the bulk answer, shape (3, 3), growth positive.

        Args:
            displacement: Three components [um].
            across: In 2D, the uniform strain across the plane; zero for plane strain.
        """

    def strain_of(self, change: Expr) -> Expr:
        """Strain of a relative change of length or volume, growth positive."""

    def stress_ratio(self, displacement: Expr, across: Expr | float = 0.0) -> Expr | int:
        """Cauchy stress over the stress that does work on the strain."""

    def normal(self, mesh: ufl.Mesh, displacement: Expr) -> Expr:
        """Unit normal out of a deformed cell with three components, also in 2D."""

    def area_ratio(self, displacement: Expr) -> Expr | int:
        """Deformed over undeformed area of a facet, which a pressure from outside acts on."""


class SmallStrain:
    """Kinematics of small strain: everything refers to the undeformed body.

    The variation of each is its derivative, which UFL takes.
    """

    LOGARITHMIC: ClassVar[bool] = False
    LEAST_STRAIN: ClassVar[float] = -0.3
    """Strains beyond are not small by any measure."""

    def strain(self, displacement: Expr, across: Expr | float = 0.0) -> Expr:
        """See `Kinematics.strain`."""
        return ufl.sym(gradient(displacement)) + across * ufl.outer(unit(2), unit(2))

    def strain_of(self, change: Expr) -> Expr:
        """See `Kinematics.strain_of`."""
        return change

    def stress_ratio(self, displacement: Expr, across: Expr | float = 0.0) -> Expr | int:
        """See `Kinematics.stress_ratio`."""
        return 1

    def normal(self, mesh: ufl.Mesh, displacement: Expr) -> Expr:
        """See `Kinematics.normal`; that of the undeformed facet."""
        normal = ufl.FacetNormal(mesh)
        return ufl.as_vector([normal[i] if i < normal.ufl_shape[0] else 0.0 * normal[0] for i in range(3)])

    def area_ratio(self, displacement: Expr) -> Expr | int:
        """See `Kinematics.area_ratio`."""
        return 1


def unit(axis: int) -> Expr:
    """Unit vector of a coordinate axis, shape (3,)."""
    return ufl.as_vector([1.0 if i == axis else 0.0 for i in range(3)])


def transverse_strain(in_plane: Expr, along_axis: Expr, axis: Expr) -> Expr:
    """Strain with one value along an axis and another across it, shape (3, 3).

    Args:
        in_plane: Strain in every direction normal to the axis.
        along_axis: Strain along the axis.
        axis: Unit vector, shape (3,).
    """
    return in_plane * ufl.Identity(3) + (along_axis - in_plane) * ufl.outer(axis, axis)


def hydrostatic(stress: Expr) -> Expr:
    """Mean normal stress, tension positive."""
    return ufl.tr(stress) / 3


def von_mises(stress: Expr) -> Expr:
    """Von Mises stress."""
    deviator = stress - hydrostatic(stress) * ufl.Identity(3)
    return ufl.sqrt(1.5 * ufl.inner(deviator, deviator))


def largest_principal(stress: Expr) -> Expr:
    """Largest eigenvalue of a symmetric tensor, in closed form by the angle of Lode."""
    mean, deviator = hydrostatic(stress), stress - hydrostatic(stress) * ufl.Identity(3)
    radius = ufl.sqrt(ufl.inner(deviator, deviator) / 6)
    # A tensor that is the same in all directions has no angle, and rounding must not leave the domain of acos.
    safe = ufl.conditional(ufl.gt(radius, 0.0), radius, 1.0)
    cosine = ufl.max_value(-1.0, ufl.min_value(1.0, ufl.det(deviator / safe) / 2))
    return mean + 2 * radius * ufl.cos(ufl.acos(cosine) / 3)
