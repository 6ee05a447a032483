"""Bad input: each kind gives one line that names the key, what was given and what is accepted.

No mesh and no MPI: the same on any number of ranks.
"""

from pathlib import Path

import pytest

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.case.reading.reader import read_case

pytestmark = pytest.mark.serial

GOOD = """
[case]
title = "good"
[geometry]
kind = "layered-stack"
dimension = 2
width = "60 um"
element_size = "0.7 um"
[geometry.layers.anode]
thickness = "100 um"
[geometry.layers.separator]
thickness = "100 um"
[geometry.layers.cathode]
thickness = "40 um"
[geometry.layers.cathode.particles]
volume_fraction = 0.45
minimum_gap = "0.1 um"
diameter = { kind = "equal", value = "4 um" }
[materials]
anode = "lto-composite"
separator = "lpscl"
cathode = "lpscl"
particle = { use = "ncm85", axis = "random" }
[interfaces.surface]
between = ["particle", "cathode"]
law = "elastic"
normal_stiffness = "1e5 MPa/um"
shear_stiffness = "1e5 MPa/um"
[cell]
anode = "lto"
one_c = "190 mA/g"
n_to_p = 1.5
positive_reference_capacity = "202 mAh/g"
exchange_current_density = "0.5 A/m^2"
[fixture]
kind = "spring"
stiffness = "0.2 MPa/um"
[protocol]
steps = ["press to 81 MPa in 1 min", "charge at 0.1C until 2.75 V", "discharge at 0.1C until 1.35 V"]
"""

SHELL = """
[case]
title = "shell"
[geometry]
kind = "particle-in-shell"
dimension = 3
core_radius = "2 um"
shell_radius = "3 um"
element_size = "0.5 um"
[materials]
electrolyte = "lpscl"
particle = { use = "ncm85", axis = "radial" }
[fixture]
kind = "pressure"
[protocol]
steps = ["press to 81 MPa in 1 min"]
"""

CHARGE = "charge at 0.1C until 2.75 V"
PARTICLES = "geometry.layers.cathode.particles"
GRAINS = '{diameter={kind="equal", value="1 um"}}'
POWDER = "yield_stress='370 MPa', fabrication_pressure='300 MPa', tension_limit='9 MPa'"

COATED = "interfaces.surface={law='coated', between=['particle', 'cathode'], %s}"
BOND = "normal_strength='50 MPa', normal_toughness='1 J/m^2'"
SLIPPERY = "normal_strength='60 MPa', shear_strength='20 MPa', normal_toughness='1 J/m^2'"

