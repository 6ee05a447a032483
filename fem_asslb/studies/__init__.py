"""Studies of packings of particles, without finite elements: pressing, contacts, paths and conduction."""
