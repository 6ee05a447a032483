"""Mutated cases, and what ``check`` does with them."""

from pathlib import Path

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.estimates.estimates import format_rows, summary
from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.output.resolved import format_toml, resolved_table
from tests.fuzz.case_mutations import Mutator
from tests.fuzz.trial import require_line

CASES = Path(__file__).parents[2] / "cases"

SEEDS = (
    "column",
    "zhang2026-hb",
    "particle-debonding",
    "polycrystal-particle",
    "zhou2025-coarse-30",
    "feng2026-liin-cohesive",
    "own-material",
    "graphite-particles",
    "coated-cell",
    "pellet-abaqus",
)


class CaseInputs:
    """Cases, and tables of particles and gaps.

    Args:
        seed: The same seed gives the same cases.
        folder: Of the case.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self._folder = folder
        self._mutator = Mutator(seed, [resolved_table(read_case(CASES / name)) for name in SEEDS])
        self._overrides: list[str] = []

    def write(self, number: int) -> None:
        """Write an input."""
        (self._folder / "case.toml").write_bytes(self._mutator.text().encode(errors="surrogatepass"))
        self._overrides = [f"protocol.steps=['''{self._mutator.line()}''']"] if number % 7 == 0 else []
        points = self._folder / "points.csv"
        points.unlink(missing_ok=True)
        if number % 5 == 0:
            points.write_bytes(self._mutator.points().encode(errors="surrogatepass"))
            placed = "geometry.layers.cathode.particles={kind='placed', path='%s', minimum_gap='0.1 um'}"
            self._overrides.append(placed % points)

    def read(self) -> str:
        """What ``check`` does."""
        self._read_gaps()
        try:
            case = read_case(self._folder, self._overrides)
        except CaseErrors as error:
            for item in error.errors:
                require_line(str(item))
                assert item.key, f"no key: {item}"
            return "refused"
        text = "\n".join([format_toml(resolved_table(case)), format_rows(summary(case)), *doubts(case)])
        assert all(line.isprintable() for line in text.splitlines()), "control characters in what is printed"
        return "accepted"

    def _read_gaps(self) -> None:
        points = self._folder / "points.csv"
        if points.exists():
            for dimension in (2, 3):
                try:
                    GapTable(path=points).read(dimension)
                except ValueError as error:
                    require_line(str(error))
