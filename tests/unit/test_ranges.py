"""Every number of a case has a range, and what a case asks for has a size that can be expected to end."""

import re
from copy import deepcopy

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.reading.reader import build_case, read_case, read_table
from fem_asslb.output.resolved import resolved_table
from tests.unit.test_bad_input import COHESIVE, GOOD, SHELL
from tests.unit.test_cli import COLUMN

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

MATERIAL = """{ title = "own", youngs_modulus = "165 GPa", poisson_ratio = 0.3, density = "4.78 g/cm^3",
strength = "1 GPa", maximum_concentration = "49140 mol/m^3", molar_mass = "97 g/mol",
diffusivity_in_plane = "1e-14 m^2/s", diffusivity_along_axis = "1e-15 m^2/s",
axis = { fibre = [0, 1, 0], sharpness = 5.0 },
lattice = { a = { value = 2.8, slope = 0.05, bends = [{ position = 0.3, width = 0.1, slope_change = 0.01 }] },
c = { value = 14.0, slope = 0.1 } }, potential = { line = { value = 4.5, slope = -1.0 } } }""".replace("\n", " ")

RICH = [
    *COHESIVE,
    "interfaces.surface.shear_strength=40 MPa",
    "interfaces.surface.shear_toughness=1 J/m^2",
    "interfaces.surface.friction_stiffness=1e5 MPa/um",
    "interfaces.surface.closed_conduction={lowest=0.2, knee='50 MPa', width='10 MPa'}",
    "interfaces.surface.viscous_time=1 s",
    "interfaces.surface.healing_time=1 h",
    "interfaces.surface.bonded_fraction=0.9",
    "interfaces.surface.scatter={modulus=6.9}",
    "interfaces.flaw={law='elastic', between=['separator', 'cathode'], normal_stiffness='1e5 MPa/um'}",
    "geometry.layers.cathode.particles.grains={diameter={kind='lognormal', median='1 um', geometric_deviation=1.2}}",
    "geometry.layers.cathode.particles.grains.element_size=0.3 um",
    "geometry.layers.cathode.voids={volume_fraction=0.05, diameter={kind='equal', value='1 um'}}",
    "geometry.largest_element=20 um",
    "cell.resistance=20 ohm cm^2",
    "output.fields_at=['1 s']",
]

FREE = {"axis.fibre", "seed"}
"""A direction has any length but zero and infinity; a seed is any number."""


def rich_table(tmp_path):
    text = re.sub("particle = .*\n", lambda _: f"particle = {MATERIAL}\n", GOOD)
    (tmp_path / "case.toml").write_text(text)
    return resolved_table(build_case(read_table(tmp_path, RICH)))


