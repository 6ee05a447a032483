"""The program: command line, results folder, log."""
