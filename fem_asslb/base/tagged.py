"""Tables of a case whose dataclass is chosen by one of their keys, from a list that others may add to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationInfo
from pydantic_core import CoreSchema, PydanticKnownError, core_schema


@dataclass(frozen=True, eq=False)
class Tagged:
    """Annotates a table of a case: a union with a discriminator, of what is listed when the table is read.

    Attributes:
        tag: Key whose value chooses the dataclass.
        kinds: Dataclasses by that value.
    """

    tag: str
    kinds: Mapping[str, type]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        """What pydantic asks of an annotation."""
        return core_schema.with_info_plain_validator_function(self._read)

    def _read(self, table: Any, info: ValidationInfo) -> Any:
        if isinstance(table, tuple(self.kinds.values())):
            return table
        if not isinstance(table, dict):
            raise PydanticKnownError("dict_type")
        if self.tag not in table:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": repr(self.tag)})
        chosen = table[self.tag]
        if not isinstance(chosen, str) or chosen not in self.kinds:
            expected = ", ".join(map(repr, self.kinds)) or "one that a module of --plugin adds"
            context = {"discriminator": repr(self.tag), "tag": str(chosen), "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", context)
        return _adapter(self.kinds[chosen]).validate_python(table, context=info.context)


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