def numbers_of(value, path=()):
    """Paths of all numbers and quantities of a table."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from numbers_of(item, (*path, key))
    if isinstance(value, float) or (isinstance(value, str) and re.match(r"[0-9.e+-]+ [A-Za-z]", value)):
        yield path


def with_value(table, path, value):
    changed = deepcopy(table)
    owner = changed
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    return changed


def test_every_number_has_a_largest_size_and_every_quantity_a_smallest(tmp_path):
    table = rich_table(tmp_path)
    paths = [path for path in numbers_of(table) if path[0] != "case"]
    assert len(paths) > 50
    accepted = []
    for path in paths:
        given = table
        for key in path:
            given = given[key]
        unit = given.partition(" ")[2] if isinstance(given, str) else None
        sizes = ["1e300", "1e40"] + (["1e-40"] if unit else [])
        if unit == "degC":
            sizes = ["1e300", "-1000"]
        for size in sizes:
            name = ".".join(map(str, path))
            if any(word in name for word in FREE) and size != "1e300":
                continue
            try:
                build_case(with_value(table, path, f"{size} {unit}" if unit else float(size)))
            except CaseErrors as error:
                assert all(len(str(item)) <= 300 and str(item).isprintable() for item in error.errors)
            else:
                accepted.append((name, size))
    assert accepted == []


@pytest.mark.parametrize(
    ("text", "change", "key"),
    [
        (GOOD, "geometry.width=3e301 um", "geometry.width"),
        (GOOD, "geometry.layers.separator.thickness=1.8e-8 um", "geometry.layers.separator.thickness"),
        (GOOD, "geometry.element_size=1e-9 um", "geometry.element_size"),
        (GOOD, "protocol.steps=['rest 1e300 h']", "protocol.steps"),
        (GOOD, "protocol.steps=['press to 1e6 MPa in 1 s']", "protocol.steps"),
        (GOOD, "protocol.steps=['charge at 1e9C until 4 V']", "protocol.steps"),
        (GOOD, "time.smallest_step=1e-300 s", "time.smallest_step"),
        (GOOD, "materials.separator.youngs_modulus=1e200 MPa", "materials.separator.youngs_modulus"),
        (SHELL, "geometry.core_radius=1e-6 um", "geometry.core_radius"),
    ],
)
def test_what_no_cell_has_is_refused_under_its_key(tmp_path, text, change, key):
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(CaseErrors) as caught:
        read_case(tmp_path, [change])
    assert key in [error.key for error in caught.value.errors]
    assert "out of range" in str(caught.value)


@pytest.mark.parametrize("change", ["normal_strength=1e200 MPa", "friction=3e29", "normal_toughness=1e-300 J/m^2"])
def test_an_interface_that_nothing_has_is_refused(tmp_path, change):
    (tmp_path / "case.toml").write_text(GOOD)
    with pytest.raises(CaseErrors) as caught:
        read_case(tmp_path, [*COHESIVE, f"interfaces.surface.{change}"])
    assert f"interfaces.surface.{change.partition('=')[0]}" in [error.key for error in caught.value.errors]


SHORT = [f"time.{name}_step=1 ms" for name in ("first", "smallest", "largest")]
SIZES = {
    "elements of a stack": (GOOD, ["geometry.element_size=1e-3 um"], "geometry.element_size", "elements"),
    "elements of plain layers": (COLUMN, ["geometry.element_size=1e-4 um"], "geometry.element_size", "elements"),
    "elements of a shell": (SHELL, ["geometry.element_size=1e-3 um"], "geometry.element_size", "elements"),
    "elements of grains": (
        GOOD,
        ["geometry.layers.cathode.particles.grains={diameter={kind='equal', value='1e-3 um'}}"],
        "geometry.element_size",
        "elements",
    ),
    "particles": (
        GOOD,
        [f"geometry.layers.cathode.particles.{change}" for change in ("diameter.value=10 nm", "minimum_gap=1 nm")],
        "geometry.layers.cathode.particles.diameter",
        "particles",
    ),
    "steps": (GOOD, ["protocol.steps=[{repeat=20000, steps=['rest 1 s']}]"], "protocol.steps", "steps"),
    "time steps": (SHELL, ["protocol.steps=['press to 1 MPa in 1e9 s']"], "time.largest_step", ""),
    "shorter time steps": (
        SHELL,
        ["protocol.steps=['press to 1 MPa in 1e6 s']", "time.largest_step='0.1 s'", "time.first_step='0.1 s'"],
        "time.largest_step",
        "time steps",
    ),
    "elements of a thin layer": (
        COLUMN,
        ["geometry.width=1 m", "geometry.element_size=1 m", "geometry.layers.separator.thickness=1e-4 um"],
        "geometry.element_size",
        "elements",
    ),
    "a long charge": (
        GOOD,
        ["protocol.steps=['charge at 0.1C until 4 V']", *SHORT],
        "time.largest_step",
        "time steps",
    ),
    "a small current": (GOOD, ["protocol.steps=['charge at 1e-6C until 4 V']"], "time.largest_step", "time steps"),
    "a small unit of current": (GOOD, ["cell.one_c=1e-6 A/g"], "time.largest_step", "time steps"),
    "a small current that ends soon": (
        GOOD,
        ["protocol.steps=['charge at 1e-6C until 4 V or 1 h']"],
        "time.largest_step",
        "",
    ),
}


@pytest.mark.parametrize(("text", "changes", "key", "things"), SIZES.values(), ids=SIZES)
def test_sizes_beyond_any_machine_are_refused_with_the_estimate_unless_forced(tmp_path, text, changes, key, things):
    (tmp_path / "case.toml").write_text(text)
    if not things:
        read_case(tmp_path, changes)
        return
    with pytest.raises(
        CaseErrors, match=rf"(about )?[0-9.e+]+ {things}, more than [0-9]+; expected .*, or --force"
    ) as caught:
        read_case(tmp_path, changes)
    assert key in [error.key for error in caught.value.errors]
    try:
        read_case(tmp_path, changes, any_size=True)
    except CaseErrors as error:
        assert "--force" not in str(error)
