"""Material laws and the material library. Nothing here needs a mesh, DOLFINx or, until used, UFL."""
