"""The version of the package; pyproject.toml, run.json and ``fem-asslb --version`` read it here."""

__version__ = "0.2.0"
