"""The case as frozen dataclasses, one per section of ``case.toml``.

From a file every quantity is text with its unit and bare numbers are dimensionless; built in Python the
fields take plain floats in the internal units of `fem_asslb.base.units`. Fields without a default are required.
"""

from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fem_asslb.base.checked import Degree, Flag, Integer, Number, checked
from fem_asslb.base.temperatures import ROOM_TEMPERATURE, CellTemperature
from fem_asslb.base.units import (
    Area,
    Duration,
    SpecificCapacity,
    SpecificCurrent,
)
from fem_asslb.case.sections.fields import FieldEntry
from fem_asslb.case.sections.fixture import Fixture
from fem_asslb.case.sections.interfaces import Interface
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.case.sections.petsc_options import by_part
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.case.sections.rates import ExchangeEntry, Resistance, ResistanceEntry
from fem_asslb.geometry import Geometry, MeshFile
from fem_asslb.materials.data_fits import DataFit
from fem_asslb.materials.material import Material


@checked(kw_only=True)
class Description:
    """What the case is.

    Attributes:
        title: One line.
        reference: Paper or report that the numbers come from.
        authors: Who is responsible for the results, each with an ORCID if there is one:
            ``"Ada Lovelace, https://orcid.org/0000-0000-0000-0000"``. They stand in ``ro-crate-metadata.json``.
        licence: Of the results: an identifier of SPDX such as ``"CC-BY-4.0"``, or an address.
    """

    title: str
    reference: str = ""
    authors: tuple[str, ...] = ()
    licence: str = ""


@checked(kw_only=True)
class Cell:
    """Electrochemistry of the battery cell.

    Attributes:
        anode: Whose potential the counter electrode has: a role of ``materials`` that hosts lithium, whose particles
            then are the anode; a role with a table ``anode``; or a material of the library that has one (``fem-asslb
            materials``). The mechanics of an anode layer come from ``materials``.
        one_c: Current of 1C per mass of active material, e.g. ``"190 mA/g"``.
        n_to_p: Capacity of the anode over that of the positive electrode; needed by
            anodes whose potential changes with their state (``"lto"``, ``"graphite"``).
        positive_reference_capacity: Capacity of the positive electrode that ``n_to_p`` refers to, per mass of
            active material, e.g. ``"202 mAh/g"``; needed with ``n_to_p``.
        exchange_current_density: Of the surface of hosts whose material states none. A quantity, or a table with an
            activation energy.
        resistance: Of electrolyte, interphases and contacts in series, without charge transfer, times plate area; its
            voltage drop adds to the cell voltage. A quantity, or a table with an activation energy.
        plate_area: Of the whole cell, of which the mesh is a piece; needed by currents in amperes.
        temperature: Of the whole cell at the start, 200 to 500 K; steps of the protocol may change it.
        side_reaction_share: Share of the current on charges before the first discharge that takes no lithium
            out of the lattice (oxidation of the electrolyte).
        stress_driven_flux: Whether the elastic energy enters the chemical potential.
    """

    anode: str
    one_c: Annotated[SpecificCurrent, Field(gt=0.0)]
    n_to_p: Annotated[Number, Field(ge=0.01, le=100.0)] | None = None
    positive_reference_capacity: Annotated[SpecificCapacity, Field(gt=0.0)] | None = None
    exchange_current_density: ExchangeEntry | None = None
    resistance: ResistanceEntry = Resistance(value=0.0)
    plate_area: Annotated[Area, Field(gt=0.0)] | None = None
    temperature: CellTemperature = ROOM_TEMPERATURE
    side_reaction_share: Annotated[Number, Field(ge=0.0, lt=1.0)] = 0.0
    stress_driven_flux: Flag = True


@checked(kw_only=True)
class Initial:
    """State at the start, free of stress.

    Attributes:
        stoichiometry: Uniform x in every host.
        anode_state: Charge in the anode over its capacity; where its particles host lithium, their stoichiometry.
    """

    stoichiometry: Annotated[Number, Field(ge=1e-4, le=1.0)] = 1.0
    anode_state: Annotated[Number, Field(ge=0.0, lt=1.0)] = 0.0


@checked(kw_only=True)
class Time:
    """Error-controlled time steps.

    Attributes:
        first_step: First step of every protocol step.
        smallest_step: The run ends with a reason when it would need a smaller one, but for snaps of friction
            (``docs/model.md``).
        largest_step: No step is larger.
        swing_steps: Time steps of each charge, discharge, or change of the stoichiometry or the temperature, at least:
            none is longer than its duration over that number, as far as its rate and limits say it, or shorter than
            ``first_step`` for that reason; 0 for none. Default: 20 where ``largest_step`` is not stated, else 0.
        tolerance: Local error of one step that is aimed at: in x [-], in volts, in the spent and the conducting
            share of each interface, over the largest displacement and over the pressure; a step is repeated when its
            error exceeds twice that.
    """

    first_step: Annotated[Duration, Field(gt=0.0)] = 10.0
    smallest_step: Annotated[Duration, Field(gt=0.0)] = 1e-3
    largest_step: Annotated[Duration, Field(gt=0.0)] = 1800.0
    tolerance: Annotated[Number, Field(ge=1e-8, lt=1.0)] = 1e-2
    swing_steps: Annotated[Number, Field(ge=0.0, le=1e6)] = 0.0


