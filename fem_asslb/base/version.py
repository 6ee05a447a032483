"""The version of the package; pyproject.toml, run.json and ``fem-asslb --version`` read it here.

Between two releases it is the next one with ``.dev0``.
"""

__version__ = "0.3.0.dev0"
