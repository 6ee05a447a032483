"""Files of meshes from elsewhere are data: nothing in them runs, and a broken one is one line."""

import base64
import random
import re
import struct
import time
import zlib

import gmsh
import h5py
import meshio
import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.base.input_files import LARGEST_MESH
from fem_asslb.case.checks.geometry_checks import the_mesh_file_exists
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.reader import read_source
from meshes import build
from meshes.abaqus_lines import split
from meshes.foreign_mesh import Group
from meshes.mesh_formats import LONGEST_NAME, format_of
from meshes.mesh_reader import read_mesh
from meshes.session import gmsh_session

pytestmark = pytest.mark.serial  # meshes are read on one process

SCRIPT = 'SystemCall "touch {owned}";\nMerge "{good}";\n'


@pytest.fixture(scope="module")
def formats(tmp_path_factory):
    """Two squares with groups, in every accepted format; files by their names."""
    folder = tmp_path_factory.mktemp("formats")
    with gmsh_session("two"):
        squares = [gmsh.model.occ.addRectangle(0, y, 0, 1, 1) for y in (0, 1)]
        gmsh.model.occ.fragment([(2, squares[0])], [(2, squares[1])])
        gmsh.model.occ.synchronize()
        for name, number in (("lower", 1), ("upper", 2)):
            gmsh.model.addPhysicalGroup(2, [number], number, name)
        for name, level, number in (("bottom", 0.0, 3), ("top", 2.0, 4)):
            curves = gmsh.model.getEntitiesInBoundingBox(-0.1, level - 0.1, -0.1, 1.1, level + 0.1, 0.1, 1)
            gmsh.model.addPhysicalGroup(1, [tag for _, tag in curves], number, name)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.5)
        gmsh.model.mesh.generate(2)
        for name, version, binary in (("text", 4.1, 0), ("binary", 4.1, 1), ("old", 2.2, 0), ("old-binary", 2.2, 1)):
            gmsh.option.setNumber("Mesh.MshFileVersion", version)
            gmsh.option.setNumber("Mesh.Binary", binary)
            gmsh.write(str(folder / f"{name}.msh"))
        for ending in ("inp", "unv"):
            gmsh.write(str(folder / f"gmsh.{ending}"))
    mesh = meshio.read(folder / "text.msh", file_format="gmsh")
    cells = [(block.type, block.data) for block in mesh.cells]
    sets = {name: blocks for name, blocks in mesh.cell_sets.items() if not name.startswith("gmsh:")}
    meshio.Mesh(mesh.points, cells, cell_sets=sets).write(folder / "meshio.inp", file_format="abaqus")
    tags = {"gmsh:physical": [np.asarray(block, dtype=np.int32) for block in mesh.cell_data["gmsh:physical"]]}
    for ending in ("vtk", "vtu", "xdmf"):
        meshio.Mesh(mesh.points, cells, cell_data=tags).write(folder / f"numbers.{ending}")
    return {path.name: path for path in folder.iterdir() if path.suffix != ".h5"}


NAMES = ["text.msh", "binary.msh", "old.msh", "old-binary.msh", "gmsh.inp", "meshio.inp", "gmsh.unv"]
NUMBERS = ["numbers.vtk", "numbers.vtu", "numbers.xdmf"]


@pytest.mark.parametrize("name", NAMES + NUMBERS)
def test_every_format_is_read_with_its_groups(name, formats):
    mesh = read_mesh(formats[name])
    groups = {"1": "lower", "2": "upper", "3": "bottom", "4": "top"} if name in NUMBERS else {}
    named = {groups.get(group.name, group.name): parts for group, parts in mesh.groups.items()}
    count = {name: sum(map(len, parts.values())) for name, parts in named.items()}
    assert count["lower"] == count["upper"] == len(mesh.cells["triangle"]) / 2
    assert count["bottom"] == count["top"] == 2
    assert np.all(mesh.points[mesh.cells["line"][named["top"]["line"]], 1] == 2.0)


