"""Files of HDF5 are data by themselves: they refer to no other file."""

from pathlib import Path
from typing import Any

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted


def require_no_links(path: Path, name: str) -> None:
    """Nothing in a file of HDF5 is taken from another one.

    Args:
        path: The file.
        name: What a message calls it.

    Raises:
        MeshError: Something is.
    """
    import h5py

    def leads_out(_: str, item: Any) -> bool | None:
        """Whether an entry takes its data from another file; None goes on with the next."""
        is_dataset = isinstance(item, h5py.Dataset)
        return isinstance(item, h5py.ExternalLink) or (is_dataset and (item.is_virtual or bool(item.external))) or None

    # As whoever reads it next opens it: HDF5 lets no file be open in two ways.
    with h5py.File(path, "r", locking=False) as file:
        if file.visititems_links(leads_out) or file.visititems(leads_out):
            raise MeshError(f"{quoted(name)} refers to another file")
