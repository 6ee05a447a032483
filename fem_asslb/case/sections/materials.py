"""Section ``materials``: which material each region has, and how its crystals lie."""

from dataclasses import field
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import ArgsKwargs

from fem_asslb.base.checked import Integer, Number, Vector, checked
from fem_asslb.base.texts import show
from fem_asslb.materials.data_fits import DataFit, data_fits
from fem_asslb.materials.entry import EntryTable
from fem_asslb.materials.library import entry_of, load_anode, resolve
from fem_asslb.materials.material import Material

_AXIS_FORMS = "'random', 'radial', 'tangential', {direction = [0, 1, 0]} or {fibre = [0, 1, 0], sharpness = 5.0}"


@checked(kw_only=True)
class Axis:
    """Direction of the c-axis in each crystal of a material: a grain, or a particle without grains.

    Attributes:
        kind: ``"random"``: uniform on the sphere, one per crystal; ``"radial"``: from the particle's centre;
            ``"tangential"``: one per grain, uniform among those perpendicular to the line from the particle's
            centre to the grain's, random in a single crystal; ``"fixed"``: ``direction`` everywhere; ``"fibre"``:
            one per crystal, about ``direction``.
        direction: Three components along x, y, z, also in 2D; any length but zero.
        sharpness: Concentration k of the Watson distribution exp(k cos^2) about ``direction``, 0 (random) to 1000.
        seed: Seed of the random directions.
    """

    kind: Literal["random", "radial", "tangential", "fixed", "fibre"] = "random"
    direction: Vector = (0.0, 0.0, 1.0)
    sharpness: Annotated[Number, Field(ge=0.0, le=1000.0)] = 0.0
    seed: Annotated[Integer, Field(ge=0)] = 1

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        if isinstance(value, ArgsKwargs | Axis):
            return value
        if value in ("random", "radial", "tangential"):
            return {"kind": value}
        if isinstance(value, dict):
            keys = set(value)
            for kind in ("random", "tangential"):
                if keys in ({kind}, {kind, "seed"}) and value[kind] is True:
                    return {"kind": kind} | {key: value[key] for key in keys - {kind}}
            if keys == {"direction"}:
                return {"kind": "fixed", "direction": value["direction"]}
            if {"fibre", "sharpness"} <= keys <= {"fibre", "sharpness", "seed"}:
                rest = {key: value[key] for key in keys - {"fibre"}}
                return {"kind": "fibre", "direction": value["fibre"]} | rest
        raise ValueError(f"{show(value)} is not an axis; accepted: {_AXIS_FORMS}")

    @model_validator(mode="after")
    def _direction_has_a_length(self) -> Self:
        if not 1e-6 <= max(map(abs, self.direction)) <= 1e6:
            raise ValueError("the direction of an axis has no length or far too much; expected one like [0, 1, 0]")
        return self

    @property
    def written(self) -> str | dict[str, Any]:
        """As in ``case.toml``."""
        match self.kind:
            case "random" | "tangential" as kind:
                return kind if self.seed == Axis().seed else {kind: True, "seed": self.seed}
            case "fixed":
                return {"direction": list(self.direction)}
            case "fibre":
                return {"fibre": list(self.direction), "sharpness": self.sharpness, "seed": self.seed}
            case _:
                return self.kind


@checked(kw_only=True)
class MaterialChoice:
    """Material of one region role: a name of the library, or a table with ``use`` and what differs from it.

    Attributes:
        use: Name in the library, or a file in its format (``"./ncm83.toml"``, relative to the file that states it);
            without it the other keys describe a whole material.
        axis: Crystal axis of each grain, or particle without grains: ``"random"``, ``"radial"``,
            ``"tangential"`` (perpendicular to the line from the particle's centre to the grain's), ``{direction =
            [0, 1, 0]}`` or ``{fibre = [0, 1, 0], sharpness = 5.0}`` with a sharpness from 0 to 1000; random ones
            take a seed: ``{random = true, seed = 2}``, ``{tangential = true, seed = 2}``.
        overrides: A key of a material, below, whose value differs from that of ``use``, such as ``youngs_modulus =
            "165 GPa"``.
    """

    use: str | None = None
    axis: Axis = Axis()
    overrides: dict[str, Any] = field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"use": value}
        if isinstance(value, dict):
            own = {key: value[key] for key in value if key in ("use", "axis")}
            return own | {"overrides": _without_none({key: value[key] for key in value if key not in own})}
        return value

    def resolve(self, key: str) -> Material:
        """The material of the library with the overrides.

        Args:
            key: Dotted key of the entry, for the messages.

        Raises:
            CaseError: One fault.
            CaseErrors: Several faults.
        """
        return resolve(self._stated, key)

    def data_fits(self, key: str) -> list[DataFit]:
        """Data of the material and the functions that stand for them.

        Args:
            key: Dotted key of the entry.
        """
        return list(data_fits(self.entry(key)))

    def entry(self, key: str) -> EntryTable:
        """All that is stated of the material, by itself and by what it uses.

        Args:
            key: Dotted key of the entry.
        """
        return entry_of(self._stated, key)

    def anode_capacity(self, anode: str, key: str, material: Material) -> float | None:
        """Capacity per volume where the material, or an ingredient of it, is the anode of the cell [pC/um^3].

        Args:
            anode: Name of the anode, as of ``cell.anode``.
            key: Dotted key of the entry; its last part is the role.
            material: The material.

        Returns:
            None where it is another material, or has no density or no capacity.

        Raises:
            CaseError: No such anode.
        """
        law, parts = load_anode(anode, "cell.anode", {key.rpartition(".")[2]: material}), self.entry(key).ingredients
        share = 1.0 if material.anode == law else 0.0
        if parts and not share:
            weights = [part.weight_fraction for part in parts if part.material == anode]
            share = sum(weights) / sum(part.weight_fraction for part in parts)
        if not share or not material.density or not law.specific_capacity:
            return None
        return share * material.density * law.specific_capacity

    @property
    def _stated(self) -> str | dict[str, Any]:
        if self.use is None:
            return self.overrides
        return {"use": self.use} | self.overrides if self.overrides else self.use


def _without_none(table: dict[str, Any]) -> dict[str, Any]:
    """A table without the keys that a variant has taken out."""
    inner = {key: _without_none(value) if isinstance(value, dict) else value for key, value in table.items()}
    return {key: value for key, value in inner.items() if value is not None}