@pytest.mark.parametrize("ending", ["msh", "unv", "inp", "vtu", "geo", "stl", "step", "py", "msh.gz", "opt", "pos"])
def test_a_script_is_no_mesh_whatever_its_ending(ending, formats, tmp_path):
    owned, file = tmp_path / "owned", tmp_path / f"cell.{ending}"
    file.write_text(SCRIPT.format(owned=owned, good=formats["text.msh"]))
    with pytest.raises(MeshError, match="is no mesh file that can be read; accepted: Gmsh .msh"):
        read_mesh(file)
    assert not owned.exists()


@pytest.mark.parametrize(
    ("name", "ending"),
    [("text.msh", "geo"), ("old.msh", "py"), ("gmsh.unv", "gz"), ("gmsh.inp", "stl"), ("numbers.vtk", "pos")],
)
def test_the_ending_of_a_mesh_does_not_matter(name, ending, formats, tmp_path):
    file = tmp_path / f"cell.{ending}"
    file.write_bytes(formats[name].read_bytes())
    assert format_of(file) == format_of(formats[name])
    assert len(read_mesh(file).cells["triangle"]) == 28


@pytest.mark.parametrize("name", ["text.msh", "old.msh", "gmsh.unv"])
def test_no_script_inside_a_mesh_runs(name, formats, tmp_path):
    """Between the sections, inside them, at the end, and beside the file."""
    owned, lines = tmp_path / "owned", formats[name].read_bytes().splitlines(keepends=True)
    script = SCRIPT.format(owned=owned, good=formats["text.msh"]).encode()
    sections = [k for k, line in enumerate(lines) if line.startswith((b"$", b"    -1")) and k > 2]
    for k in (sections[0], sections[len(sections) // 2], sections[-1] + 1):
        file = tmp_path / f"cell.{name.rpartition('.')[2]}"
        file.write_bytes(b"".join([*lines[:k], script, *lines[k:]]))
        file.with_name(file.name + ".opt").write_bytes(script)
        try:
            read_mesh(file)
        except MeshError as error:
            assert "\n" not in str(error)
        assert not owned.exists()


def test_options_in_the_home_folder_and_the_current_one_are_not_read(formats, tmp_path, monkeypatch):
    owned = tmp_path / "owned"
    for name in (".gmshrc", ".gmsh-options"):
        (tmp_path / name).write_text(f'SystemCall "touch {owned}";\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "meshio.py").write_text(f"open('{owned}', 'w')\n")
    read_mesh(formats["text.msh"])
    read_mesh(formats["gmsh.inp"])
    assert not owned.exists()


def test_no_reader_opens_other_files(formats, tmp_path):
    (tmp_path / "cell.inp").write_text("*HEADING\nx\n*INCLUDE, INPUT=/dev/zero\n")
    with pytest.raises(MeshError, match="includes other files"):
        read_mesh(tmp_path / "cell.inp")
    text = formats["numbers.vtu"].read_text(errors="surrogateescape")
    entity = '<?xml version="1.0"?>\n<!DOCTYPE VTKFile [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'
    for head, message in (
        (entity, "is no mesh file"),
        ('<?xml version="1.0" encoding="cp037"?>\n', "an encoding"),
    ):
        (tmp_path / "cell.vtu").write_text(head + text[text.index("<VTKFile") :], errors="surrogateescape")
        with pytest.raises(MeshError, match=message):
            read_mesh(tmp_path / "cell.vtu")
    text = formats["numbers.xdmf"].read_text()
    for old, new, message in (
        ("numbers.h5", "/dev/zero", "its data is not in '/dev/zero': it is a device"),
        ("numbers.h5", "none.h5", "its data is not in 'none.h5'"),
        ('Format="HDF"', 'Format="Binary"', "in the format 'Binary'"),
    ):
        (tmp_path / "cell.xdmf").write_text(text.replace(old, new))
        with pytest.raises(MeshError, match=message):
            read_mesh(tmp_path / "cell.xdmf")
    (tmp_path / "cell.xdmf").write_text(text)
    with h5py.File(tmp_path / "numbers.h5", "w") as file:
        file["data0"] = h5py.ExternalLink("/dev/zero", "/data0")
    with pytest.raises(MeshError, match="refers to another file"):
        read_mesh(tmp_path / "cell.xdmf")


ONE_TRIANGLE = "*NODE\n1, 0, 0\n2, 1, 0\n3, 0, 1\n*ELEMENT, TYPE=CPS3, ELSET=a\n1, 1, 2, 3\n"
CELLS_OF_VTU = [("connectivity", 1, "ascii", "0 1 2"), ("offsets", 1, "ascii", "3"), ("types", 1, "ascii", "5")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{ONE_TRIANGLE}*ELSET, ELSET=b\0c\n1\n", "the character NUL"),
        (
            "*NODE\n1, 0, 0\n2, 1, 0\n3, 0, 1\n*ELEMENT, TYPE=CPS3, ELSET=a\n1, 1, 2, 3\n*ELSET, ELSET=b\nc\n",
            "a set names 'C', which is none",
        ),
        ("*NODE\n1, 0, 0\n2, 1, 0\n3, 0, 1\n*ELEMENT, TYPE=CPS3, ELSET=a\n1, 1, 2, 9\n", "9"),
        ("*NODE\n1, 0, \x1b[31m\n", r"\\x1b"),
        (f"{ONE_TRIANGLE}*ELSET, ELSET=b, GENERATE\n1, 1000000000, 1\n", "line 8: '1, 1000000000, 1'"),
        (f"{ONE_TRIANGLE}*nset, nset=b, generate\n1, 999999999\n", "line 8: '1, 999999999'"),
        (f"{ONE_TRIANGLE}*ELSET, ELSET=b, GENERATE\n1, 100000, 1\n", "accepted: FIRST, LAST, STEP of few numbers"),
        (f"{ONE_TRIANGLE}*ELSET, ELSET=b, GENERATE\n1, 2, 0\n", "line 8: '1, 2, 0'"),
        ("*HEADING\n", "no mesh in it"),
        ("*NODE\n1, 0, 0\n", "no mesh in it"),
    ],
)
def test_faulty_input_of_abaqus_is_one_line(text, message, tmp_path):
    (tmp_path / "cell.inp").write_text(text)
    with pytest.raises(MeshError, match=message) as caught:
        read_mesh(tmp_path / "cell.inp")
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 300


def test_two_groups_of_a_file_of_gmsh_have_two_names(formats, tmp_path):
    text = formats["text.msh"].read_text()
    names = re.findall(r'^(1 \d+ )"(.*)"$', text, re.MULTILINE)
    second, name = f'{names[1][0]}"{names[1][1]}"', names[0][1]
    (tmp_path / "cell.msh").write_text(text.replace(second, f'{names[1][0]}"{name}"'))
    with pytest.raises(MeshError, match=f"several groups of dimension 1 called '{name}'; accepted: a name for each"):
        read_mesh(tmp_path / "cell.msh")
    (tmp_path / "cell.msh").write_text(text.replace(second, f'{names[0][0]}"{name}"'))
    assert any(group.name == name for group in read_mesh(tmp_path / "cell.msh").groups)


@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1b"])
def test_a_name_in_a_file_of_gmsh_that_it_would_cut_off_is_refused(character, formats, tmp_path):
    text = formats["text.msh"].read_text()
    line = re.findall(r'^(1 \d+ ".*")$', text, re.MULTILINE)[0]
    (tmp_path / "cell.msh").write_text(text.replace(line, line[:7] + character + line[7:]))
    with pytest.raises(MeshError, match="names a group .* accepted: no control characters") as caught:
        read_mesh(tmp_path / "cell.msh")
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 300


@pytest.mark.parametrize("name", ['a"b', 'a" # b', '"'])
def test_a_name_in_a_file_of_gmsh_with_a_quote_is_refused(name, formats, tmp_path):
    """Gmsh takes what stands before it: two groups may become one."""
    text = formats["text.msh"].read_text()
    first = re.findall(r'^(1 \d+) ".*"$', text, re.MULTILINE)[0]
    (tmp_path / "cell.msh").write_text(re.sub(rf'^{first} ".*"$', f'{first} "{name}"', text, flags=re.MULTILINE))
    with pytest.raises(MeshError, match="accepted: a name between quotes, and no quote in it"):
        read_mesh(tmp_path / "cell.msh")


@pytest.mark.parametrize("filling", ["a", " ", "\t", "9", "\u00fc"])
def test_a_section_with_a_long_name_is_refused_at_once(filling, formats, tmp_path):
    text = formats["text.msh"].read_text()
    (tmp_path / "cell.msh").write_text(text.replace("$Nodes", "$Nodes" + filling * 50_000))
    with pytest.raises(MeshError, match="a section has a name of more than 1000 characters"):
        read_source(tmp_path / "cell.msh")


@pytest.mark.parametrize("length", [252, 253, 100_000])
def test_a_name_that_gmsh_would_cut_off_at_its_end_is_refused(length, formats, tmp_path):
    text = formats["text.msh"].read_text()
    first = re.findall(r'^(1 \d+) ".*"$', text, re.MULTILINE)[0]
    (tmp_path / "cell.msh").write_text(
        re.sub(rf'^{first} ".*"$', f'{first} "{"a" * length}"', text, flags=re.MULTILINE)
    )
    if length > LONGEST_NAME:
        with pytest.raises(MeshError, match=r"names a group '1 \d+ \"a+\.\.\.'; accepted: up to 252 bytes"):
            read_mesh(tmp_path / "cell.msh")
    else:
        assert any(group.name == "a" * length for group in read_mesh(tmp_path / "cell.msh").groups)


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("*NSET, NSET=a, GENERATE", ["*NSET", "NSET=a", "GENERATE"]),
        ('*NSET, NSET="a, b" , GENERATE', ["*NSET", "NSET=a, b", "GENERATE"]),
        ("1, 2,\n", ["1", "2", ""]),
        ('"a, b', ["a, b"]),
        ("", [""]),
        ('"a",' * 50_000, ["a"] * 50_000 + [""]),
        ("/" * 100_000 + '"', ["/" * 100_000]),
    ],
)
def test_fields_of_a_line_of_abaqus(line, fields):
    assert split(line) == fields


