"""Names that a case gives are words; no other text of a case reaches a terminal or a table as it is."""

import csv
import json
import tomllib
from types import SimpleNamespace

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.reading.reader import build_case, read_case, read_table
from fem_asslb.geometry import MeshFile
from fem_asslb.output.history import FILE, HistoryWriter, read_history
from fem_asslb.output.resolved import format_toml, resolved_table
from tests.support import record_of
from tests.unit.test_bad_input import GOOD

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it

BAD_NAMES = [
    "",
    "=1+2",
    "-1",
    "a,b",
    'a"b',
    "a'b",
    "a\nb",
    "a\x1b[31mb",
    "a\x9b",
    "a b",
    "a.b",
    "a" * 41,
    "größe",
    "‮a",
    "../a",
]


def _keys(tmp_path, change) -> list[str]:
    """Keys of the lines that refuse a name."""
    (tmp_path / "case.toml").write_text(GOOD)
    table = read_table(tmp_path)
    change(table)
    with pytest.raises(CaseErrors) as caught:
        build_case(table)
    lines = [str(error) for error in caught.value.errors]
    assert all(line.isprintable() and len(line) <= 300 for line in lines)
    return [line.partition(": ")[0] for line in lines if "a name of at most 40 letters" in line]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_of_layers_roles_and_interfaces_are_words(tmp_path, name):
    def rename(owner, old):
        return lambda table: owner(table).update({name: owner(table).pop(old)})

    layers = _keys(tmp_path, rename(lambda table: table["geometry"]["layers"], "separator"))
    assert layers == ["geometry.layers"]
    assert _keys(tmp_path, rename(lambda table: table["materials"], "separator")) == ["materials"]
    assert _keys(tmp_path, rename(lambda table: table["interfaces"], "surface")) == ["interfaces"]
    roles = {name: 0.5, "particle": 0.5}
    found = _keys(tmp_path, lambda t: t["geometry"]["layers"]["cathode"]["particles"].update(roles=roles))
    assert found == ["geometry.layers.cathode.particles.roles"]
    mesh = {"kind": "mesh-file", "path": "cell.msh", "names": {"theirs": name}, "split": [name]}
    assert _keys(tmp_path, lambda t: t.update(geometry=mesh)) == ["geometry.names", "geometry.split"]


@pytest.mark.parametrize("name", [*BAD_NAMES, "a/", "a/1/2/3", "a/b", "a/１"])
def test_names_for_groups_of_a_mesh_file_are_words_and_numbers(name):
    for given in ({"names": {"theirs": name}}, {"split": (name,)}):
        with pytest.raises(ValueError, match="name in (names|split) is"):
            MeshFile("cell.msh", **given)


@pytest.mark.parametrize("name", ["a", "A_1-b", "particle/0001", "particle/0001/0002"])
def test_good_names_for_groups_are_accepted(name):
    assert MeshFile("cell.msh", names={"their own, odd name": name}).names


@pytest.mark.parametrize("title", ["\x1b]0;owned\x07", "\x9b31m", "‮reversed", "two\nlines", "\U000e0001"])
def test_a_title_is_escaped_where_it_is_printed(tmp_path, title):
    (tmp_path / "case.toml").write_text(GOOD)
    case = build_case(read_table(tmp_path) | {"case": {"title": title}})
    text = format_toml(resolved_table(case))
    assert all(line.isprintable() for line in text.splitlines())
    assert build_case(tomllib.loads(text)) == case
    assert all(line.isprintable() for line in json.dumps(resolved_table(case), indent=1).splitlines())


@pytest.mark.parametrize("name", ["their own, odd name", "", "a.b", "two\nlines", "\x9b31m"])
def test_names_of_others_are_written_as_keys_that_read_back(name):
    table = {"geometry": {"names": {name: "separator"}, name: [{name: {name: 1}}]}}
    text = format_toml(table)
    assert all(line.isprintable() for line in text.splitlines())
    assert tomllib.loads(text) == table


def test_a_comma_in_the_name_of_a_column_loses_no_row(tmp_path):
    simulation = SimpleNamespace(problem=SimpleNamespace(domain=SimpleNamespace(comm=SimpleNamespace(rank=0))))
    writer = HistoryWriter(tmp_path)
    writer.start(simulation)
    for index in (1, 2):
        writer.step(simulation, record_of(index, {'pressure of "a, b" [MPa]': float(index)}))
    assert list(read_history(tmp_path)['pressure of "a, b" [MPa]']) == [1.0, 2.0]
    with (tmp_path / FILE).open(newline="") as file:
        assert {len(row) for row in csv.reader(file)} == {7}


def test_every_kind_of_value_is_shown_in_a_short_line(tmp_path):
    (tmp_path / "case.toml").write_text(GOOD)
    hostile = "\x1b[31m" + "x" * 900
    for key in ("geometry.width", "cell.anode", "materials.particle", "fixture.kind", "protocol.steps", "cell.n_to_p"):
        with pytest.raises(CaseErrors) as caught:
            read_case(tmp_path, [f"{key}={hostile}"])
        for error in caught.value.errors:
            assert str(error).isprintable()
            assert len(str(error)) <= 300
            assert "expected" in str(error) or "accepted" in str(error)


def test_a_key_of_no_characters_is_shown_as_it_is_written(tmp_path):
    (tmp_path / "case.toml").write_text('"" = 1\n' + GOOD)
    with pytest.raises(CaseErrors, match='^"": unknown key; accepted: case, '):
        read_case(tmp_path)
