"""What every table ``law`` of a material has, whatever the law."""

from abc import ABC, abstractmethod
from typing import Literal

from fem_asslb.base.checked import checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.bulk.bulk_law import BulkLaw
from fem_asslb.bulk.elasticity import Elasticity, IsotropicElasticity
from fem_asslb.materials.bibliography import SourceKeys

StrengthKind = Literal["yield", "fracture", "breakdown"]
"""What happens at a strength: it yields, a tension breaks it, or a power law of creep breaks down."""


@checked(kw_only=True)
class BulkLawTable(ABC):
    """Keys of one law of the bulk; a law of its own is a subclass with ``kind: Literal["NAME"] = "NAME"``.

    Attributes:
        kind: Name of the law.
        source: Key of the bibliography where the values come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    kind: str
    source: SourceKeys = ""
    note: str = ""
    mark: str = ""

    @abstractmethod
    def build(self, elasticity: Elasticity) -> BulkLaw | None:
        """What answers to strain; None for linear elasticity alone.

        Args:
            elasticity: Of the material.

        Raises:
            MaterialError: They do not go together with the law; one line.
        """

    def elasticity(self, dense: Elasticity) -> Elasticity:
        """Elasticity at the start, of a material whose moduli are those of the dense solid."""
        return dense

    def limit(self, strength: float | None, kind: StrengthKind) -> tuple[float | None, StrengthKind]:
        """Stress above which the law is doubtful [MPa] and what happens there, of a material with a strength."""
        return strength, kind

    def isotropic(self, elasticity: Elasticity) -> IsotropicElasticity:
        """The elasticity of a law that needs an isotropic one.

        Raises:
            MaterialError: That of a crystal.
        """
        if not isinstance(elasticity, IsotropicElasticity):
            needs = "needs youngs_modulus and poisson_ratio, not the stiffness of a crystal"
            raise MaterialError(f"law.kind = '{self.kind}' {needs}")
        return elasticity
