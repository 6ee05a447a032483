"""Where an interface lies: between two roles, or on a surface that a mesh file names."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import ValidatorFunctionWrapHandler, no_info_wrap_validator_function

from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.texts import SURFACE, is_name


@dataclass(frozen=True)
class _TwoRolesOrASurface:
    """Two roles are read as such, so that what is wrong with them is said of them."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What pydantic does with the value."""
        return no_info_wrap_validator_function(_validate, handler.generate_schema(tuple[str, str]))


def _validate(given: Any, roles: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(given, list | tuple):
        return roles(given)
    is_surface = isinstance(given, str) and given.startswith(SURFACE) and is_name(given.removeprefix(SURFACE))
    refuse(unless(is_surface, "", given, "two roles, or 'surface:NAME' with a name of geometry.cut"))
    return given


Between = Annotated[tuple[str, str] | str, _TwoRolesOrASurface()]
"""Two roles, or ``"surface:NAME"``."""
