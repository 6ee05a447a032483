"""Constants of the weak form that a protocol changes between solves."""

from dataclasses import dataclass, fields

from dolfinx import fem

from fem_asslb.equations.platen import PlatenControls
from fem_asslb.mesh.domain import Domain


@dataclass(frozen=True, kw_only=True)
class Controls:
    """Constants that the protocol changes.

    Attributes:
        time: Since the start, at the end of the step [s]; no term of ours depends on it, sources may.
        time_step: [s].
        current_density: Mean current density over the reacting surface [pA/um^2], positive on charge.
        voltage: Electrode potential [V vs Li] when ``potentiostatic`` is 1, or that from which ``conductance`` counts.
        conductance: Current density more per potential of the electrode below ``voltage`` [pA/(um^2 V)], of a cell
            whose voltage is kept over its resistance; 0 where the current is given.
        potentiostatic: 1: the electrode potential is given; 0: the current is.
        anode_lithium: Lithium that the anode has taken up since assembly [pmol].
        outer_pressure: Pressure on ``support.pressure`` [MPa], compression positive.
        forced_x: Uniform stoichiometry of all hosts when ``forced`` is 1.
        forced: 1: x is forced and no lithium moves; 0: lithium moves.
        temperature: Of everything [K].
        accepted_temperature: The same at the start of the step [K].
        platen: The platen.
    """

    time: fem.Constant
    time_step: fem.Constant
    current_density: fem.Constant
    voltage: fem.Constant
    potentiostatic: fem.Constant
    conductance: fem.Constant
    anode_lithium: fem.Constant
    outer_pressure: fem.Constant
    forced_x: fem.Constant
    forced: fem.Constant
    temperature: fem.Constant
    accepted_temperature: fem.Constant
    platen: PlatenControls

    @classmethod
    def create(cls, domain: Domain, augmentation: float, initial_x: float, temperature: float) -> "Controls":
        """No current, no load, lithium free to move, a step of one second."""
        names = [item.name for item in fields(cls) if item.name != "platen"]
        constants = {name: fem.Constant(domain.mesh, 0.0) for name in names}
        constants["time_step"].value = 1.0
        constants["forced_x"].value = initial_x
        constants["temperature"].value = constants["accepted_temperature"].value = temperature
        return cls(platen=PlatenControls.create(domain, augmentation), **constants)
