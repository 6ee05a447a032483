"""Sections of ``case.toml`` as dataclasses."""