BAD = {  # what is changed, the key of the error, words of its message
    # the reader
    "section that does not exist": (
        ["cells.a=1"],
        "cells",
        ["unknown key", "did you mean 'cell'?", "protocol"],
    ),
    "key that does not exist": (
        ["fixture.stifness=1"],
        "fixture.stifness",
        ["did you mean 'stiffness'?", "walls"],
    ),
    "key of a particle": ([f"{PARTICLES}.colour=red"], f"{PARTICLES}.colour", ["unknown key", "minimum_gap"]),
    "override without value": (["fixture.stiffness"], "--set", ["'fixture.stiffness' is not key=value"]),
    "override without key": (["=3"], "--set", ["'=3' is not key=value"]),
    "override of the case that is extended": (["extends=foo"], "--set", ["'extends' cannot be changed by --set"]),
    "override of what is removed": (["remove=['cell']"], "--set", ["'remove' cannot be changed by --set"]),
    "section that is no table": (["fixture=3"], "fixture", ["3 is not accepted", "a table"]),
    "column of data that a law has not": (
        ["materials.particle.potential={table={x=[0, 0.5, 1], u=[4.4, 4, 3.5], v=[1, 2, 3]}}"],
        "materials.particle.potential.table",
        ["'v' is not accepted", "expected the columns x, u"],
    ),
    "column of data under another name": (
        ["materials.particle.lattice={table={x=[0, 0.5, 1], A=[2.8, 2.8, 2.9], c=[14, 14.4, 14.2]}}"],
        "materials.particle.lattice.table",
        ["'A' is not accepted", "expected the columns x, a, c"],
    ),
    "column of data against stoichiometry": (
        ["materials.particle.diffusivity={table={x=[0, 0.5, 1], D=[1, 2, 1]}, unit='um^2/s'}"],
        "materials.particle.diffusivity.table",
        ["'D' is not accepted", "expected the columns x, d"],
    ),
    # quantities and plain values
    "number without unit": (["fixture.stiffness=0.2"], "fixture.stiffness", ["0.2 has no unit", "1 MPa/um"]),
    "wrong dimension": (
        ["fixture.stiffness=0.2 MPa"],
        "fixture.stiffness",
        ["'0.2 MPa' has the wrong dimension"],
    ),
    "unknown unit": (
        ["geometry.width=6 bananas"],
        "geometry.width",
        ["'6 bananas' has an unknown unit", "1 um"],
    ),
    "no quantity at all": (["geometry.width=wide"], "geometry.width", ["'wide' cannot be read"]),
    "negative stiffness": (
        ["fixture.stiffness=-1 MPa/um"],
        "fixture.stiffness",
        ["'-1 MPa/um'", "more than 0"],
    ),
    "stiffness of nothing": (
        ["fixture.stiffness=0 MPa/um"],
        "fixture.stiffness",
        ["'0 MPa/um'", "more than 0"],
    ),
    "unit on a plain number": (["cell.n_to_p=1.5 V"], "cell.n_to_p", ["'1.5 V' is not accepted", "a number"]),
    "number that is none": (["cell.n_to_p=nan"], "cell.n_to_p", ["nan is not accepted", "a finite number"]),
    "n/p of zero": (["cell.n_to_p=0"], "cell.n_to_p", ["0 is not accepted", "at least 0.01"]),
    "flag that is a number": (
        ["output.pictures=1"],
        "output.pictures",
        ["1 is not accepted", "true or false"],
    ),
    "integer that is a fraction": (["output.fields_every=2.5"], "output.fields_every", ["2.5", "an integer"]),
    "temperature in the wrong unit": (
        ["cell.temperature=45 K"],
        "cell.temperature",
        ["'45 K'", "at least 200"],
    ),
    "temperature that no cell has": (
        ["protocol.steps=['heat to 600 degC in 1 h']"],
        "protocol.steps",
        ["in step 'heat to 600 degC in 1 h'", "'600 degC' is out of range; expected 200 to 500 K"],
    ),
    "unloading that presses": (
        ["protocol.steps=['press to 20 MPa in 1 min', 'rest 1 h', 'unload to 50 MPa in 1 min']"],
        "protocol.steps",
        ["'unload to 50 MPa in 1 min' ends above 20 MPa, where it starts; expected 'press to'"],
    ),
    "heat that cools": (
        ["protocol.steps=['heat to 60 degC in 1 h', 'heat to 40 degC in 1 h']"],
        "protocol.steps",
        ["'heat to 40 degC in 1 h' ends colder than 60 degC, where it starts; expected 'cool to'"],
    ),
    "cold that heats": (
        ["protocol.steps=['cool to 60 degC in 1 h']"],
        "protocol.steps",
        ["'cool to 60 degC in 1 h' ends hotter than", "where it starts; expected 'heat to'"],
    ),
    "expansion of a solid that is none": (
        ["materials.separator.thermal_expansion=2e-2 K^-1"],
        "materials.separator.thermal_expansion",
        ["'2e-2 K^-1' is out of range"],
    ),
    "share of one": (["cell.side_reaction_share=1.0"], "cell.side_reaction_share", ["less than 1"]),
    # choices
    "kind that does not exist": (["fixture.kind=soft"], "fixture.kind", ["'soft'", "'rigid' or 'spring'"]),
    "choice that does not exist": (
        ["fixture.walls=open"],
        "fixture.walls",
        ["'open'", "'symmetric' or 'free'"],
    ),
    "solver that does not exist": (["solver.preset=fast"], "solver.preset", ["'auto', 'direct' or 'iterative'"]),
    "nested solver options": (
        ["solver.petsc.a={b=1}"],
        "solver.petsc",
        ["tables of options are 'displacement', 'lithium'"],
    ),
    "axis that is none": (
        ["materials.particle.axis=up"],
        "materials.particle.axis",
        ["'up' is not an axis", "'radial'"],
    ),
    "axis without length": (
        ["materials.particle.axis={direction=[0,0,0]}"],
        "materials.particle.axis",
        ["no length"],
    ),
    "fibre too sharp to be drawn": (
        ["materials.particle.axis={fibre=[0,1,0], sharpness=1e8}"],
        "materials.particle.axis.sharpness",
        ["100000000.0", "at most 1000"],
    ),
    "radial axis of a cut particle": (
        ["materials.particle.axis=radial", f"{PARTICLES}.walls=cut"],
        "materials.particle.axis",
        ["needs whole particles", "cathode.particles.walls is 'cut'"],
    ),
    "tangential axis without grains": (
        ["materials.particle.axis=tangential"],
        "materials.particle.axis",
        ["'tangential' needs grains", "'particle' has none", "particles with grains"],
    ),
    "tangential axis of a cut particle": (
        [f"{PARTICLES}.grains={GRAINS}", "materials.particle.axis=tangential", f"{PARTICLES}.walls=cut"],
        "materials.particle.axis",
        ["'tangential' needs whole particles", "expected 'inside'"],
    ),
    "seed of an axis that is fixed": (
        ["materials.particle.axis={tangential=false, seed=2}"],
        "materials.particle.axis",
        ["is not an axis", "'tangential'"],
    ),
    # grains and kinds of particles
    "key of grains": (
        [f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.grains.size=1"],
        f"{PARTICLES}.grains.size",
        ["unknown key", "diameter"],
    ),
    "share of grains above one": (
        [f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.grains.share=1.5"],
        f"{PARTICLES}.grains.share",
        ["1.5 is not accepted", "at most 1"],
    ),
    "grains larger than particles": (
        [f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.grains.diameter.value=5 um"],
        PARTICLES,
        ["median diameter of the grains is 5.0", "less than that of particles, 4 um"],
    ),
    "grains smaller than elements": (
        [f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.grains.element_size=2 um"],
        f"{PARTICLES}.grains.element_size",
        ["'2 um' is not accepted", "less than the median diameter of the grains, 1 um"],
    ),
    "grains in particles of a kind that is none": (
        [f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.grains.roles=['bare']"],
        f"{PARTICLES}",
        ["roles of grains is 'bare'", "among 'particle'"],
    ),
    "roles without a whole": (
        [f"{PARTICLES}.roles={{particle=0.5, bare=0.4}}"],
        f"{PARTICLES}.roles",
        ["is not accepted", "whose sum is 1"],
    ),
    "role without a material": (
        [f"{PARTICLES}.roles={{particle=0.5, bare=0.5}}"],
        "materials.bare",
        ["no material", "'particle', 'bare'"],
    ),
    "role that is a layer": (
        [f"{PARTICLES}.roles={{particle=0.5, anode=0.5}}"],
        f"{PARTICLES}.roles",
        ["'anode' is not accepted", "a name of at most 40 letters", "other than"],
    ),
    # geometry
    "dimension of four": (["geometry.dimension=4"], "geometry.dimension", ["4 is not accepted", "2 or 3"]),
    "dimension that is no integer": (["geometry.dimension=2.0"], "geometry.dimension", ["2.0", "an integer"]),
    "curved elements with linear displacement": (
        ["geometry.order=2", "solver.displacement_degree=1"],
        "geometry.order",
        ["2", "accepted: 1, or solver.displacement_degree = 2"],
    ),
    "order that is a flag": (["geometry.order=true"], "geometry.order", ["true", "an integer"]),
    "degree that is a flag": (["solver.displacement_degree=true"], "solver.displacement_degree", ["an integer"]),
    "seed that is a flag": (["geometry.seed=true"], "geometry.seed", ["true is not accepted", "an integer"]),
    "fraction that is text": (
        [f"{PARTICLES}.volume_fraction='0.4'"],
        f"{PARTICLES}.volume_fraction",
        ["'0.4' is not accepted", "a number"],
    ),
    "deviation that is infinite": (
        [f'{PARTICLES}.diameter={{kind="lognormal", median="4 um", geometric_deviation=inf}}'],
        f"{PARTICLES}.diameter.geometric_deviation",
        ["inf is not accepted", "a finite number"],
    ),
    "negative thickness": (
        ["geometry.layers.anode.thickness=-1 um"],
        "geometry.layers.anode.thickness",
        ["-1", "above 0"],
    ),
    "3D without depth": (["geometry.dimension=3"], "geometry.depth", ["a length"]),
    "fraction above one": (
        [f"{PARTICLES}.volume_fraction=1.2"],
        f"{PARTICLES}.volume_fraction",
        ["1.2", "between 0 and 1"],
    ),
    "fraction that cannot be packed": (
        [f"{PARTICLES}.volume_fraction=0.9"],
        f"{PARTICLES}.volume_fraction",
        ["0.9", "at most 0.8"],
    ),
    "distribution without deviation": (
        [f'{PARTICLES}.diameter={{kind="lognormal", median="4 um"}}'],
        f"{PARTICLES}.diameter.geometric_deviation",
        ["missing"],
    ),
    # regions
    "material of no region": (
        ["materials.binder=lpscl"],
        "materials.binder",
        ["no region 'binder'", "'separator'"],
    ),
    "region without material": (
        ['geometry.layers.foil={thickness="9 um"}'],
        "materials.foil",
        ["no material", "'cathode'"],
    ),
    "interface with no region": (
        ['interfaces.surface.between=["particle", "binder"]'],
        "interfaces.surface.between",
        ["no region 'binder'"],
    ),
    "interface of a layer with itself": (
        ['interfaces.surface.between=["cathode", "cathode"]'],
        "interfaces.surface.between",
        ["both sides are 'cathode'"],
    ),
    "interface of particles without grains": (
        ['interfaces.surface.between=["particle", "particle"]'],
        "interfaces.surface.between",
        ["both sides are 'particle', which has no grains", "['anode', 'separator']", "['particle', 'cathode']"],
    ),
    "interface of layers apart": (
        ['interfaces.surface.between=["anode", "cathode"]'],
        "interfaces.surface.between",
        ["'anode' never touches 'cathode'", "['separator', 'cathode']"],
    ),
    "grains that may part and are bonded to what is around them": (
        [
            f"{PARTICLES}.grains={GRAINS}",
            'interfaces.surface.between=["separator", "cathode"]',
            'interfaces.boundary={law="contact", between=["particle", "particle"]}',
        ],
        "interfaces.boundary.law",
        ["'contact'", "bonded to 'cathode', which holds them", "between 'particle', 'cathode' with law 'elastic'"],
    ),
    "interface of a layer with particles of another": (
        [f"{PARTICLES}.grains={GRAINS}", 'interfaces.surface.between=["separator", "particle"]'],
        "interfaces.surface.between",
        ["'separator' never touches 'particle'", "['particle', 'cathode'] or ['particle', 'particle']"],
    ),
    "conductance to a region without lithium": (
        ["interfaces.surface.conductance=1 S/cm^2"],
        "interfaces.surface.conductance",
        ["'1 S/cm^2': lithium passes from host to host, and there is none in 'cathode'", "leave it out"],
    ),
    "conductance between regions without lithium": (
        ['interfaces.surface.between=["separator", "cathode"]', "interfaces.surface.conductance=1 S/cm^2"],
        "interfaces.surface.conductance",
        ["there is none in 'separator', 'cathode'"],
    ),
    "two layers that would each grow with the whole charge": (
        ["materials.separator=indium", "materials.anode=lithium"],
        "materials.separator.reaction_volume",
        ["'7.89 cm^3/mol': 'anode' has one too", "'0 cm^3/mol' in the other"],
    ),
    "reaction volume of a host": (
        ["materials.particle={use='ncm85', reaction_volume='9 cm^3/mol'}"],
        "materials.particle.reaction_volume",
        ["swells by its lattice; leave it out"],
    ),
    "layers that part on the way of lithium": (
        ["interfaces.delamination={law='contact', between=['separator', 'cathode']}"],
        "interfaces.delamination.law",
        ["'contact': lithium would pass between 'separator', 'cathode' also where they part", "or leave out the cell"],
    ),
    "interface named twice": (
        ['interfaces.other={law="bonded", between=["cathode", "particle"]}'],
        "interfaces.other.between",
        ["already joined by interfaces.surface"],
    ),
    "elastic interface without any stiffness": (
        ['interfaces.more={law="elastic", between=["anode", "separator"], normal_stiffness="0 MPa/um"}'],
        "interfaces.more.normal_stiffness",
        ["more than 0"],
    ),
    "bonded interface with stiffness": (
        ['interfaces.more={law="bonded", between=["anode", "separator"], shear_stiffness="1 MPa/um"}'],
        "interfaces.more.shear_stiffness",
        ["unknown key", "between"],
    ),
    # materials
    "material that does not exist": (
        ["materials.separator=lpsci"],
        "materials.separator",
        ["'lpsci'", "lpscl"],
    ),
    "material value that does not exist": (
        ["materials.particle.modulus=1 GPa"],
        "materials.particle.modulus",
        ["unknown key", "youngs_modulus"],
    ),
    "poisson ratio of a half": (
        ['materials.separator={use="lpscl", poisson_ratio=0.5}'],
        "materials.separator",
        ["poisson_ratio", "0.5"],
    ),
    "poisson ratio that is text": (
        ["materials.particle.poisson_ratio='0.3'"],
        "materials.particle.poisson_ratio",
        ["'0.3' is not accepted", "a number"],
    ),
    "lattice without size": (
        ["materials.particle.lattice={a={value=nan, slope=0.0}, c={value=1.0, slope=0.0}}"],
        "materials.particle.lattice.a.value",
        ["nan is not accepted", "a finite number"],
    ),
    "negative modulus": (
        ['materials.separator={use="lpscl", youngs_modulus="-1 GPa"}'],
        "materials.separator",
        ["youngs_modulus", "greater than 0"],
    ),
    # cell and fixture
    "anode that does not exist": (["cell.anode=tin"], "cell.anode", ["'tin'", "lto"]),
    "anode without balance": (["-cell.n_to_p"], "cell.n_to_p", ["missing", "'lto' needs it"]),
    "rigid fixture with stiffness": (
        ['fixture.kind="rigid"', "fixture.stiffness=1 MPa/um"],
        "fixture.stiffness",
        ["unknown key", "walls"],
    ),
    "spring without stiffness": (["-fixture.stiffness"], "fixture.stiffness", ["missing"]),
    "pressure on a stack": (
        ["fixture.kind=pressure"],
        "fixture.kind",
        ["'pressure' is for a particle in a shell", "'spring'"],
    ),
    "missing section": (["-fixture"], "fixture", ["missing"]),
    # protocol, start and time
    "no steps": (["protocol.steps=[]"], "protocol.steps", ["there are no steps"]),
    "made after its charge": (
        ["protocol.steps=['press to 5 MPa in 1 min', 'charge at 1C until 1 h', 'fabricate at 99 MPa for 1 min']"],
        "protocol.steps",
        ["'fabricate at 99 MPa for 1 min' comes after 'charge at 1C until 1 h'", "before lithium moves"],
    ),
    "linear elements where something flows": (
        [
            "solver.displacement_degree=1",
            "materials.separator={use='lpscl', law={kind='plastic', yield_stress='9 MPa'}}",
        ],
        "solver.displacement_degree",
        ["1 locks where materials.separator flows", "expected 2"],
    ),
    "a powder that is not said": (
        ["materials.separator={use='lpscl', law={kind='compaction', relative_density=0.8, tension_limit='9 MPa'}}"],
        "materials.separator.law",
        ["law has relative_density of yield_stress, relative_density, fabrication_pressure", "accepted: two of them"],
    ),
    "a share that never relaxes": (
        [f"materials.separator={{use='lpscl', law={{kind='compaction', {POWDER}, relaxing_share=0.1}}}}"],
        "materials.separator.law",
        ["law has relaxing_share alone", "accepted: relaxing_share and relaxation_time, or none of them"],
    ),
    "an exponent of no overstress": (
        ["materials.separator={use='lpscl', law={kind='plastic', yield_stress='9 MPa', overstress_exponent=2}}"],
        "materials.separator.law",
        ["overstress_exponent is used with overstress_time only"],
    ),
    "saturation below yield": (
        ["materials.separator={use='lpscl', law={kind='plastic', yield_stress='9 MPa', saturation_stress='8 MPa'}}"],
        "materials.separator.law",
        ["saturation_stress = 8", "at least the yield stress, 9 MPa"],
    ),
    "step that is none": (
        ["protocol.steps=['wait 2 h']"],
        "protocol.steps",
        ["'wait 2 h' is not a step", "'rest 12 h'"],
    ),
    "rate that is none": (
        ["protocol.steps=['charge at 5 MPa until 4 V']"],
        "protocol.steps",
        ["'5 MPa' is not a rate", "'0.1C'"],
    ),
    "voltage as a rate": (
        ["protocol.steps=['charge at 5 V until 4 V']"],
        "protocol.steps",
        ["a voltage is kept by 'hold'", "'0.1C'"],
    ),
    "amperes without an area": (
        ["protocol.steps=['hold at 4 V until 5 mA']"],
        "cell.plate_area",
        ["this key is missing", "'5 mA' of 'hold at 4 V until 5 mA'"],
    ),
    "charge of the whole cell without an area": (
        ["protocol.steps=['charge at 20 mA/g until 2 mAh']"],
        "cell.plate_area",
        ["this key is missing", "'2 mAh' of 'charge at 20 mA/g until 2 mAh'"],
    ),
    "time that is called a hold": (
        ["protocol.steps=['hold 2 h']"],
        "protocol.steps",
        ["'hold' keeps a voltage", "'rest 12 h'"],
    ),
    "open share of what cannot open": (
        ["protocol.steps=['charge at 1C until open = 0.2']"],
        "protocol.steps",
        ["no interface may open", "expected one in interfaces"],
    ),
    "limit that is none": (
        ["protocol.steps=['charge at 1C until full']"],
        "protocol.steps",
        ["'full' is not a limit", "'x = 0.3'"],
    ),
    "repeat of nothing": (
        ["protocol.steps=[{repeat=2, steps=[]}]"],
        "protocol.steps",
        ["repeat at least 1 and a step"],
    ),
    "repeat of zero": (["protocol.steps=[{repeat=0, steps=[]}]"], "protocol.steps", ["repeat at least 1"]),
    "window upside down": (
        [f"protocol.steps=['{CHARGE}', 'discharge at 1C until 3 V']"],
        "protocol.steps",
        [CHARGE, "not above"],
    ),
    "limit outside the lattice data": (
        ["protocol.steps=['charge at 1C until x = 0.1']"],
        "protocol.steps",
        ["x = 0.1", "0.25 to 1"],
    ),
    "start outside the lattice data": (
        ["initial.stoichiometry=0.2"],
        "initial.stoichiometry",
        ["'0.2'", "0.25 to 1"],
    ),
    "current without a cell": (["-cell"], "protocol.steps", [CHARGE, "needs the section cell"]),
    "set stoichiometry of a cell": (
        ["protocol.steps=['set x = 0.5 in 1 h']"],
        "protocol.steps",
        ["leave out the section cell"],
    ),
    "hosts without a surface": (
        [f"materials.{role}=ncm85" for role in ("anode", "separator", "cathode")],
        "materials",
        ["every region hosts lithium", "'lpscl'"],
    ),
    "discharge above the charge before it": (
        ["protocol.steps=['charge at 1C until 2 V', 'rest 1 h', 'discharge at 1C until 2.2 V']"],
        "protocol.steps",
        ["'charge at 1C until 2 V' ends at a voltage not above", "'discharge at 1C until 2.2 V'"],
    ),
    "current without a host": (["materials.particle=lpscl"], "materials", [CHARGE, "'ncm85'"]),
    "steps out of order": (["time.first_step=1 d"], "time.first_step", ["86400 s", "1800 s"]),
    "output after the end": (
        ["protocol.steps=['press to 1 MPa in 1 min']", "output.fields_at=['1 h']"],
        "output.fields_at",
        ["3600 s is past"],
    ),
    "force without a press": (
        ["fixture.kind=constant-force", "protocol.steps=['rest 1 h']"],
        "protocol.steps",
        ["'constant-force' needs one"],
    ),
}

CELL = "cell={anode='lithium', one_c='190 mA/g', exchange_current_density='1 A/m^2'}"
MESH_FILE = f"geometry={{kind='mesh-file', path='{__file__}'}}"

COHESIVE = [
    "interfaces.surface.law=cohesive",
    "interfaces.surface.normal_strength=50 MPa",
    "interfaces.surface.normal_toughness=1 J/m^2",
    "interfaces.surface.normal_stiffness=1e6 MPa/um",
]

BAD_COHESIVE = {
    "strength without unit": (
        [*COHESIVE, "interfaces.surface.normal_strength=50"],
        "interfaces.surface.normal_strength",
        ["50", "has no unit", "MPa"],
    ),
    "interface too soft for its strength": (
        [*COHESIVE, "interfaces.surface.normal_stiffness=1000 MPa/um"],
        "interfaces.surface.normal_stiffness",
        ["1000 MPa/um", "at least 10 T^2/(2 G) = 12500"],
    ),
    "stiffness of a law that has its own": (
        [*COHESIVE, "interfaces.surface.softening=smooth-exponential"],
        "interfaces.surface",
        ["smooth-exponential", "leave out normal_stiffness"],
    ),
    "toughness of neither criterion": (
        [*COHESIVE, "interfaces.surface.mixed_mode={linear = 1.0}"],
        "interfaces.surface.mixed_mode",
        ["linear", "{power = 1.0}", "{benzeggagh-kenane = 2.0}"],
    ),
    "toughness without a finite exponent": (
        [*COHESIVE, "interfaces.surface.mixed_mode={power = inf}"],
        "interfaces.surface.mixed_mode",
        ["{power = inf} is not accepted", "{power = 1.0}", "from 1 to 10"],
    ),
    "toughness with an exponent out of range": (
        [*COHESIVE, "interfaces.surface.mixed_mode={benzeggagh-kenane = 1e4}"],
        "interfaces.surface.mixed_mode",
        ["{benzeggagh-kenane = 10000.0} is not accepted", "from 1 to 10"],
    ),
    "keys of a mixed mode that are none": (
        [*COHESIVE, "interfaces.surface.mixed_mode={criterion = 'power', exponent = 2.0}"],
        "interfaces.surface.mixed_mode",
        ["{criterion = 'power', exponent = 2.0} is not accepted", "{power = 1.0}"],
    ),
    "bonded fraction of what is unbonded": (
        [*COHESIVE, "interfaces.surface.initial_state=unbonded", "interfaces.surface.bonded_fraction=0.5"],
        "interfaces.surface.bonded_fraction",
        ["0.5 is not accepted", "nothing where initial_state is 'unbonded'"],
    ),
    "conduction of neither kind": (
        [*COHESIVE, "interfaces.surface.closed_conduction=0.5"],
        "interfaces.surface.closed_conduction",
        ["0.5 is not accepted", "'full' or {lowest = 0.2"],
    ),
    "quantity of a knee": (
        [*COHESIVE, "interfaces.surface.closed_conduction={lowest = 0.2, knee = '50', width = '10 MPa'}"],
        "interfaces.surface.closed_conduction.knee",
        ["'50'", "has no unit", "MPa"],
    ),
    "knee without a width": (
        [*COHESIVE, "interfaces.surface.closed_conduction={lowest = 0.2, knee = '50 MPa'}"],
        "interfaces.surface.closed_conduction.width",
        ["this key is missing"],
    ),
    "key of a knee": (
        [*COHESIVE, "interfaces.surface.closed_conduction={lowest=0.2, knee='50 MPa', width='5 MPa', widht=1}"],
        "interfaces.surface.closed_conduction.widht",
        ["unknown key", "did you mean 'width'?"],
    ),
    "bonded fraction above one": (
        [*COHESIVE, "interfaces.surface.bonded_fraction=1.5"],
        "interfaces.surface.bonded_fraction",
        ["1.5", "at most 1"],
    ),
    "slip in a key of an interface": (
        [*COHESIVE, "interfaces.surface.shear_strenth=50 MPa"],
        "interfaces.surface.shear_strenth",
        ["unknown key", "did you mean 'shear_strength'?"],
    ),
    "initial gap of what adheres": (
        [*COHESIVE, "interfaces.surface.initial_gap=3 nm"],
        "interfaces.surface.initial_gap",
        ["unknown key"],
    ),
    "table of gaps that is not there": (
        [*COHESIVE, "interfaces.surface.gap_table={path='gaps.csv'}"],
        "interfaces.surface.gap_table.path",
        ["cannot be read, No such file", "x [um], y [um], gap [um]"],
    ),
    "gaps stated twice": (
        [
            "interfaces.surface={between=['particle', 'cathode'], law='contact', initial_gap='2 nm'}",
            "interfaces.surface.gap_table={path='g'}",
        ],
        "interfaces.surface.initial_gap",
        ["'2 nm' is not accepted", "nothing beside a gap_table"],
    ),
    "negative friction": (
        [*COHESIVE, "interfaces.surface.friction=-0.1"],
        "interfaces.surface.friction",
        ["-0.1", "at least 0"],
    ),
    "law that does not exist": (
        ["interfaces.surface.law=glued"],
        "interfaces.surface.law",
        ["glued", "'cohesive'", "'contact'"],
    ),
    "coating of nothing known": (
        [COATED % "thickness='10 nm'"],
        "interfaces.surface",
        ["a coating needs a material, or youngs_modulus and poisson_ratio"],
    ),
    "coating of a material that is not there": (
        [COATED % "thickness='10 nm', material='glass'"],
        "interfaces.surface.material",
        ["'glass' is not accepted", "a name of the library: carbon, graphite"],
    ),
    "coating without a thickness": (
        [COATED % "thickness='0 nm', material='linbo3'"],
        "interfaces.surface.thickness",
        ["'0 nm'", "more than 0"],
    ),
    "bond of a coating to what it does not touch": (
        [COATED % f"thickness='10 nm', material='linbo3', bonds={{separator={{{BOND}}}}}"],
        "interfaces.surface",
        ["bonds: there is none to 'separator'; accepted: 'particle', 'cathode'"],
    ),
    "bonds of a coating neither of which is the weaker one": (
        [COATED % f"thickness='10 nm', material='linbo3', bonds={{particle={{{BOND}}}, cathode={{{SLIPPERY}}}}}"],
        "interfaces.surface",
        ["bonds: the weaker one in opening is the stronger one in sliding; accepted: one that is weaker in both"],
    ),
    "bond of a coating without a toughness": (
        [COATED % "thickness='10 nm', material='linbo3', bonds={cathode={normal_strength='50 MPa'}}"],
        "interfaces.surface.bonds.cathode.normal_toughness",
        ["missing"],
    ),
    "resistance of a coating between two hosts": (
        [
            COATED % "thickness='10 nm', material='linbo3', ionic_conductivity='1e-7 S/cm'",
            "materials.cathode={use='ncm811', axis='random'}",
        ],
        "interfaces.surface.ionic_conductivity",
        ["each of 'particle', 'cathode' hosts lithium", "leave it out"],
    ),
    "coating of grains": (
        ["interfaces.surface={law='coated', between=['particle', 'particle'], thickness='10 nm', material='linbo3'}"],
        "interfaces.surface.between",
        ["two different roles"],
    ),
}

BAD_SHELL = {
    "interface of a shell with itself": (
        ["interfaces.a={law='contact', between=['electrolyte', 'electrolyte']}"],
        "interfaces.a.between",
        ["both sides are 'electrolyte', which has no grains", "expected ['particle', 'electrolyte']"],
    ),
    "grain boundaries of a single crystal": (
        ["interfaces.a={law='contact', between=['particle', 'particle']}"],
        "interfaces.a.between",
        ["both sides are 'particle', which has no grains"],
    ),
    "platen on a shell": (["fixture.kind=rigid"], "fixture.kind", ["'rigid' needs a stack", "'pressure'"]),
    "axis without the symmetry": (
        ["materials.particle.axis=random"],
        "materials.particle.axis",
        ["'radial'", "'full'"],
    ),
    "plane in 3D": (["fixture.out_of_plane=plane-strain"], "fixture.out_of_plane", ["is for 2D"]),
    "shell inside the core": (
        ["geometry.shell_radius=1 um"],
        "geometry.shell_radius",
        ["0.0001 um more than core_radius, 2 um"],
    ),
    "current per area": (
        [CELL, "protocol.steps=['press to 1 MPa in 1 s', 'charge at 1 mA/cm^2 until 4 V']"],
        "protocol.steps",
        ["no plate area"],
    ),
    "resistance without a plate": (
        [CELL, "cell.resistance=20 ohm cm^2"],
        "cell.resistance",
        ["'20 ohm*cm^2'", "no plate area", "leave it out"],
    ),
    "shell that hosts lithium": ([CELL, "materials.electrolyte=ncm85"], "materials", ["no surface to react on"]),
    "mesh file that does not exist": (
        ["-geometry", "geometry={kind='mesh-file', path='/nowhere/stack.msh'}"],
        "geometry.path",
        ["'/nowhere/stack.msh' is no file"],
    ),
    "current per area on a mesh file": (
        [MESH_FILE, CELL, "protocol.steps=['press to 1 MPa in 1 s', 'charge at 1C until 1 mAh/cm^2']"],
        "protocol.steps",
        ["no plate area", "'150 mAh/g'"],
    ),
    "linear elements that lock": (
        ["solver.displacement_degree=1", "materials.electrolyte={use='lpscl', poisson_ratio=0.48}"],
        "solver.displacement_degree",
        ["0.48", "expected 2"],
    ),
}


def _errors(path: Path, text: str, changes: list[str]) -> list[CaseError]:
    """Errors of a case with overrides; ``-key`` removes a key."""
    removed = [change[1:] for change in changes if change.startswith("-")]
    (path / "base").mkdir()
    (path / "base" / "case.toml").write_text(text)
    (path / "case.toml").write_text(f'extends = "base"\nremove = {removed}\n')
    with pytest.raises(CaseErrors) as caught:
        read_case(path, [change for change in changes if not change.startswith("-")])
    assert all("\n" not in str(error) for error in caught.value.errors)
    assert str(caught.value).count("\n") == len(caught.value.errors) - 1
    return caught.value.errors


@pytest.mark.parametrize("text", [GOOD, SHELL], ids=["stack", "shell"])
def test_the_cases_are_good_before_they_are_spoilt(tmp_path, text: str) -> None:
    """No error below comes from the cases themselves."""
    (tmp_path / "case.toml").write_text(text)
    read_case(tmp_path)


@pytest.mark.parametrize(
    ("text", "changes", "key", "words"),
    [
        pytest.param(text, *bad, id=name)
        for text, table in ((GOOD, BAD | BAD_COHESIVE), (SHELL, BAD_SHELL))
        for name, bad in table.items()
    ],
)
def test_bad_input(tmp_path, text: str, changes: list[str], key: str, words: list[str]) -> None:
    """One line says the key, what was given and what is accepted, and no line is about anything else."""
    first, *others = _errors(tmp_path, text, changes)
    assert first.key == key
    for word in words:
        assert word in first.message
    assert not others or words[0] == CHARGE


def test_all_errors_at_once(tmp_path) -> None:
    """Errors of several sections and several errors of one section come together."""
    changes = [
        "fixture.stiffness=3",
        "cell.n_to_p=-1",
        "cell.one_c=1 A",
        "cells=1",
        "materials.separator=mud",
        "protocol.steps=['wait', 'charge at 1C until soon']",
        "initial.stoichiometry=2",
        "time.first_step=1 d",
    ]
    errors = [error.key for error in _errors(tmp_path, GOOD, changes)]
    assert errors.count("protocol.steps") == 2
    assert set(errors) == {
        "cells",
        "fixture.stiffness",
        "cell.n_to_p",
        "cell.one_c",
        "materials.separator",
        "protocol.steps",
        "initial.stoichiometry",
        "time.first_step",
    }


def test_errors_between_sections_do_not_hide_behind_errors_in_them(tmp_path) -> None:
    """What can be read is compared, what cannot be read is no reason for a second message."""
    changes = [
        "cell.one_c=1 A",
        "geometry.width=60",
        f"{PARTICLES}.volume_fraction=0.95",
        "materials.separator=mud",
        "materials.particle.axis=sideways",
        "materials.wall=lpscl",
        "protocol.steps=['pres to 81 MPa in 1 min', 'charge at 0.1C until 275 V', 'charge at 0.1C until x = 0.1']",
        "output.fields_at=['9999 h']",
    ]
    errors = _errors(tmp_path, GOOD.replace("n_to_p = 1.5\n", ""), changes)
    assert {error.key for error in errors} == {
        "cell.n_to_p",
        "cell.one_c",
        "geometry.width",
        f"{PARTICLES}.volume_fraction",
        "materials.separator",
        "materials.particle.axis",
        "materials.wall",
        "protocol.steps",
    }
    assert [error.key for error in errors].count("protocol.steps") == 3
    assert len(errors) == 10


def test_a_fault_in_a_table_does_not_hide_what_else_its_owner_says(tmp_path) -> None:
    """A mistake in a key of a key leaves the other keys of both to the checks between sections."""
    changes = [
        *COHESIVE,
        "interfaces.surface.closed_conduction={lowest = 0.2, knee = '50', width = '10 MPa'}",
        'interfaces.surface.between=["particle", "binder"]',
        f"{PARTICLES}.diameter.value=4",
        'geometry.layers.foil={thickness="9 um"}',
    ]
    assert {error.key for error in _errors(tmp_path, GOOD, changes)} == {
        "interfaces.surface.closed_conduction.knee",
        "interfaces.surface.between",
        f"{PARTICLES}.diameter.value",
        "materials.foil",
    }


def test_an_unknown_key_is_not_missed_a_second_time(tmp_path) -> None:
    """A key with a slip is not reported as missing as well."""
    (error,) = _errors(tmp_path, GOOD.replace("n_to_p", "n_top"), [])
    assert error.key == "cell.n_top"
    assert "did you mean 'n_to_p'?" in error.message


def test_case_that_is_not_there(tmp_path) -> None:
    """The message says what a case is."""
    with pytest.raises(CaseErrors, match=r"expected a directory with case.toml"):
        read_case(tmp_path / "nowhere")


def test_case_that_is_not_toml(tmp_path) -> None:
    """The message says where the text stops being TOML."""
    (tmp_path / "case.toml").write_text("[case\n")
    with pytest.raises(CaseErrors, match=r"not valid TOML: .*line 1"):
        read_case(tmp_path)


def test_every_bad_line_of_a_protocol_is_named(tmp_path) -> None:
    """A repeat or a value that is none hides no other line, and a line in a repeat is named once."""
    lines = (
        "'pres to 1 MPa in 1 min', 'charge at 0.1C', 'charge at 0.1C until 2.75 bananas', {repeat=0, steps=[]}, "
        "'rest -12 h', 7, 'set x = 3 in 1 h', {repeat=2, steps=['wait', {repeat=3, steps='rest 1 h'}]}"
    )
    words = [
        "'pres to 1 MPa in 1 min' is not a step",
        "'charge at 0.1C' is not a step",
        "'2.75 bananas' is not a limit",
        "{repeat = 0, steps = []} is not a repeat",
        "'-12 h' must be positive",
        "7 is not a step",
        "'wait' is not a step",
        "{repeat = 3, steps = 'rest 1 h'} is not a repeat",
        "'set x = 3 in 1 h'",
    ]
    errors = _errors(tmp_path, SHELL, [f"protocol.steps=[{lines}]"])
    assert [error.key for error in errors] == ["protocol.steps"] * len(words)
    assert all(word in error.message for word, error in zip(words, errors, strict=True))


def test_every_number_of_a_shell_is_looked_at(tmp_path) -> None:
    """A value that cannot be read, one out of range, and two that do not go together."""
    changes = ["geometry.core_radius=4 um", "geometry.element_size=-1 um", "geometry.order=3"]
    errors = [error.key for error in _errors(tmp_path, SHELL, changes)]
    assert sorted(errors) == ["geometry.element_size", "geometry.order", "geometry.shell_radius"]


def test_every_number_of_a_stack_is_looked_at(tmp_path) -> None:
    """Mistakes in a table do not hide those of the tables around it, and make no other line."""
    values = {
        f"{PARTICLES}.volume_fraction": "1.45",
        f"{PARTICLES}.minimum_gap": "-1 um",
        f"{PARTICLES}.diameter.value": "-4 um",
        "geometry.layers.cathode.thickness": "-2 um",
        "geometry.seed": "-3",
        "geometry.element_size": "-1 um",
        "geometry.depth": "5 um",
    }
    errors = _errors(tmp_path, GOOD, [f"{key}={value}" for key, value in values.items()])
    assert sorted(error.key for error in errors) == sorted(values)
    for error in errors:
        assert values[error.key] in error.message


def test_every_value_of_a_material_is_looked_at(tmp_path) -> None:
    """One line for each value out of its range."""
    values = {"youngs_modulus": "-1 GPa", "poisson_ratio": "0.7", "diffusivity": "-1e-14 m^2/s"}
    errors = _errors(tmp_path, GOOD, [f"materials.particle.{key}={value}" for key, value in values.items()])
    assert [error.key for error in errors] == ["materials.particle"] * 3
    assert all(error.message.startswith(name) for name, error in zip(values, errors, strict=True))


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        # The median of particles of no size is no limit for the gap, the grains and the layer.
        ([f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.diameter.value=0 um"], [f"{PARTICLES}.diameter.value"]),
        # Elements of no size are no limit for the largest one.
        (["geometry.element_size=-1 um", "geometry.largest_element=5 um"], ["geometry.element_size"]),
        # Which of two values is wrong is open: what else they do not go with is no mistake of its own.
        ([f"{PARTICLES}.grains={GRAINS}", f"{PARTICLES}.diameter.value=50 nm"], [f"{PARTICLES}.minimum_gap"]),
        (["geometry.dimension=3", f"{PARTICLES}.volume_fraction=0.7"], ["geometry.depth"]),
        # A fraction that is refused is no fraction to be packed.
        ([f"{PARTICLES}.volume_fraction=1.2", "geometry.seed=-1"], [f"{PARTICLES}.volume_fraction", "geometry.seed"]),
        # A misspelt key may stand for the one that is missing.
        ([f"{PARTICLES}.walks=cut", "geometry.seed=-1"], [f"{PARTICLES}.walks", "geometry.seed"]),
    ],
)
def test_a_mistake_makes_no_line_about_what_depends_on_it(tmp_path, changes: list[str], keys: list[str]) -> None:
    """Neither in its own table nor in those around it."""
    assert [error.key for error in _errors(tmp_path, GOOD, changes)] == keys


def test_mistakes_of_an_interface_come_at_once(tmp_path) -> None:
    """One line for each pair of keys that do not go together, and for what cannot be read."""
    name = "interfaces.surface"
    changes = [f"{name}.initial_state=unbonded", f"{name}.bonded_fraction=0.5", f"{name}.normal_stiffness=1 MPa/um"]
    errors = _errors(tmp_path, GOOD, [*COHESIVE, *changes, f"{name}.friction=-0.1"])
    assert sorted(error.key for error in errors) == [
        f"{name}.bonded_fraction",
        f"{name}.friction",
        f"{name}.normal_stiffness",
    ]
