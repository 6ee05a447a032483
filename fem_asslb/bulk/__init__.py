"""Laws of the bulk: elasticity, and what flows, creeps and compacts. Plain numbers, arrays or UFL, without a mesh."""