def test_a_file_of_beginnings_is_looked_at_once(tmp_path):
    """A megabyte; looked at from each of its beginnings it takes minutes."""
    (tmp_path / "cell.vtu").write_text('<VTKFile type="UnstructuredGrid">' + "<!DOCTYPE" * 100_000)
    start = time.monotonic()
    assert format_of(tmp_path / "cell.vtu") == "VTU"
    assert time.monotonic() - start < 10.0


@pytest.mark.parametrize("factor", ["1e-30", "1e-5"])
def test_a_mesh_that_is_smaller_than_an_atom_has_a_wrong_unit(factor, tmp_path):
    (tmp_path / "cell.inp").write_text(ONE_TRIANGLE.replace("1, 0\n3, 0, 1", f"{factor}, 0\n3, 0, {factor}"))
    with pytest.raises(MeshError, match="the mesh is 1e-[0-9]+ um large; accepted: from 0.0001 um"):
        build(MeshFile(tmp_path / "cell.inp"), tmp_path / "out.msh")


def test_a_range_of_numbers_makes_a_set(tmp_path):
    (tmp_path / "cell.inp").write_text(f"{ONE_TRIANGLE}*ELSET, ELSET=b, GENERATE\n1, 90, 1\n")
    assert read_mesh(tmp_path / "cell.inp").groups[Group(2, "b")]["triangle"].tolist() == [0]


