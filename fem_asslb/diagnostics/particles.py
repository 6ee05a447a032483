"""Results of each particle: contact, lithium and cracks, the same on every rank."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from fem_asslb.base.parallel import global_sum
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.mesh.domain import region_particles
from fem_asslb.mesh.volumes import cell_volumes
from fem_asslb.problem.problem import Problem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ParticleValues:
    """Values of all particles, shape (num_particles,) each, ordered by their numbers.

    Attributes:
        number: Of the particle in the mesh.
        role: Its role.
        volume: [um^3; um^2 in 2D].
        stoichiometry: Volume average; NaN in particles without lithium.
        contact: Share of the surface that is bonded or closed, of what may open; 1 where all of it is welded.
        conducting: Share of the surface that conducts lithium.
        cracked: Share of the area of the grain boundaries that is debonded; NaN without any that may open.
    """

    number: npt.NDArray[np.int32]
    role: tuple[str, ...]
    volume: FloatArray
    stoichiometry: FloatArray
    contact: FloatArray
    conducting: FloatArray
    cracked: FloatArray


class ParticleDiagnostics:
    """Compiled results of the particles of a problem.

    Args:
        problem: The problem.
        interfaces: Results of its interfaces; None if all are welded.
    """

    def __init__(self, problem: Problem, interfaces: InterfaceDiagnostics | None) -> None:
        domain = problem.domain
        self._comm, self._interfaces = domain.comm, interfaces
        self._particle = region_particles(domain)
        owned = slice(0, domain.num_owned_cells)
        self._region = domain.cell_region[owned]
        self.number = np.unique(self._particle[self._particle > 0])
        roles = dict(zip(self._particle, domain.region_roles, strict=True))
        self._role = tuple(roles[number] for number in self.number)
        self._volume = self._of_regions(cell_volumes(domain)[owned])
        self._cells = fem.functionspace(domain.mesh, ("DG", 0))
        self._lithium = []
        if (x := problem.formulation.quantities.stoichiometry) is not None:
            content = x(problem.state) * ufl.TestFunction(self._cells)
            self._lithium = [
                fem.form(content * problem.formulation.measures.dx(role, 1)) for role in problem.model.hosts
            ]

    def values(self) -> ParticleValues:
        """Values of the step that was solved last."""
        content = np.zeros(len(self._region))
        for form in self._lithium:
            content += fem.assemble_vector(form).array[self._cells.dofmap.list[: len(self._region), 0]]
        with np.errstate(invalid="ignore"):
            stoichiometry = (
                self._of_regions(content) / self._volume if self._lithium else np.full(len(self.number), np.nan)
            )
        contact, conducting, cracked = self._surfaces()
        return ParticleValues(
            number=self.number,
            role=self._role,
            volume=self._volume,
            stoichiometry=stoichiometry,
            contact=contact,
            conducting=conducting,
            cracked=cracked,
        )

    def _of_regions(self, per_cell: FloatArray) -> FloatArray:
        """Sum over the cells of each particle."""
        per_region = np.bincount(self._region, per_cell, minlength=len(self._particle))
        total = global_sum(self._comm, np.bincount(self._particle, per_region))
        return total[self.number]

    def _surfaces(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Contact, conduction and cracks, see `ParticleValues`."""
        ones = np.ones(len(self.number))
        if self._interfaces is None:
            return ones, ones, np.nan * ones
        points, mesh = self._interfaces.points, self._interfaces.mesh
        sides = self._particle[mesh.regions[: mesh.num_owned]]
        inner = sides[:, 0] == sides[:, 1]
        closed = points.area * ~points.is_open
        parts = [(points.area, False), (closed, False), (points.area * points.conduction, False)]
        parts += [(points.area, True), (points.area * points.is_debonded, True)]
        sums = []
        for weights, within in parts:
            chosen = sides[inner == within]
            per_facet = weights.sum(axis=1)[inner == within]
            count = np.zeros(int(self._particle.max()) + 1)
            for side in (0, 1) if not within else (0,):
                np.add.at(count, chosen[:, side], per_facet)
            sums.append(count)
        surface, touching, conducting, boundary, broken = global_sum(self._comm, sums)[:, self.number]
        with np.errstate(invalid="ignore"):
            has = surface > 0.0
            return np.where(has, touching / surface, 1.0), np.where(has, conducting / surface, 1.0), broken / boundary
