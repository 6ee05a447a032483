"""Results of a state: of the bulk, the interfaces, the particles, and balances that must hold."""