def test_a_small_file_that_would_fill_the_memory_is_one_line(tmp_path):
    """800 MB of zeros, packed into one."""
    whole, blocks = 2**25, 24
    packed = zlib.compress(bytes(whole))
    head = struct.pack(f"<{3 + blocks}I", blocks, whole, whole, *[len(packed)] * blocks)
    points = (base64.b64encode(head) + base64.b64encode(packed * blocks)).decode()
    array = '<DataArray type="{}" Name="{}" NumberOfComponents="{}" format="{}">{}</DataArray>'.format
    cells = [array("Int32", *item) for item in CELLS_OF_VTU]
    (tmp_path / "cell.vtu").write_text(
        '<VTKFile type="UnstructuredGrid" version="0.1" byte_order="LittleEndian" header_type="UInt32" '
        'compressor="vtkZLibDataCompressor"><UnstructuredGrid>'
        f'<Piece NumberOfPoints="{blocks * whole // 24}" NumberOfCells="1">'
        f"<Points>{array('Float64', 'Points', 3, 'binary', points)}</Points><Cells>{''.join(cells)}</Cells>"
        "</Piece></UnstructuredGrid></VTKFile>"
    )
    with pytest.raises(MeshError, match=r"cannot be read as VTU: .*(MemoryError|Unable to allocate|SIGXCPU)"):
        read_mesh(tmp_path / "cell.vtu")


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "cell.msh").open("wb") as file:
        file.write(b"$MeshFormat\n2.2 0 8\n")
        file.truncate(LARGEST_MESH + 1)
    with pytest.raises(MeshError, match="it has 1000000001 bytes; accepted: up to 1000000000"):
        read_mesh(tmp_path / "cell.msh")
    (error,) = the_mesh_file_exists(MeshFile(tmp_path / "cell.msh"))
    assert "has 1000000001 bytes; accepted: up to 1000000000" in str(error)


