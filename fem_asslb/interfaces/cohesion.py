"""Adhesion that is lost by opening and sliding: strength, toughness, softening, viscosity."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from fem_asslb.base.errors import MaterialError
from fem_asslb.base.functions import NumberLike, choose, exp, is_number, maximum, minimum, sqrt
from fem_asslb.base.parameters import require
from fem_asslb.interfaces.softening import Bilinear, SmoothExponential, Softening
from fem_asslb.interfaces.toughness import MixedMode, PowerLaw

LARGEST_ONSET_SHARE = 0.1
"""Energy at the onset over the toughness above which the stiffness softens what is not damaged: k >= 10 T^2/(2 G)."""

NEVER_BONDED = 40.0
"""Progress of an area that did not adhere at assembly: beyond the release of every law, and it does not heal."""

_TINY = 1e-24
"""Keeps roots and ratios of a closed and unloaded interface differentiable."""


@dataclass(frozen=True)
class Cohesion:
    """Mixed-mode cohesive law with quadratic onset; unloading goes to the origin.

    Args:
        normal_strength: T_n [MPa].
        shear_strength: T_s [MPa].
        normal_toughness: G_I [MPa um = J/m^2].
        shear_toughness: G_II [MPa um = J/m^2].
        normal_stiffness: k_n before damage [MPa/um].
        softening: Shape behind the strength.
        mixed_mode: Toughness between the modes.
        viscous_time: Damage follows with this delay [s]; 0: at once.
        healing_time: Damage decays by a factor e in this time while the interface is closed [s]; infinite: never.
        shear_ratio: k_s/k_n before damage; None for the one with which dissipation does not depend on the path.

    Raises:
        MaterialError: A parameter out of its range, or parameters that do not go together.
    """

    normal_strength: NumberLike
    shear_strength: NumberLike
    normal_toughness: NumberLike
    shear_toughness: NumberLike
    normal_stiffness: NumberLike
    softening: Softening = field(default_factory=Bilinear)
    mixed_mode: MixedMode = field(default_factory=PowerLaw)
    viscous_time: NumberLike = 0.0
    healing_time: NumberLike = math.inf
    shear_ratio: NumberLike | None = None

    def __post_init__(self) -> None:
        """Check each parameter, and that the strength is reached well before the release."""
        for name in ("normal_strength", "shear_strength", "normal_toughness", "shear_toughness", "normal_stiffness"):
            require(name, getattr(self, name), lambda value: value > 0.0, "greater than 0")
        require("viscous_time", self.viscous_time, lambda value: value >= 0.0, "at least 0 s")
        require("healing_time", self.healing_time, lambda value: value > 0.0, "greater than 0 s")
        if not is_number(self.normal_strength):
            return
        least = least_stiffness(self.normal_strength, self.normal_toughness)
        if self.normal_stiffness < least * (1.0 - 1e-9):
            raise MaterialError(
                f"normal_stiffness = {self.normal_stiffness:g} MPa/um is too soft for the strength "
                f"{self.normal_strength:g} MPa and the toughness {self.normal_toughness:g} J/m^2; "
                f"accepted: at least 10 T^2/(2 G) = {least:g} MPa/um"
            )
        least = least_stiffness(self.shear_strength, self.shear_toughness)
        if self.shear_ratio is not None and self.shear_stiffness < least * (1.0 - 1e-9):
            raise MaterialError(
                f"shear_stiffness = {self.shear_stiffness:g} MPa/um is too soft for the shear strength "
                f"{self.shear_strength:g} MPa and the shear toughness {self.shear_toughness:g} J/m^2; "
                f"accepted: at least 10 T^2/(2 G) = {least:g} MPa/um"
            )

    @property
    def shear_stiffness(self) -> NumberLike:
        """k_n (G_I/G_II) (T_s/T_n)^2 [MPa/um], with which dissipation does not depend on the path (Turon, 2010).

        A ratio of its own lets it depend on the path by the share of the energy at the onset.
        """
        if self.shear_ratio is not None:
            return self.shear_ratio * self.normal_stiffness
        ratio = self.shear_strength / self.normal_strength
        return self.normal_stiffness * self.normal_toughness / self.shear_toughness * ratio * ratio

    def sliding_share(self, gap_square: NumberLike, sliding_square: NumberLike) -> NumberLike:
        """Share of sliding in the energy; see `equivalent` for the arguments."""
        return self.shear_stiffness * sliding_square / (self.equivalent(gap_square, sliding_square) + _TINY)

    def equivalent(self, gap_square: NumberLike, sliding_square: NumberLike) -> NumberLike:
        """Twice the energy of the undamaged interface [MPa um].

        Args:
            gap_square: Square of the normal opening, zero when closed [um^2].
            sliding_square: Square of the sliding [um^2].
        """
        return self.normal_stiffness * gap_square + self.shear_stiffness * sliding_square

    def toughness(self, share: NumberLike) -> NumberLike:
        """Toughness at a share of sliding [MPa um]."""
        return self.mixed_mode.toughness(self.normal_toughness, self.shear_toughness, share)

    def onset_energy(self, share: NumberLike, strength: NumberLike) -> NumberLike:
        """Twice the energy at which (t_n/T_n)^2 + (t_s/T_s)^2 = 1, both strengths times ``strength`` [MPa um]."""
        normal = (1 - share) * self.normal_stiffness / (self.normal_strength * self.normal_strength)
        shear = share * self.shear_stiffness / (self.shear_strength * self.shear_strength)
        return strength * strength / (normal + shear)

    def onset_share(self, share: NumberLike, strength: NumberLike) -> NumberLike:
        """Energy at the onset over the toughness."""
        return 0.5 * self.onset_energy(share, strength) / self.toughness(share)

    def target(self, gap_square: NumberLike, sliding_square: NumberLike, strength: NumberLike) -> NumberLike:
        """Progress of the damage without delay.

        Args:
            gap_square: Square of the normal opening, zero when closed [um^2].
            sliding_square: Square of the sliding [um^2].
            strength: Local factor on both strengths.
        """
        share = self.sliding_share(gap_square, sliding_square)
        energy = self.equivalent(gap_square, sliding_square)
        ratio = sqrt(energy / self.onset_energy(share, strength) + _TINY)
        return self.softening.progress(ratio, self.onset_share(share, strength))

    def progress(
        self, target: NumberLike, last_target: NumberLike, before: NumberLike, time_step: NumberLike
    ) -> NumberLike:
        """Progress of the damage at the end of a step; it never falls, and ends at the release.

        It follows ds/dt = (target - s)/viscous_time while the target, which changes evenly over the step, is above it;
        exactly, but for exp(-z) = 1/(1 + z + z^2/2). That is of second order in the step, and ends at the target where
        the step is much longer than the delay.

        Args:
            target: At the end of the step [-].
            last_target: At its start [-].
            before: Progress at its start [-].
            time_step: [s].
        """
        excess, last_excess = maximum(target - before, 0.0), maximum(last_target - before, 0.0)
        steps = time_step / (self.viscous_time + _TINY)
        # A target that comes from below is above for a part of the step.
        z = steps * (excess + last_excess) / (excess + last_excess + maximum(before - last_target, 0.0) + _TINY)
        grown = (0.5 * z * last_excess + 0.5 * (z + z * z) * excess) / (1 + z + 0.5 * z * z)
        # One that falls meets the progress on its way, which then stays.
        fall = maximum(last_target - target, 0.0)
        root = sqrt(1 + 2 * steps * last_excess / (fall + _TINY))
        met = last_excess * (root - 1) / (root + 1)
        grown = choose(fall * (1 + 0.5 * steps) - last_excess, met, grown)
        return maximum(before, minimum(before + grown, self.softening.RELEASE))

    def healed(self, progress: NumberLike, normal_opening: NumberLike, time_step: NumberLike) -> NumberLike:
        """Progress left after a step of healing: only what adhered and is closed heals."""
        # Rounding may leave what never adhered a little below its progress.
        adhered = 0.5 * (NEVER_BONDED + self.softening.RELEASE) - progress
        left = choose(adhered, progress * exp(-time_step / self.healing_time), progress)
        return choose(-normal_opening, left, progress)

    def require_strength(self, factor: float) -> None:
        """Refuse a stiffness that softens the undamaged interface where its strength is larger by a factor.

        Raises:
            MaterialError: It does.
        """
        strength = factor * float(self.normal_strength)
        least = least_stiffness(strength, float(self.normal_toughness))
        if self.normal_stiffness < least:
            raise MaterialError(
                f"normal_stiffness = {self.normal_stiffness:g} MPa/um is too soft for the strength of {strength:g} MPa "
                f"that the scatter draws; accepted: at least 10 T^2/(2 G) = {least:g} MPa/um"
            )


def least_stiffness(strength: float, toughness: float) -> float:
    """Smallest stiffness that leaves the undamaged interface stiff, 10 T^2/(2 G) [MPa/um]."""
    return strength**2 / (2.0 * LARGEST_ONSET_SHARE * toughness)


def smooth_stiffness(strength: float, toughness: float) -> float:
    """The stiffness that a smooth exponential law has, e^2 T^2/G [MPa/um]."""
    return strength**2 / (2.0 * SmoothExponential.ONSET_SHARE * toughness)


def zone_length(modulus: float, modes: Iterable[tuple[float, float]]) -> float:
    """Length of the zone in which an interface lets go, E G/T^2, the least of all modes [um].

    Args:
        modulus: Young's modulus of the softer side [MPa].
        modes: Strength [MPa] and toughness [pJ/um^2] of each mode.
    """
    return modulus * min(toughness / strength**2 for strength, toughness in modes)
