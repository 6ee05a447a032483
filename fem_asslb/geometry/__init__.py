"""Geometry of a cell as plain data: what the mesh builders build and what a case describes.

Lengths are in um. The stack direction is the last coordinate (y in 2D, z in 3D); the lowest layer starts at
zero.
"""

from typing import Annotated

from pydantic import Field

from fem_asslb.geometry.diameters import Diameters, EqualDiameters, LognormalDiameters, TableDiameters, mean_volume
from fem_asslb.geometry.grains import Grains
from fem_asslb.geometry.layer import Layer
from fem_asslb.geometry.layered_stack import BOUNDARY_NAMES, LayeredStack
from fem_asslb.geometry.mesh_file import MeshFile
from fem_asslb.geometry.particle_in_shell import ParticleInShell
from fem_asslb.geometry.particles import PackedParticles, Particles, PlacedParticles, Voids
from fem_asslb.geometry.placed_bodies import PlacedBodies

Geometry = Annotated[LayeredStack | ParticleInShell | MeshFile, Field(discriminator="kind")]

__all__ = [
    "BOUNDARY_NAMES",
    "Diameters",
    "EqualDiameters",
    "Geometry",
    "Grains",
    "Layer",
    "LayeredStack",
    "LognormalDiameters",
    "MeshFile",
    "PackedParticles",
    "ParticleInShell",
    "Particles",
    "PlacedBodies",
    "PlacedParticles",
    "TableDiameters",
    "Voids",
    "mean_volume",
]
