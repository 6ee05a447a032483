"""What a report knows of a run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fem_asslb.base.endings import COMPLETE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.comparison.expected import FILE as EXPECTED
from fem_asslb.output.record import RESULTS, ended, read_record
from fem_asslb.plotting.curves import Curves, read_curves


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        name: As it is called in the report.
        results: Its folder of results.
    """

    name: str
    results: Path

    @cached_property
    def record(self) -> dict[str, Any]:
        """Content of ``run.json``."""
        return read_record(self.results)

    @cached_property
    def curves(self) -> Curves:
        """Its history and protocol."""
        return read_curves(self.results)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What is recorded of each part of the run; the last one first."""
        return list(reversed(self.record["runs"]))

    @property
    def title(self) -> str:
        """Of its case."""
        return str(self.section("case").get("title", ""))

    @property
    def ended(self) -> str:
        """Why it ended."""
        return ended(self.record)

    @property
    def is_complete(self) -> bool:
        """Whether the whole protocol was carried out."""
        return self.ended == COMPLETE

    @property
    def roles(self) -> list[str]:
        """Names of the roles by their numbers."""
        return self._names("roles")

    @property
    def regions(self) -> list[str]:
        """Names of the regions by their numbers."""
        return self._names("regions")

    def _names(self, kind: str) -> list[str]:
        facts = self.record.get("mesh facts")
        found = facts.get(kind) if isinstance(facts, dict) else None
        if not isinstance(found, list):
            raise FemAsslbError(f"the record has no names of {kind}")
        return list(map(str, found))

    @property
    def case_directory(self) -> Path | None:
        """Directory of the case, where the results lie in one with expected values."""
        parent = self.results.parent
        return parent if self.results.name == RESULTS and (parent / EXPECTED).is_file() else None

    def section(self, name: str) -> dict[str, Any]:
        """A section of the case."""
        found = self.record["case"].get(name)
        return found if isinstance(found, dict) else {}

    def warnings(self) -> Iterator[str]:
        """What was doubtful, each once whatever its numbers: as it was at its worst where that is known."""
        said: set[str] = set()
        for part in self.parts:
            for text in map(str, [*(part.get("cautions at their worst") or ()), *(part.get("warnings") or ())]):
                if (words := re.sub(r"[0-9.]+", "", text)) not in said:
                    said.add(words)
                    yield text
