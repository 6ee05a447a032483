"""The unknown fields, one module each; a field says all that is to be known about itself."""
