"""Pictures of a run, drawn from its results alone: `draw_all` draws everything that the results have."""

from pathlib import Path

PICTURES = "pictures"
"""Folder of a results folder."""


def draw_all(results: Path) -> list[Path]:
    """Draw everything and return the files.

    Args:
        results: Results folder of a run.

    Raises:
        FemAsslbError: No results.
    """
    from fem_asslb.plotting.animation import draw_animation
    from fem_asslb.plotting.curves import draw_curves
    from fem_asslb.plotting.display import screen
    from fem_asslb.plotting.gaps import draw_gaps
    from fem_asslb.plotting.pictures import draw_pictures

    folder = results / PICTURES
    with screen():
        return [
            *draw_curves(results, folder),
            *draw_pictures(results, folder),
            *draw_gaps(results, folder),
            *draw_animation(results, folder),
        ]
