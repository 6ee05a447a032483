"""``ro-crate-metadata.json``: what a folder of results is, for archives and for programs that look for data.

RO-Crate 1.1 with the profile of a process run, 0.5: the root is the folder, each part of the run an action, the program
and what it runs on its instrument.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fem_asslb.base.endings import COMPLETE, LATER
from fem_asslb.base.texts import counted
from fem_asslb.output import bdf, cycles, history, names, particle_table, record
from fem_asslb.output.files import replace_text

FILE = "ro-crate-metadata.json"
"""File of a results folder."""

CRATE, PROFILE = "https://w3id.org/ro/crate/1.1", "https://w3id.org/ro/wfrun/process/0.5"

CONTENTS = {
    history.FILE: ("text/csv", "Every scalar of every accepted step, with units"),
    cycles.FILE: ("text/csv", "What each cycle took in and gave back"),
    bdf.FILE: ("text/csv", "Curves of the cell in the Battery Data Format"),
    bdf.METADATA_FILE: ("application/json", "What the curves of the cell are those of"),
    particle_table.FILE: ("text/csv", "Stoichiometry and contact of each particle"),
    names.COLLECTION: ("application/xml", "Times and files of the fields, for ParaView and PyVista"),
    names.INTERFACE_COLLECTION: ("application/xml", "Times and files of the fields of the interfaces"),
    record.FILE: ("application/json", "Resolved case, every value used, versions, how the run went"),
    "run.log": ("text/plain", "Log of the run"),
}
"""Format and description of each file that a run may leave."""

FOLDERS = {
    names.FOLDER: "Fields at the written times (VTK)",
    names.INTERFACE_FOLDER: "Fields of the interfaces at the written times (VTK)",
    "pictures": "Curves and fields as pictures",
}

Entity = dict[str, Any]


def write_crate(folder: Path) -> None:
    """Describe a folder of results as it is now.

    Raises:
        FemAsslbError: Its record is missing or damaged.
    """
    replace_text(folder / FILE, json.dumps(crate(folder), indent=1, ensure_ascii=False) + "\n")


def crate(folder: Path) -> Entity:
    """The description of a folder of results.

    Raises:
        FemAsslbError: Its record is missing or damaged.
    """
    content = record.read_record(folder)
    about = content["case"].get("case")
    about = about if isinstance(about, dict) else {}
    parts = list(_parts(folder))
    actions = [_action(number, part) for number, part in enumerate(content["runs"], start=1)]
    authors = [_author(text, number) for number, text in enumerate(about.get("authors") or (), start=1)]
    licence = _licence(str(about.get("licence") or ""))
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "name": str(about.get("title", "")),
        "description": "Results of a finite-element computation with fem_asslb.",
        "datePublished": _date(content["runs"]),
        "license": {"@id": licence["@id"]} if licence else "not stated",
        "hasPart": _references(parts),
        "mentions": _references(actions),
    }
    if authors:
        root["author"] = _references(authors)
    if about.get("reference"):
        root["citation"] = str(about["reference"])
    head = {
        "@id": FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": CRATE},
        "about": {"@id": "./"},
    }
    profile = {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    software = list(_software(content["runs"]))
    graph = [head, root, profile, *parts, *actions, *software, *authors, *([licence] if licence else [])]
    return {"@context": f"{CRATE}/context", "@graph": graph}


def _references(entities: Sequence[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _parts(folder: Path) -> Iterator[Entity]:
    for name, (kind, text) in CONTENTS.items():
        if (folder / name).is_file():
            yield {"@id": name, "@type": "File", "name": name, "description": text, "encodingFormat": kind}
    for name, text in FOLDERS.items():
        if (folder / name).is_dir():
            yield {"@id": f"{name}/", "@type": "Dataset", "name": name, "description": text}


def _action(number: int, part: Entity) -> Entity:
    """A part of a run."""
    end = str(part.get("end", record.RUNNING))
    found: Entity = {
        "@id": f"#run-{number}",
        "@type": "CreateAction",
        "name": f"Part {number} of the run, on {counted(part.get('ranks', 1), 'rank')}",
        "description": f"ended: {end}",
        "instrument": {"@id": "#fem_asslb"},
        "object": [{"@id": record.FILE}],
        "result": [{"@id": "./"}],
    }
    is_done = end == COMPLETE or end.startswith(LATER)
    status = "Completed" if is_done else "Active" if end == record.RUNNING else "Failed"
    found["actionStatus"] = {"@id": f"http://schema.org/{status}ActionStatus"}
    for key, name in (("started", "startTime"), ("ended", "endTime")):
        if part.get(key):
            found[name] = str(part[key])
    return found


def _software(runs: Sequence[Entity]) -> Iterator[Entity]:
    """The program in the version of the last part, and what it runs on."""
    last = runs[-1] if runs else {}
    versions = {str(key): str(value) for key, value in (last.get("versions") or {}).items()}
    own = versions.pop("fem-asslb", "unknown")
    needed = [
        {"@id": f"#{_identifier(name)}", "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
        for name, version in versions.items()
    ]
    program: Entity = {
        "@id": "#fem_asslb",
        "@type": "SoftwareApplication",
        "name": "fem_asslb",
        "softwareVersion": f"{own}, commit {last['commit']}" if last.get("commit") else own,
    }
    if needed:
        program["softwareRequirements"] = _references(needed)
    yield program
    yield from needed


def _author(text: object, number: int) -> Entity:
    """A person, with an ORCID if one is written behind the name."""
    found = re.search(r"https://orcid\.org/[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]", str(text))
    name = str(text).replace(found[0], "").strip(" ,;()<>") if found else str(text)
    return {"@id": found[0] if found else f"#author-{number}", "@type": "Person", "name": name}


def _licence(text: str) -> Entity | None:
    """A licence, with its page if it is an address or an identifier of SPDX."""
    if not text:
        return None
    is_address = re.fullmatch(r"https?://[^\s<>\"]+", text)
    is_identifier = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+-]*", text)
    page = text if is_address else f"https://spdx.org/licenses/{text}" if is_identifier else "#licence"
    return {"@id": page, "@type": "CreativeWork", "name": text}


def _identifier(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name)


def _date(runs: Sequence[Entity]) -> str:
    """When the results were last added to."""
    last = runs[-1] if runs else {}
    return str(last.get("ended") or last.get("started") or "")
