"""What is solved, as plain data, and how it follows from a case and its mesh."""
