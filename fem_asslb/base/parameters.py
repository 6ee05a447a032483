"""Range checks of material parameters."""

from collections.abc import Callable
from typing import Any

from fem_asslb.base.errors import MaterialError
from fem_asslb.base.functions import is_number


def require(parameter: str, value: Any, holds: Callable[[Any], bool], accepted: str) -> None:
    """Refuse a parameter outside its range; symbolic values (UFL) cannot be checked and pass.

    Args:
        parameter: Name of the parameter.
        value: Its value in internal units.
        holds: The condition.
        accepted: The condition in words, e.g. ``"greater than 0 MPa"``.

    Raises:
        MaterialError: The condition does not hold.
    """
    if is_number(value) and not holds(value):
        raise MaterialError(f"{parameter} = {value:g} is out of range; accepted: {accepted}")


def together(*attempts: Callable[[], Any]) -> list[Any]:
    """Results of all attempts.

    Raises:
        MaterialError: One or several refuse something; a line for each refusal.
    """
    results, lines = [], []
    for attempt in attempts:
        try:
            results.append(attempt())
        except MaterialError as error:
            lines += str(error).splitlines()
    if lines:
        raise MaterialError("\n".join(lines))
    return results
