"""Gaps of an interface at assembly, from place to place."""

from pathlib import Path

from fem_asslb.base.checked import checked
from fem_asslb.geometry.point_table import Array, find_table, read_points


@checked(kw_only=True)
class GapTable:
    """Initial gaps that differ from place to place: each point of the interface has that of the nearest row.

    Attributes:
        path: Table of text with the columns ``x [um],y [um],gap [um]``, in 3D ``x [um],y [um],z [um],gap [um]``.
            Where the gap is 0 the interface is as without a table.
    """

    path: Path

    def look_up(self) -> None:
        """See that the file is one.

        Raises:
            ValueError: It is missing or something else; one line.
        """
        find_table(self.path)

    def read(self, dimension: int) -> tuple[Array, Array]:
        """Points, shape (rows, dimension), and gaps [um].

        Raises:
            ValueError: The file is missing or is not such a table; one line.
        """
        return read_points(self.path, dimension, "gap [um]", zero=True)
