"""Types of values that several parts of a geometry have, with what is accepted."""

import math
from typing import Annotated, Literal

from fem_asslb.base.checked import Integer, Number
from fem_asslb.base.refusals import accepting
from fem_asslb.base.units import Length

Extent = Annotated[Length, accepting(lambda value: 0.0 < value < math.inf, "a length above 0 um")]
Fraction = Annotated[Number, accepting(lambda value: 0.0 < value < 1.0, "a number between 0 and 1, both excluded")]
Seed = Annotated[Integer, accepting(lambda value: value >= 0, "an integer from 0")]
SideWalls = Literal["plane", "periodic"]
