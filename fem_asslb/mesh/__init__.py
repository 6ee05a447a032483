"""From a mesh file to a distributed mesh whose regions and boundaries have names."""
