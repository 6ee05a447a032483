"""Pictures of a run, drawn from its results alone: `draw_all` draws everything that the results have."""

from pathlib import Path

PICTURES = "pictures"
"""Folder of a results folder."""

FORMATS = ("png", "pdf", "svg")
"""What pictures can be: pixels, or lines and letters that stay sharp; fields are pixels in all."""

WIDTHS = ("one-column", "two-columns")
"""How wide a picture of chosen curves or fields can be, in a journal."""


def draw_all(results: Path, picture_format: str = FORMATS[0]) -> list[Path]:
    """Draw everything and return the files.

    Args:
        results: Results folder of a run.
        picture_format: One of `FORMATS`; the animation is a GIF in any case.

    Raises:
        FemAsslbError: No results.
    """
    from fem_asslb.plotting.animation import draw_animation
    from fem_asslb.plotting.curves import draw_curves
    from fem_asslb.plotting.display import screen
    from fem_asslb.plotting.gaps import draw_gaps
    from fem_asslb.plotting.interface_curves import draw_interface_curves
    from fem_asslb.plotting.pictures import draw_pictures
    from fem_asslb.plotting.style import Gallery

    gallery = Gallery(results / PICTURES, picture_format)
    with screen():
        return [
            *draw_curves(results, gallery),
            *draw_interface_curves(results, gallery),
            *draw_pictures(results, gallery),
            *draw_gaps(results, gallery),
            *draw_animation(results, gallery.folder),
        ]
