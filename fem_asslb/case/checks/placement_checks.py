"""Checks of a case between its placed particles and the layer that they lie in."""

from fem_asslb.base.errors import CaseError, Errors
from fem_asslb.case.checks.geometry_checks import LARGEST_FRACTION
from fem_asslb.case.checks.size_checks import MOST_BODIES, too_many
from fem_asslb.geometry import Geometry, LayeredStack, PlacedParticles


def placed_particles_fit_their_layer(geometry: Geometry, is_forced: bool) -> Errors:
    """The table of their places can be read, it fills a part of the layer, and grains have room in the particles.

    They are as few as those of a packing have to be.
    """
    if not isinstance(geometry, LayeredStack):
        return
    for name, layer in geometry.layers.items():
        if isinstance(layer.particles, PlacedParticles):
            key = f"geometry.layers.{name}.particles"
            yield from _errors_of_layer(key, layer.particles, geometry.extents(name), is_forced)


def _errors_of_layer(key: str, particles: PlacedParticles, extents: tuple[float, ...], is_forced: bool) -> Errors:
    try:
        bodies = particles.bodies(extents)
    except ValueError as error:
        yield CaseError(f"{key}.path", str(error))
        return
    if len(bodies.radii) > MOST_BODIES and not is_forced:
        yield too_many(f"{key}.path", len(bodies.radii), "particles", MOST_BODIES, "fewer rows")
    fraction, limit = bodies.fraction(extents), LARGEST_FRACTION[len(extents)]
    if fraction == 0.0:
        missing = f"no particle of '{particles.path}' has its centre in the layer"
        yield CaseError(f"{key}.path", f"{missing}; expected at least one, others count as images of these")
    if fraction > limit:
        reach = f"bodies in {len(extents)}D can be moved apart up to {limit:g}"
        yield CaseError(f"{key}.path", f"the particles of '{particles.path}' fill {fraction:.3g} of the layer; {reach}")
    for refusal in particles.refusals_of_grains(bodies):
        yield CaseError(f"{key}.grains.diameter", str(refusal))
