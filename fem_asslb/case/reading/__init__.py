"""From a case directory to a case, with every mistake named at once."""
