"""The unknowns of one instant: a function for each field by its name, and the single numbers of the whole cell."""

from collections.abc import Mapping
from dataclasses import dataclass

from dolfinx import fem
from ufl.core.expr import Expr

SCALARS = "scalars"
"""Name of the field that holds all single numbers."""


@dataclass(frozen=True)
class State:
    """Unknowns at one instant.

    Attributes:
        functions: Function of each field by its name, in the order of the monolithic system.
        scalars: Names of the single numbers, in the order of the components of the function of `SCALARS`.
    """

    functions: Mapping[str, fem.Function]
    scalars: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> fem.Function:
        """Function of a field."""
        return self.functions[name]

    def empty_like(self) -> "State":
        """Another state in the same spaces, all zero."""
        functions = {name: fem.Function(item.function_space, name=name) for name, item in self.functions.items()}
        return State(functions, self.scalars)

    def assign(self, other: "State") -> None:
        """Take over the values of another state."""
        for name, function in self.functions.items():
            function.x.array[:] = other[name].x.array

    def scalar(self, name: str) -> Expr:
        """One of the single numbers in a form."""
        place = self._place(name)
        return self.functions[SCALARS][place]

    def number(self, name: str) -> float:
        """Value of one of the single numbers, on every rank."""
        place = self._place(name)
        return float(self.functions[SCALARS].x.array[place])

    def set_number(self, name: str, value: float) -> None:
        """Set one of the single numbers, on every rank."""
        place = self._place(name)
        self.functions[SCALARS].x.array[place] = value

    def _place(self, name: str) -> int:
        if name not in self.scalars:
            raise KeyError(f"no number '{name}'; this problem has {', '.join(self.scalars) or 'none'}")
        return self.scalars.index(name)
