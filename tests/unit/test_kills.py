"""A run that is killed at any moment, on any ranks, goes on; two hundred kills are in tests/soak/kills.py."""

import pytest

from tests.killed import lose_nothing


@pytest.mark.serial
def test_no_kill_loses_a_run(tmp_path):
    lose_nothing(tmp_path, 10)
