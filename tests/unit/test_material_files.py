"""Materials in files of one's own: the same as in the case, and refused in one line where they are none."""

import os

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.reading.reader import read_case
from fem_asslb.materials.library import load
from fem_asslb.output.resolved import resolved_table

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

CASE = """
[case]
title = "Layer"
[geometry]
kind = "layered-stack"
dimension = 2
width = "4 um"
element_size = "2 um"
[geometry.layers.separator]
thickness = "4 um"
[geometry.layers.cathode]
thickness = "4 um"
[materials]
separator = "./mine.toml"
cathode = { use = "own/crystal.toml", youngs_modulus = "100 GPa" }
[fixture]
kind = "rigid"
[protocol]
steps = ["press to 5 MPa in 1 s"]
"""
MINE = """
title = "A glass"
density = { value = "2.0 g/cm^3", source = "assumed", mark = "est" }
[youngs_modulus]
value = "31 GPa"
source = "mine"
mark = "lit"
[poisson_ratio]
value = 0.25
[bibliography]
mine = "My thesis (2025)"
"""
CRYSTAL = 'use = "deeper/base.toml"\ndensity = "4 g/cm^3"\n'
BASE = 'use = "ncm85"\ntitle = "From the library"\n'


@pytest.fixture
def folder(tmp_path):
    for name, text in (("case.toml", CASE), ("mine.toml", MINE)):
        (tmp_path / name).write_text(text)
    (tmp_path / "own" / "deeper").mkdir(parents=True)
    (tmp_path / "own" / "crystal.toml").write_text(CRYSTAL)
    (tmp_path / "own" / "deeper" / "base.toml").write_text(BASE)
    return tmp_path


def test_values_of_a_file_are_those_of_the_case(folder):
    """Newer statements win, files are relative to what names them, and the record keeps values and sources."""
    case = read_case(folder)
    materials = case.resolved_materials()
    glass, crystal = materials["separator"], materials["cathode"]
    assert (glass.elasticity.youngs_modulus, glass.elasticity.poisson_ratio) == (31e3, 0.25)
    assert glass.density == pytest.approx(2.0)
    assert glass.sources["youngs_modulus"] == "My thesis (2025) [lit]"
    average = load("ncm85").elasticity.isotropic_average()
    assert crystal.elasticity.youngs_modulus == 100e3
    assert crystal.elasticity.poisson_ratio == pytest.approx(average.poisson_ratio)
    assert crystal.density == pytest.approx(4.0) and crystal.title == "From the library" and crystal.host is not None
    assert resolved_table(case)["materials"]["separator"]["youngs_modulus"]["source"] == "mine"


def test_variants_and_the_command_line_name_files_too(folder, monkeypatch):
    """A file that uses no material of the library takes the place of one that was used."""
    (folder / "variant").mkdir()
    (folder / "variant" / "soft.toml").write_text('youngs_modulus = "1 GPa"\npoisson_ratio = 0.3\n')
    (folder / "variant" / "case.toml").write_text('extends = ".."\n[materials]\ncathode = "soft.toml"\n')
    soft = read_case(folder / "variant").resolved_materials()["cathode"]
    assert soft.elasticity.youngs_modulus == 1e3 and soft.host is None
    monkeypatch.chdir(folder / "variant")
    changed = read_case(folder, ["materials.separator=soft.toml"]).resolved_materials()["separator"]
    assert changed.elasticity.youngs_modulus == 1e3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "materials.separator.use: './mine.toml' cannot be read: No such file"),
        ("youngs_modulus = [", "materials.separator.use: './mine.toml': "),
        (MINE.replace("poisson_ratio", "poison_ratio"), "materials.separator.poison_ratio"),
        (MINE.replace('source = "mine"', 'source = "yours"'), "materials.separator.youngs_modulus.source: 'yours'"),
        (MINE + 'more = "Not used"', "materials.separator.bibliography.more: no value names it"),
        ('use = "mine.toml"', "more than 10 files use one another"),
        ('use = "cheese"', "no material 'cheese' in the library"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_a_line(folder, text, words):
    path = folder / "mine.toml"
    path.unlink()
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CaseErrors) as caught:
        read_case(folder)
    (line,) = str(caught.value).splitlines()
    assert words in line and len(line) <= 300


def test_a_pipe_is_no_material(folder):
    (folder / "mine.toml").unlink()
    os.mkfifo(folder / "mine.toml")
    with pytest.raises(CaseErrors, match="it is a named pipe, not a file"):
        read_case(folder)
