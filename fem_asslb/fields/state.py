"""The unknowns of one instant: displacement, lithium, and the single numbers of the whole cell."""

from dataclasses import dataclass

import basix.ufl
import numpy as np
import numpy.typing as npt
from dolfinx import fem

from fem_asslb.base import compatibility
from fem_asslb.mesh.domain import Domain
from fem_asslb.spaces.region_space import region_space

PLATEN, CONTACT_PRESSURE, OUT_OF_PLANE, ELECTRODE = range(4)
"""Numbers of the cell: position of the platen [um], its pressure when fixed [MPa], strain across a 2D plane, V [V]."""


@dataclass(frozen=True)
class State:
    """Unknowns at one instant.

    Attributes:
        displacement: Three components [um] in the region space; zero on the platen, which adds ``numbers[PLATEN]``.
        lithium: Stoichiometry x and equilibrium potential phi [V] in the hosts; None without hosts.
        numbers: The four numbers of the cell.
    """

    displacement: fem.Function
    lithium: fem.Function | None
    numbers: fem.Function

    @property
    def functions(self) -> list[fem.Function]:
        """The blocks, in the order of the monolithic system."""
        return [f for f in (self.displacement, self.lithium, self.numbers) if f is not None]

    @property
    def host_lithium(self) -> fem.Function:
        """Stoichiometry and potential of a state that has hosts."""
        assert self.lithium is not None
        return self.lithium

    def empty_like(self) -> "State":
        """Another state in the same spaces, all zero."""
        lithium = fem.Function(self.lithium.function_space) if self.lithium is not None else None
        return State(fem.Function(self.displacement.function_space), lithium, fem.Function(self.numbers.function_space))

    def assign(self, other: "State") -> None:
        """Take over the values of another state."""
        for mine, theirs in zip(self.functions, other.functions, strict=True):
            mine.x.array[:] = theirs.x.array

    def number(self, index: int) -> float:
        """Value of one of the numbers, on every rank."""
        return float(self._numbers()[index])

    def set_number(self, index: int, value: float) -> None:
        """Set one of the numbers, on every rank."""
        self._numbers()[index] = value

    def _numbers(self) -> npt.NDArray[np.float64]:
        return self.numbers.x.array


def create_state(
    domain: Domain,
    body: npt.NDArray[np.int32],
    lithium_body: npt.NDArray[np.int32],
    hosts: tuple[str, ...],
    displacement_degree: int,
    lithium_degree: int,
) -> State:
    """Spaces for all unknowns.

    Args:
        domain: The mesh.
        body: Body of each region, shape (num_regions,): regions of one body share their displacement.
        lithium_body: The same for lithium, shape (num_regions,).
        hosts: Roles with lithium.
        displacement_degree: Polynomial degree of the displacement.
        lithium_degree: Polynomial degree of x and phi.
    """
    cell = domain.mesh.basix_cell()
    vector = basix.ufl.element("Lagrange", cell, displacement_degree, shape=(3,))
    displacement = region_space(domain.mesh, vector, body[domain.cell_region], int(body.max()) + 1)
    lithium = None
    if hosts:
        pair = basix.ufl.element("Lagrange", cell, lithium_degree, shape=(2,))
        active = np.zeros(int(lithium_body.max()) + 1, dtype=bool)
        active[lithium_body[domain.regions_of(hosts)]] = True
        space = region_space(domain.mesh, pair, lithium_body[domain.cell_region], len(active), active)
        lithium = fem.Function(space, name="lithium")
    numbers = compatibility.create_number_space(domain.mesh, 4)
    return State(fem.Function(displacement, name="displacement"), lithium, fem.Function(numbers, name="numbers"))
