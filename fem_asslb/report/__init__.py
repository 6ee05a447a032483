"""A page about one or several runs that is one file and asks nothing of any network."""

FILE = "report.html"
"""File of a results folder."""
