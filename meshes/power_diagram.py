"""Grains of a particle as a power diagram (Laguerre tessellation) whose cells have given sizes.

Seeds move to the centroids of their cells (Lloyd), which rounds the cells, while their weights change until the
cells have the wanted volumes. With equal volumes this is close to a centroidal Voronoi diagram. After D. P.
Bourne, P. J. J. Kok, S. M. Roper and W. D. T. Spanjer, Philos. Mag. 100, 2677 (2020), with volumes from a grid
of points instead of polyhedra, so that a particle may have any shape.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from meshes.bodies import Array

Labels = npt.NDArray[np.int64]

POINTS_PER_GRAIN = {2: 150, 3: 250}
"""Points of the grid by dimension; a cell's volume is then exact to about 3 %, its diameter to 1 %."""

ROUNDS = 40
"""Rounds of Lloyd's iteration. More would arrange equal grains into a lattice."""

SPREADING_ROUNDS = 5
"""First rounds, without weights: of random seeds a small grain would start inside a large one and vanish."""

RELAXATION = 0.7
"""Change of a weight over that which would give the cell its size alone, while its neighbours do not change."""

SIZING_ROUNDS = 15
"""Rounds after these that change the weights alone."""


@dataclass(frozen=True)
class Piece:
    """A disc or sphere, or what side walls leave of it.

    Attributes:
        centre: Shape (dimension,) [um].
        radius: [um].
        low: Lower corner of the box that it lies in, shape (dimension,) [um].
        high: Upper corner, shape (dimension,) [um].
    """

    centre: Array
    radius: float
    low: Array
    high: Array

    def lattice(self, number: float) -> tuple[Array, float]:
        """About ``number`` points inside on a square or cubic lattice.

        Returns:
            The points, shape (n, dimension) [um], and the volume that each stands for [um^dimension].
        """
        dimension = len(self.centre)
        low, high = np.maximum(self.low, self.centre - self.radius), np.minimum(self.high, self.centre + self.radius)
        filling = np.pi / 4 if dimension == 2 else np.pi / 6
        spacing = (filling * np.prod(high - low) / number) ** (1 / dimension)
        counts = np.maximum(np.rint((high - low) / spacing).astype(int), 1)
        lines = [a + (np.arange(n) + 0.5) * (b - a) / n for a, b, n in zip(low, high, counts, strict=True)]
        points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, dimension)
        inside = np.linalg.norm(points - self.centre, axis=1) < self.radius
        return points[inside], float(np.prod((high - low) / counts))

    def volume(self) -> float:
        """Area (2D) or volume (3D) to about 1 % [um^dimension]."""
        points, of_point = self.lattice(4000)
        return len(points) * of_point


@dataclass(frozen=True)
class PowerDiagram:
    """Grain i is where |x - seeds[i]|^2 - weights[i] is smallest; seeds (n, dimension) [um], weights (n,) [um^2]."""

    seeds: Array
    weights: Array

    def cell_of(self, points: Array) -> Labels:
        """Grain of each point, shape (n,)."""
        if len(points) * len(self.seeds) < 4_000_000:
            powers = np.sum(self.seeds**2, axis=1) - self.weights - 2 * points @ self.seeds.T
            return np.argmin(powers, axis=1)
        return self.nearest(points, 1)[1][:, 0]

    def nearest(self, points: Array, number: int) -> tuple[Array, Labels]:
        """The nearest grains of each point, nearest first, with |x - seed|^2 - weight up to a constant.

        Args:
            points: Shape (n, dimension) [um].
            number: How many grains.

        Returns:
            The squared distances, shape (n, number) [um^2], and the grains, shape (n, number).
        """
        # Nearest in power is nearest after the seeds are lifted by the missing weight.
        lift = np.sqrt(self.weights.max() - self.weights)
        tree = cKDTree(np.column_stack([self.seeds, lift]))
        distance, grain = tree.query(np.column_stack([points, np.zeros(len(points))]), k=list(range(1, number + 1)))
        return distance**2, grain


def fill(piece: Piece, volumes: Array, generator: np.random.Generator) -> PowerDiagram:
    """Power diagram of a piece whose cells have volumes in the given ratios, ordered along the stack.

    Args:
        piece: What to fill.
        volumes: Wanted volume of each grain, in any unit.
        generator: Random numbers of the first places.
    """
    dimension, count = len(piece.centre), len(volumes)
    points, of_point = piece.lattice(POINTS_PER_GRAIN[dimension] * count)
    wanted = volumes * (len(points) / volumes.sum())
    unit = of_point / (np.pi if dimension == 2 else 4 / 3 * np.pi)

    def squared_radius(number: Array) -> Array:
        """Of the disc or sphere of as many points [um^2]."""
        return (number * unit) ** (2 / dimension)

    seeds = points[generator.choice(len(points), count, replace=False)] + 1e-6 * piece.radius
    weights: Array = np.zeros(count)
    for round_number in range(ROUNDS + SIZING_ROUNDS):
        label = PowerDiagram(seeds, weights).cell_of(points)
        number = np.bincount(label, minlength=count).astype(float)
        if round_number >= SPREADING_ROUNDS:
            # A weight moves the walls of a cell so that its squared radius changes by half as much.
            weights = weights + RELAXATION * (squared_radius(wanted) - squared_radius(number))
            owner = PowerDiagram(seeds, weights).cell_of(seeds)
            missing = weights[owner] - np.sum((seeds - seeds[owner]) ** 2, axis=1) - weights
            weights += np.where(missing > 0, missing + 0.25 * squared_radius(wanted), 0.0)
        if round_number < ROUNDS:
            sums = np.stack([np.bincount(label, points[:, k], count) for k in range(dimension)], axis=1)
            filled = number > 0
            seeds[filled] = sums[filled] / number[filled, None]
    order = np.lexsort((*seeds.T[-2::-1], seeds[:, -1]))
    return PowerDiagram(seeds[order], weights[order])
