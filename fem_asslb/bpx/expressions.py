"""Functions of x as BPX files write them, evaluated without running anything of the file."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.base.printable import quoted

FloatArray = npt.NDArray[np.float64]

LONGEST, DEEPEST = 10_000, 50
"""Characters of an expression, and parentheses within one another."""

_FUNCTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    name: getattr(np, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsinh", "arctan")
}
_OPERATORS: dict[type, Callable[[FloatArray, FloatArray], FloatArray]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}
_SIGNS: dict[type, Callable[[FloatArray], FloatArray]] = {ast.UAdd: np.positive, ast.USub: np.negative}


def evaluate(text: str, x: npt.ArrayLike) -> FloatArray:
    """Values of an expression such as ``"0.1 * tanh(30 * (x - 0.2)) ** 2"``.

    Args:
        text: Numbers, x, the four operations, powers, parentheses and elementary functions.
        x: Where.

    Raises:
        ValueError: It is anything else, or not finite everywhere.
    """
    places = np.asarray(x, dtype=float)
    depth = np.cumsum([(letter == "(") - (letter == ")") for letter in text] or [0])
    if len(text) > LONGEST or depth.max() > DEEPEST:
        raise ValueError(f"{quoted(text, 60)} is too long or too deep for a function of x")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        with np.errstate(all="ignore"):
            values = _value(tree.body, places) + 0.0 * places
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"{quoted(text, 60)} is no function of x") from error
    if not np.isfinite(values).all():
        at = float(places[~np.isfinite(values)][0])
        raise ValueError(f"{quoted(text, 60)} is not finite at x = {at:g}")
    return values


def _value(node: ast.expr, x: FloatArray) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return np.float64(number)
        case ast.Name(id="x"):
            return x
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return _OPERATORS[type(operator)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_value(operand, x))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name](_value(argument, x))
    accepted = f"numbers, x, + - * / ** and {', '.join(_FUNCTIONS)}"
    raise ValueError(f"{quoted(ast.unparse(node), 40)} is no part of a function of x; accepted: {accepted}")
