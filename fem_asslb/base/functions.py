"""Elementary functions for material laws: the same law serves floats, numpy arrays and UFL expressions."""

from typing import Any

import numpy as np

NumberLike = Any
"""A float, a numpy array, or a UFL expression, constant or coefficient."""


def is_number(value: object) -> bool:
    """True for Python and numpy numbers and arrays, False for UFL objects."""
    return isinstance(value, (int, float, np.number, np.ndarray))


def exp(value: NumberLike) -> NumberLike:
    """Exponential function; infinite where it is too large for a number."""
    if not is_number(value):
        return _ufl().exp(value)
    with np.errstate(over="ignore"):
        return np.exp(value)


def log(value: NumberLike) -> NumberLike:
    """Natural logarithm."""
    return np.log(value) if is_number(value) else _ufl().ln(value)


def sqrt(value: NumberLike) -> NumberLike:
    """Square root."""
    return np.sqrt(value) if is_number(value) else _ufl().sqrt(value)


def sinh(value: NumberLike) -> NumberLike:
    """Hyperbolic sine."""
    return np.sinh(value) if is_number(value) else _ufl().sinh(value)


def cosh(value: NumberLike) -> NumberLike:
    """Hyperbolic cosine."""
    return np.cosh(value) if is_number(value) else _ufl().cosh(value)


def tanh(value: NumberLike) -> NumberLike:
    """Hyperbolic tangent."""
    return np.tanh(value) if is_number(value) else _ufl().tanh(value)


def asinh(value: NumberLike) -> NumberLike:
    """Inverse hyperbolic sine; UFL has none, and its logarithm loses digits below about -1e4."""
    return np.arcsinh(value) if is_number(value) else log(value + sqrt(value * value + 1.0))


def maximum(value: NumberLike, floor: float) -> NumberLike:
    """The larger of a value and a number."""
    return np.maximum(value, floor) if is_number(value) else _ufl().max_value(value, floor)


def minimum(value: NumberLike, ceiling: float) -> NumberLike:
    """The smaller of a value and a number."""
    return np.minimum(value, ceiling) if is_number(value) else _ufl().min_value(value, ceiling)


def choose(sign: NumberLike, positive: NumberLike, otherwise: NumberLike) -> NumberLike:
    """One value where ``sign`` is positive, another elsewhere."""
    if is_number(sign):
        return np.where(np.greater(sign, 0.0), positive, otherwise)
    return _ufl().conditional(_ufl().gt(sign, 0.0), positive, otherwise)


def _ufl() -> Any:
    import ufl

    return ufl
