"""What everything else stands on: errors, units, numbers, printable text, MPI."""
