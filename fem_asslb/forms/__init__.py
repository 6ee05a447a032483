"""Terms of the weak form, one function each; all terms stand on the left-hand side, in pJ."""
