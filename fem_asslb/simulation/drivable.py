"""What the protocol of a case needs of a model that was made elsewhere."""

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.fixture import PressureFixture
from fem_asslb.case.sections.steps import SetStoichiometry
from fem_asslb.model.model import Model


def require_drivable(case: Case, model: Model) -> None:
    """A model that was not built from the case has what the protocol of the case acts on.

    Raises:
        FemAsslbError: It lacks it.
    """
    is_loaded = isinstance(case.fixture, PressureFixture)
    if model.support.platen == is_loaded or (model.support.pressure == "outer") != is_loaded:
        kind, needed = case.fixture.kind, 'pressure="outer"' if is_loaded else "platen=True"
        raise FemAsslbError(f"model.support: a fixture of kind '{kind}' acts on {needed} of a support, alone")
    if (model.charge_transfer is not None) != (case.cell is not None):
        has = "has" if case.cell is not None else "has no"
        raise FemAsslbError(f"model.charge_transfer: expected one where a case has a [cell]; this one {has} cell")
    if not model.hosts and any(isinstance(step, SetStoichiometry) for step in case.protocol.steps):
        raise FemAsslbError("model.materials: the protocol sets x, and no material of the model is a host of lithium")
