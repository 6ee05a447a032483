"""Names of groups of meshes from elsewhere are words and numbers: a comma in one would shift columns of a table."""

import meshio
import numpy as np
import pytest

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.region_names import read_region_name
from meshes import build

pytestmark = pytest.mark.serial  # names only: nothing parallel in it

BAD = [
    "a,b",
    "a b",
    'a"b',
    "a'b",
    "a\nb",
    "a\0",
    "=1+1",
    "-a",
    "@a",
    "+a",
    "",
    "x" * 41,
    "a.b",
    "é",
    "a;b",
    "a\x1b[31m",
    "\u202ea",
    "a/b/c/d",
]


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("place", ["region", "boundary"])
def test_groups_of_a_mesh_have_names(name, place, tmp_path, monkeypatch):
    """A format could hold any of them; here they come from the reader as they are."""
    from meshes import arranged_mesh
    from meshes.foreign_mesh import ForeignMesh, Group

    cells = {"triangle": np.array([[0, 1, 2]]), "line": np.array([[0, 1], [1, 2], [2, 0]])}
    names = {"region": "electrolyte", "boundary": "free"} | {place: name}
    groups = {
        Group(2, names["region"]): {"triangle": np.arange(1)},
        Group(1, names["boundary"]): {"line": np.arange(3)},
    }
    mesh = ForeignMesh(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), cells, groups)
    monkeypatch.setattr(arranged_mesh, "read_mesh", lambda *_: mesh)
    with pytest.raises(
        MeshError, match="a group of the mesh is called .* accepted: a name of at most 40 letters"
    ) as caught:
        build(MeshFile(tmp_path / "any"), tmp_path / "out.msh")
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300
    ours = MeshFile(tmp_path / "any", {name: "good"})
    assert "good" in (build(ours, tmp_path / "out.msh").volumes | build(ours, tmp_path / "out.msh").areas)
    assert meshio.read(tmp_path / "out.msh", file_format="gmsh").field_data


@pytest.mark.parametrize(
    "name",
    [
        "a/b",
        "particle/1/2/3",
        "particle/-1",
        "particle/",
        "particle/１",
        "particle/²",
        "particle/0",
        "particle/" + "9" * 10,
    ],
)
def test_numbers_of_regions_are_numbers(name):
    with pytest.raises(MeshError, match="a region is called"):
        read_region_name(name)
