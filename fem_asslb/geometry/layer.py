"""One layer of a stack and what is packed into it."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.geometry.diameters import Diameters
from fem_asslb.geometry.grains import Grains
from fem_asslb.geometry.requirements import require, require_fraction, require_length
from fem_asslb.units import Length
from fem_asslb.values import STRICT, Number


@dataclass(frozen=True)
class Particles:
    """Discs (2D) or spheres (3D) of active material packed into a layer.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) inside particles, voids counted in the
            whole.
        diameter: Distribution of diameters by number [um].
        minimum_gap: Smallest distance between two particles, and between a particle and a face it does not
            cut [um].
        walls: ``"inside"``: particles keep off the side walls; ``"cut"``: side walls may cut them (the part
            outside is dropped). The bottom and top of the layer are never cut.
        grains: Grains of polycrystalline particles; without them every particle is a single crystal.
        roles: Kinds of particles and their number shares (sum 1), such as ``{coated = 0.7, bare = 0.3}``: regions
            ``coated/0001``, ``bare/0002``, ... with materials and interfaces of their own, chosen by the
            geometry's seed; default: all are ``particle``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    volume_fraction: Number
    diameter: Diameters
    minimum_gap: Length
    walls: Literal["inside", "cut"] = "inside"
    grains: Grains | None = None
    roles: dict[str, Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_fraction("volume_fraction", self.volume_fraction)
        require_length("minimum_gap", self.minimum_gap)
        require(self.walls in ("inside", "cut"), "walls", self.walls, "'inside' or 'cut'")
        require(
            self.minimum_gap < self.diameter.quantile(0.5),
            "minimum_gap",
            self.minimum_gap,
            f"less than the median diameter, {self.diameter.quantile(0.5):g} um",
        )
        if self.grains is not None:
            self.grains.require_smaller_than(self.diameter.quantile(0.5))
        shares = self.role_shares.values()
        require(
            all(share > 0.0 for share in shares) and abs(sum(shares) - 1.0) < 1e-6,
            "roles",
            self.roles,
            "names with shares above 0 whose sum is 1",
        )

    @property
    def role_shares(self) -> dict[str, float]:
        """Number share of the particles of each role."""
        return self.roles or {"particle": 1.0}


@dataclass(frozen=True)
class Voids:
    """Round holes in a layer, placed together with its particles and under the same rule for walls and gaps.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) that is void.
        diameter: Distribution of diameters by number [um].
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    volume_fraction: Number
    diameter: Diameters

    def __post_init__(self) -> None:
        require_fraction("volume_fraction", self.volume_fraction)


@dataclass(frozen=True)
class Layer:
    """One layer of the stack: its thickness [um], and what is packed into it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    thickness: Length
    particles: Particles | None = None
    voids: Voids | None = None

    def __post_init__(self) -> None:
        require_length("thickness", self.thickness)
        total = sum(bodies.volume_fraction for bodies in (self.particles, self.voids) if bodies)
        require(total < 1.0, "volume_fraction of particles and voids together", total, "less than 1")
        for bodies in (self.particles, self.voids):
            if bodies:
                diameter = bodies.diameter.quantile(0.5)
                require(
                    self.thickness > diameter,
                    "thickness",
                    self.thickness,
                    f"more than the median diameter of the bodies in the layer, {diameter:g} um",
                )

    @property
    def is_packed(self) -> bool:
        """Whether the layer holds particles or voids."""
        return self.particles is not None or self.voids is not None
