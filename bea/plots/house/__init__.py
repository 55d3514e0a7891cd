"""What all figures share: style, canvas, colour levels, windows, landscapes, and saving."""

from bea.plots.house.film import (
    save_film,
)
from bea.plots.house.landscape import (
    Landscape,
)
from bea.plots.house.looks import (
    fitted,
)
from bea.plots.house.runs import (
    Path,
)
from bea.plots.house.saving import (
    save_figure,
)
from bea.plots.house.triangles import (
    Triangle,
)

__all__ = [
    "Landscape",
    "Path",
    "Triangle",
    "fitted",
    "save_figure",
    "save_film",
]
