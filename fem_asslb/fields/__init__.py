"""The unknown fields, one module each; a field says what solver, time steps and output ask of it."""
