"""Tables of a report: what was run and how it went, in a column for each run."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.reading.reader import build_case
from fem_asslb.comparison.expected import HOLDS, KNOWN, OPEN, compare
from fem_asslb.convergence.headlines import costs, headlines
from fem_asslb.output.resolved import differences, format_toml
from fem_asslb.report.html import element, folded, listing, table
from fem_asslb.report.runs import Run

NOTHING = "–"


def overview(runs: Sequence[Run]) -> Element:
    """Titles, ends and where the runs come from."""
    facts: dict[str, Callable[[Run], object]] = {
        "title": lambda run: run.title,
        "reference": lambda run: run.section("case").get("reference", NOTHING),
        "ended": lambda run: run.ended if run.is_complete else element("span", run.ended, kind="wrong"),
        "started": lambda run: _of_part(run, "started"),
        "ranks": lambda run: _of_part(run, "ranks"),
        "version": lambda run: _versions(run, "fem-asslb"),
        "commit": lambda run: _of_part(run, "commit"),
        "solver": lambda run: ", ".join(f"{name} {_versions(run, name)}" for name in ("dolfinx", "petsc", "gmsh")),
        "mesh": lambda run: str(run.record.get("mesh", NOTHING)),
    }
    return table(["", *(run.name for run in runs)], [[name, *map(fact, runs)] for name, fact in facts.items()])


def _of_part(run: Run, key: str) -> str:
    return str(run.parts[0].get(key) or NOTHING) if run.parts else NOTHING


def _versions(run: Run, name: str) -> str:
    versions = run.parts[0].get("versions") if run.parts else None
    return str(versions.get(name, NOTHING)) if isinstance(versions, dict) else NOTHING


def changed_keys(runs: Sequence[Run]) -> Element:
    """Keys in which the cases differ, and their values."""
    cases = [run.record["case"] for run in runs]
    keys = list(dict.fromkeys(key for case in cases[1:] for key in differences(cases[0], case)))
    rows = [[key, *(_written(case, key) for case in cases)] for key in keys]
    return table(["key", *(run.name for run in runs)], rows) if rows else element("p", "nowhere", kind="note")


def _written(case: Mapping[str, Any], key: str) -> str:
    value: Any = case
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            return NOTHING
        value = value[part]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def key_figures(runs: Sequence[Run]) -> Element:
    """Headline outputs, as `fem_asslb.convergence.headlines` has them, and which runs they are not the last word of."""
    found = _beside(
        runs, lambda run: headlines(run.results, build_case(run.record["case"], frozenset(), any_size=True))
    )
    under_way = [
        f"{run.name} has not come to its end: its figures are those so far" for run in runs if not run.is_complete
    ]
    return element("div", found, *(element("p", text, kind="wrong") for text in under_way))


def cost_table(runs: Sequence[Run]) -> Element:
    """Costs, the time of each phase, and memory."""
    return _beside(runs, lambda run: {**costs(run.results), **dict(_phases(run))})


def _phases(run: Run) -> Iterator[tuple[str, float]]:
    """Wall times of the phases of all parts, and the largest memory of a rank."""
    seconds: dict[str, float] = {}
    for part in run.parts:
        for name, value in (part.get("wall time [s]") or {}).items():
            if name != "total":
                seconds[name] = seconds.get(name, 0.0) + float(value)
    yield from ((f"{name} [s]", value) for name, value in seconds.items())
    memory = [value for part in run.parts for value in part.get("peak memory per rank [MB]") or ()]
    if memory:
        yield "largest memory of a rank [MB]", float(max(memory))


def _beside(runs: Sequence[Run], read: Callable[[Run], Mapping[str, float]]) -> Element:
    """Numbers by name, with a column for each run, and why a run has none."""
    found: list[Mapping[str, float]] = []
    faults = []
    for run in runs:
        try:
            found.append(read(run))
        except FemAsslbError as error:
            found.append({})
            faults.append(element("p", f"{run.name}: {error}", kind="wrong"))
    names = dict.fromkeys(name for numbers in found for name in numbers)
    rows = [[name, *(numbers.get(name, NOTHING) for numbers in found)] for name in names]
    return element("div", table(["", *(run.name for run in runs)], rows), *faults)


def warnings(run: Run) -> Element:
    """What was doubtful in a run."""
    found = list(run.warnings())
    return element("ul", *(element("li", line) for line in found)) if found else element("p", "none", kind="note")


def expected(run: Run) -> Element:
    """What is expected of the case of a run, beside what came out."""
    if run.case_directory is None:
        return element("p", "the case states no expected values", kind="note")
    try:
        found = compare(run.case_directory, run.results)
    except FemAsslbError as error:
        return element("p", str(error), kind="wrong")
    rows = [
        [
            item.title,
            NOTHING if verdict == OPEN else value,
            item.least,
            item.most,
            _marked(verdict),
            item.disagrees or item.why,
        ]
        for item, value, verdict in found
    ]
    return table(["quantity", "came out", "at least", "at most", "verdict", "why"], rows)


def _marked(verdict: str) -> Element:
    return element("span", verdict, kind=None if verdict in (HOLDS, KNOWN, OPEN) else "wrong")


def case_text(run: Run) -> Element:
    """The case with all its defaults, and every value of the materials and interfaces used, with their sources."""
    used = {key: run.record[key] for key in ("materials used", "interfaces used") if run.record.get(key)}
    return element(
        "div",
        folded("case with all defaults", listing(format_toml(run.record["case"]))),
        folded("values used, in um, MPa, s, pmol, V, K, pg", listing(json.dumps(used, indent=1, ensure_ascii=True))),
    )