def _read_petsc(value: Any) -> Any:
    if isinstance(value, dict):
        list(by_part(value))
    return value


@checked(kw_only=True)
class Solver:
    """How the equations are solved.

    Attributes:
        preset: ``"direct"`` (a sparse factor), ``"iterative"`` (multigrid), or ``"auto"``: the latter in 3D from 15,000
            unknowns on.
        strain: ``"small"``, or ``"logarithmic"``: laws hold for large strains too, at more cost.
        displacement_degree: Polynomial degree of the displacement.
        petsc: PETSc options without prefix, e.g. ``{ksp_rtol = 1e-8}``; they win over the preset. Those of its parts
            are in tables: ``{displacement.smoother.ksp_max_it = 5}``.
    """

    preset: Literal["auto", "direct", "iterative"] = "auto"
    strain: Literal["small", "logarithmic"] = "small"
    displacement_degree: Degree = 2
    petsc: Annotated[dict[str, Any], BeforeValidator(_read_petsc)] = field(default_factory=dict)


@checked(kw_only=True)
class Output:
    """What is written besides ``history.csv``.

    Attributes:
        fields_every: Fields are written at every N-th accepted step, and at the end of each protocol step;
            0: only there.
        fields_at: Times since the start of the protocol at which fields are written too.
        checkpoint_every: A checkpoint is written at every N-th accepted step, and at the end of each protocol step;
            0: by time only.
        checkpoint_interval: One is written too when the last is as old as this, by the clock on the wall; 0: at each
            step.
        pictures: Whether pictures are drawn at the end of the run.
    """

    fields_every: Annotated[Integer, Field(ge=0, le=1_000_000_000)] = 0
    fields_at: tuple[Annotated[Duration, Field(ge=0.0)], ...] = ()
    checkpoint_every: Annotated[Integer, Field(ge=0, le=1_000_000_000)] = 0
    checkpoint_interval: Annotated[Duration, Field(ge=0.0)] = 60.0
    pictures: Flag = True


@checked(kw_only=True)
class Case:
    """One simulation.

    Attributes:
        case: What it is.
        geometry: Layered stack, particle in a shell, or a mesh from a file.
        materials: Material of each region role: the layers' names, and ``particle``, or the ``roles`` of the
            particles, where a layer has them; ``particle`` and ``electrolyte`` for a particle in a shell.
        interfaces: Laws between region roles, or on surfaces, under any names; pairs that none names are bonded.
        fields: Unknown fields that a module of ``--plugin`` declares, see ``docs/extending.md``, under any names.
        cell: Electrochemistry; a purely mechanical case has none.
        fixture: What holds the stack.
        initial: State at the start.
        protocol: What is done to the cell.
        time: Time steps.
        solver: Solver.
        output: Output.
    """

    case: Description
    geometry: Geometry
    materials: dict[str, MaterialChoice]
    interfaces: dict[str, Interface] = field(default_factory=dict)
    fields: dict[str, FieldEntry] = field(default_factory=dict)
    cell: Cell | None = None
    fixture: Fixture
    initial: Initial = Initial()
    protocol: Protocol
    time: Time = Time()
    solver: Solver = Solver()
    output: Output = Output()

    @property
    def dimension(self) -> int | None:
        """2 or 3; None for a mesh file, which says it when it is read."""
        return None if isinstance(self.geometry, MeshFile) else self.geometry.dimension

    @property
    def temperature(self) -> float:
        """Of everything at the start [K]; see `start_temperature`."""
        return start_temperature(self.cell)

    def resolved_materials(self) -> dict[str, Material]:
        """Material of each region role, read from the library."""
        return {role: choice.resolve(f"materials.{role}") for role, choice in self.materials.items()}

    def data_fits(self) -> dict[str, list[DataFit]]:
        """Data of the materials and the functions that stand for them, by role; roles without data are left out."""
        found = {role: choice.data_fits(f"materials.{role}") for role, choice in self.materials.items()}
        return {role: fits for role, fits in found.items() if fits}


def start_temperature(cell: Cell | None) -> float:
    """Temperature of everything at the start [K]; of a case without electrochemistry, that of a room."""
    return ROOM_TEMPERATURE if cell is None else cell.temperature