@pytest.mark.parametrize("value", ["nan", "inf", "1e200"])
def test_coordinates_that_are_no_places_are_named(value, formats, tmp_path):
    text = formats["meshio.inp"].read_text()
    node = text.splitlines()[text.splitlines().index("*NODE") + 1]
    (tmp_path / "cell.inp").write_text(text.replace(node, f"1, {value}, 0, 0"))
    with pytest.raises(MeshError, match=r"1 nodes have coordinates that are no places, the first, node 1, at \("):
        build(MeshFile(tmp_path / "cell.inp"), tmp_path / "out.msh")


@pytest.mark.parametrize("name", NAMES + NUMBERS)
def test_a_damaged_file_is_read_or_refused_in_one_line(name, formats, tmp_path):
    rng, content = random.Random(name), formats[name].read_bytes()
    damaged = bytearray(content)
    for _ in range(3):
        place = rng.randrange(len(damaged))
        damaged[place : place + rng.randrange(3)] = rng.choice((b"", b"9" * 12, b"\xff", b"\0", b"-1 ", b"nan"))
    file = tmp_path / name
    file.write_bytes(damaged)
    for h5 in formats[name].parent.glob("*.h5"):
        (tmp_path / h5.name).write_bytes(h5.read_bytes())
    try:
        build(MeshFile(file), tmp_path / "out.msh")
    except MeshError as error:
        assert str(error).isprintable() and len(str(error)) <= 300


def test_a_reader_that_crashes_is_one_line(formats, tmp_path, monkeypatch):
    import meshes.mesh_reader as reader

    # As a crash in C would: the process ends by a signal.
    monkeypatch.setattr(reader.sys, "executable", str(tmp_path / "crash"))
    (tmp_path / "crash").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (tmp_path / "crash").chmod(0o755)
    with pytest.raises(MeshError, match="its reader ended with SIGSEGV"):
        reader.read_mesh(formats["text.msh"])


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (lambda level: level == 2.0, r"2 facets \(the first at .*\) are named more than once, as 'extra', 'top'"),
        (lambda level: level == 1.0, "2 facets of boundary 'extra' .* are inside the mesh"),
    ],
)
def test_groups_of_a_file_that_share_a_curve_or_lie_inside(extra, message, tmp_path):
    with gmsh_session("two"):
        squares = [gmsh.model.occ.addRectangle(0, y, 0, 1, 1) for y in (0, 1)]
        gmsh.model.occ.fragment([(2, squares[0])], [(2, squares[1])])
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(2, squares, 1, "electrolyte")
        curves = [tag for _, tag in gmsh.model.getEntities(1)]
        centres = {tag: gmsh.model.occ.getCenterOfMass(1, tag) for tag in curves}
        groups = {"bottom": (1, 0.0), "top": (1, 2.0), "left": (0, 0.0), "right": (0, 1.0)}
        for name, (axis, level) in groups.items():
            of = [tag for tag, place in centres.items() if np.isclose(place[axis], level)]
            gmsh.model.addPhysicalGroup(1, of, -1, name)
        chosen = [tag for tag, place in centres.items() if np.isclose(place[0], 0.5) and extra(round(place[1], 9))]
        gmsh.model.addPhysicalGroup(1, chosen, -1, "extra")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.5)
        gmsh.model.mesh.generate(2)
        gmsh.write(str(tmp_path / "two.msh"))
    build(MeshFile(tmp_path / "two.msh"), tmp_path / "out.msh")
    with pytest.raises(MeshError, match=message):
        read_source(tmp_path / "out.msh")
