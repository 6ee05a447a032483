"""Two hundred kills, most of a half hour. Part of scripts/test --full."""

from tests.killed import lose_nothing


def test_no_kill_loses_a_run(tmp_path):
    lose_nothing(tmp_path, 200)
