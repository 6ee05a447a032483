"""Section ``fields``: unknown fields that a module of one's own declares."""

from abc import ABC, abstractmethod
from typing import Annotated, Any

from fem_asslb.base.checked import checked
from fem_asslb.base.tagged import Tagged


@checked(kw_only=True)
class FieldSchema(ABC):
    """Keys of one kind of field; a kind of its own is a subclass with ``kind: Literal["NAME"] = "NAME"``.

    Attributes:
        kind: Name of the kind.
    """

    kind: str

    @abstractmethod
    def declare(self, name: str, currents: Any) -> Any:
        """The field, a `fem_asslb.fields.field.Field`.

        Args:
            name: Of the field in the case.
            currents: `fem_asslb.equations.currents.Currents` of the model; ``currents.formulation`` knows all else.
        """


FIELD_KINDS: dict[str, type[FieldSchema]] = {}
"""Keys of each kind by its name; ``FIELD_KINDS["NAME"] = ...`` before a case is read adds one."""

FieldEntry = Annotated[FieldSchema, Tagged("kind", FIELD_KINDS)]
