"""The coupled problem: which fields a model has, and the rows that they make together."""
