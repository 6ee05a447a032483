"""A protocol carried out step by step."""
