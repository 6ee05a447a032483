"""What is solved, as plain data: materials, interfaces, supports. Knows nothing of meshes, files or time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from fem_asslb.base.temperatures import ROOM_TEMPERATURE
from fem_asslb.case.sections.fields import FieldSchema
from fem_asslb.interfaces.coating import Coating
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.materials.function import HostValue
from fem_asslb.materials.material import LithiumHost, Material
from fem_asslb.mesh.place import Place

LAYERS = "elastic layers"
"""Phase of all elastic layers without lithium; no role has a name of two words."""


@dataclass(frozen=True)
class Interface:
    """Interface between two roles that may open; every pair without one is welded.

    Attributes:
        plus: Role on the plus side; between regions of one role, plus is the lower region number.
        minus: Role on the minus side.
        law: What it answers to an opening.
        start: State at assembly.
        conductance: Current per area and difference of potential between two hosts [pA/(um^2 V)]; the interface
            carries lithium from the one to the other. None where lithium does not pass from host to host.
        coating: Thin layer between both sides, which the mesh does not have; None without one.
        name: In the case; empty where there is none.
        surface: Name of the surface of the mesh where it lies; empty for all other facets between the two roles.
    """

    plus: str
    minus: str
    law: InterfaceLaw
    start: InterfaceStart = InterfaceStart()
    conductance: float | None = None
    coating: Coating | None = None
    name: str = ""
    surface: str = ""

    @property
    def roles(self) -> tuple[str, str]:
        """Of both sides, plus first."""
        return self.plus, self.minus

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(self.plus, self.minus, self.surface)


@dataclass(frozen=True)
class ChargeTransfer:
    """Where and how fast lithium leaves the hosts.

    Attributes:
        exchange_current_density: i0 of hosts that state none [pA/um^2 = A/m^2], a number or a function of x and
            temperature; None where each has its own.
        interfaces: Pairs (host role, other role).
        boundaries: Outer boundaries that react too, of a model with one host.
    """

    exchange_current_density: HostValue | None
    interfaces: tuple[tuple[str, str], ...] = ()
    boundaries: tuple[str, ...] = ()


@dataclass(frozen=True)
class NegativeElectrode:
    """Hosts that take up what the positive electrode gives, at a potential of their own.

    Attributes:
        roles: Their roles.
        initial_stoichiometry: x at which they are free of strain.
    """

    roles: tuple[str, ...]
    initial_stoichiometry: float


@dataclass(frozen=True)
class Support:
    """What holds the body.

    Attributes:
        planes: Boundaries that do not move along one coordinate: name and index of the coordinate.
        platen: Whether the boundary ``top`` sits under a platen.
        pressure: Boundary under a prescribed pressure; None for none.
        prescribed: Boundary whose displacement is prescribed; None for none.
        generalised_plane_strain: In 2D, a uniform strain across the plane is free; otherwise it is zero.
        pinned: Whether the outermost vertices hold the rigid motions of a body whose loads balance; they carry nothing.
        floating: Coordinates along which no plane holds a body that stands on ``bottom``: vertices there hold its rigid
            motions instead, and carry nothing.
    """

    planes: tuple[tuple[str, int], ...]
    platen: bool = False
    pressure: str | None = None
    prescribed: str | None = None
    generalised_plane_strain: bool = False
    pinned: bool = False
    floating: tuple[int, ...] = ()

    @property
    def boundaries(self) -> set[str]:
        """Boundaries that are held or loaded; all others are free."""
        named = {name for name in (self.pressure, self.prescribed) if name is not None}
        return {name for name, _ in self.planes} | named | ({"top"} if self.platen else set())


@dataclass(frozen=True)
class Model:
    """A cell or a part of it.

    Attributes:
        materials: Material of each role.
        axes: Crystal axis of each local cell or of each region, shape (n, 3); see `fem_asslb.model.axes`.
        support: What holds it.
        interfaces: Those that may open.
        adheres_later: Whether surfaces of different roles adhere only once `Problem.adhere` says so.
        fields: Unknown fields that a module of one's own declares, by name.
        charge_transfer: Surface reaction of the hosts; None for closed hosts.
        negative: Hosts of the negative electrode; None where it is no body, or takes up lithium by a law of its own.
        initial_stoichiometry: x at which every other host is free of strain.
        temperature: Of everything at the start [K]; what expands is free of strain there.
        stress_driven_flux: Whether the elastic energy enters the chemical potential.
        strain: ``"small"`` or ``"logarithmic"``.
        displacement_degree: Polynomial degree of the displacement, 1 or 2.
        lithium_degree: Polynomial degree of x and phi.
    """

    materials: Mapping[str, Material]
    axes: npt.NDArray[np.float64]
    support: Support
    interfaces: tuple[Interface, ...] = ()
    adheres_later: bool = False
    fields: Mapping[str, FieldSchema] = MappingProxyType({})
    charge_transfer: ChargeTransfer | None = None
    negative: NegativeElectrode | None = None
    initial_stoichiometry: float = 1.0
    temperature: float = ROOM_TEMPERATURE
    stress_driven_flux: bool = True
    strain: Literal["small", "logarithmic"] = "small"
    displacement_degree: int = 2
    lithium_degree: int = 1

    @property
    def host_laws(self) -> dict[str, LithiumHost]:
        """Law of each role whose material stores lithium."""
        return {role: material.host for role, material in self.materials.items() if material.host is not None}

    @property
    def hosts(self) -> tuple[str, ...]:
        """Roles whose material stores lithium, sorted."""
        return tuple(sorted(self.host_laws))

    @property
    def negative_hosts(self) -> tuple[str, ...]:
        """Hosts of the negative electrode, sorted."""
        return () if self.negative is None else tuple(sorted(self.negative.roles))

    @property
    def positive_hosts(self) -> tuple[str, ...]:
        """All other hosts, sorted."""
        return tuple(role for role in self.hosts if role not in self.negative_hosts)

    def start_x(self, role: str) -> float:
        """Stoichiometry at which a host is free of strain."""
        if self.negative is not None and role in self.negative.roles:
            return self.negative.initial_stoichiometry
        return self.initial_stoichiometry

    @property
    def phases(self) -> dict[str, tuple[str, ...]]:
        """Roles that share a law of the bulk and what makes them swell, by the name of the phase.

        All elastic layers without lithium are one; every host, and every role with a law of its own, is one by itself.
        """
        shared = tuple(role for role in self.passive if self.materials[role].law is None)
        alone = [*self.hosts, *(role for role in self.passive if role not in shared)]
        return ({LAYERS: shared} if shared else {}) | {role: (role,) for role in alone}

    @property
    def passive(self) -> tuple[str, ...]:
        """Roles whose material stores no lithium, sorted."""
        return tuple(sorted(role for role in self.materials if role not in self.hosts))
