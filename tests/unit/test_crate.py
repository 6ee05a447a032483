"""The description of a folder of results for archives: true to the folder, with authors and licence of the case."""

import json
import os

import pytest

from fem_asslb.case.reading.reader import read_case
from fem_asslb.output import crate, history, record
from tests.unit.conftest import COLUMN

pytestmark = pytest.mark.serial

ADA = "https://orcid.org/0000-0002-1825-0097"
PARTS = [
    {"started": "2026-01-01T00:00:00+00:00", "ended": "2026-01-01T01:00:00+00:00", "end": "postponed in 'rest': time"},
    {
        "started": "2026-01-02T00:00:00+00:00",
        "ended": "2026-01-02T01:00:00+00:00",
        "end": "end of protocol",
        "ranks": 2,
    },
]


def write(folder, about=None, runs=PARTS):
    """A folder of results, and the entities of its description by their identifiers."""
    (folder / "fields").mkdir(exist_ok=True)
    (folder / history.FILE).write_text("")
    content = {"case": {"case": {"title": "A <cell>"} | (about or {})}, "runs": runs}
    (folder / record.FILE).write_text(json.dumps(content))
    crate.write_crate(folder)
    graph = json.loads((folder / crate.FILE).read_text())["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def references(value):
    """Identifiers that an entity refers to."""
    if isinstance(value, dict):
        found = [value["@id"]] if set(value) == {"@id"} else []
        return found + [name for item in value.values() for name in references(item)]
    return [name for item in value for name in references(item)] if isinstance(value, list) else []


def test_what_is_there_is_listed_and_nothing_else(tmp_path):
    found = write(tmp_path)
    root = found["./"]
    assert root["name"] == "A <cell>" and root["datePublished"] == "2026-01-02T01:00:00+00:00"
    assert [part["@id"] for part in root["hasPart"]] == [history.FILE, record.FILE, "fields/"]
    assert found[crate.FILE]["about"] == {"@id": "./"} and found["fields/"]["@type"] == "Dataset"


def test_all_references_lead_to_an_entity_or_out_of_the_folder(tmp_path):
    versions = {"fem-asslb": "0.1", "dolfinx": "0.9", "mpi": "Open MPI"}
    found = write(
        tmp_path, {"authors": ["Ada"], "licence": "MIT"}, [PARTS[1] | {"versions": versions, "commit": "abc"}]
    )
    names = [name for entity in found.values() for name in references(entity)]
    assert all(name in found or name.startswith(("http://schema.org/", "https://w3id.org/")) for name in names)
    assert found["#fem_asslb"]["softwareVersion"] == "0.1, commit abc"
    assert found["#fem_asslb"]["softwareRequirements"] == [{"@id": "#dolfinx"}, {"@id": "#mpi"}]


def test_each_part_of_a_run_is_an_action(tmp_path):
    failed = {"started": "2026-01-03T00:00:00+00:00", "end": "stopped in 'rest'"}
    found = write(tmp_path, runs=[*PARTS, failed, {"end": "running"}])
    states = [found[f"#run-{number}"]["actionStatus"]["@id"].rpartition("/")[2] for number in (1, 2, 3, 4)]
    assert states == [f"{word}ActionStatus" for word in ("Completed", "Completed", "Failed", "Active")]
    assert found["#run-1"]["endTime"] == PARTS[0]["ended"] and "endTime" not in found["#run-3"]


@pytest.mark.parametrize(
    ("licence", "page"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("ask me <first>", "#licence"),
    ],
)
def test_authors_and_licence_are_those_of_the_case(tmp_path, licence, page):
    found = write(tmp_path, {"authors": [f"Ada Lovelace, {ADA}", "Bob"], "licence": licence, "reference": "a paper"})
    assert found["./"]["author"] == [{"@id": ADA}, {"@id": "#author-2"}] and found["./"]["citation"] == "a paper"
    assert found[ADA]["name"] == "Ada Lovelace" and found["#author-2"]["name"] == "Bob"
    assert found["./"]["license"] == {"@id": page} and found[page]["name"] == licence
    assert write(tmp_path)["./"]["license"] == "not stated"


def test_a_case_says_who_and_under_which_licence(tmp_path):
    text = COLUMN.replace('title = "Column"', 'title = "Column"\nauthors = ["Ada"]\nlicence = "MIT"')
    (tmp_path / "case.toml").write_text(text)
    about = read_case(tmp_path).case
    assert about.authors == ("Ada",) and about.licence == "MIT"


def test_the_library_of_archives_reads_and_copies_it(tmp_path, monkeypatch):
    packages = os.environ.get("FEM_ASSLB_ROCRATE")
    if not packages:
        pytest.skip("FEM_ASSLB_ROCRATE names no folder with rocrate; scripts/test fetches it")
    monkeypatch.syspath_prepend(packages)
    from rocrate.rocrate import ROCrate

    results = tmp_path / "results"
    results.mkdir()
    found = write(results, {"authors": [f"Ada, {ADA}"], "licence": "CC-BY-4.0"})
    read = ROCrate(results)
    assert read.name == "A <cell>" and [author.id for author in read.root_dataset["author"]] == [ADA]
    assert {entity.id for entity in read.get_entities()} == set(found)
    read.write(tmp_path / "copy")
    copy = json.loads((tmp_path / "copy" / crate.FILE).read_text())["@graph"]
    assert {entity["@id"] for entity in copy} == set(found)
    assert sorted(p.name for p in (tmp_path / "copy").iterdir()) == sorted(p.name for p in results.iterdir())
