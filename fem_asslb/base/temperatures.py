"""Temperatures that a cell may have."""

from typing import Annotated

from pydantic import Field

from fem_asslb.base.units import Temperature

ROOM_TEMPERATURE = 298.15
"""Temperature where a case states none [K]."""

COLDEST, HOTTEST = 200.0, 500.0
"""No cell is colder or hotter [K]; further off rates are zero or infinite in floating point."""

CellTemperature = Annotated[Temperature, Field(ge=COLDEST, le=HOTTEST)]
