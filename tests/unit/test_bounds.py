"""What a case may be in size and depth: beyond it one line says so, and no trace of Python."""

import pytest

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.case.reading import toml_text
from fem_asslb.case.reading.reader import LONGEST_CHAIN, read_case
from tests.unit.test_bad_input import GOOD

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it

HEAD = GOOD.partition("[protocol]")[0]


def nested(depth: int) -> str:
    return "{repeat = 1, steps = [\n" * depth + "'rest 1 h'" + "\n]}" * depth


LARGE = {  # what the file says, words of the one line about it
    "steps nested 2,000 deep": (f"{HEAD}[protocol]\nsteps = [\n{nested(2000)}\n]", ["levels"]),
    "steps nested a little too deep": (f"{HEAD}[protocol]\nsteps = [\n{nested(6)}\n]", ["protocol.steps", "12 levels"]),
    "brackets 1,900 deep": (f"[case]\ntitle = {'[' * 1900}{']' * 1900}", ["levels"]),
    "tables 900 deep": (f"[case]\ntitle = {'{a=' * 900}1{'}' * 900}", ["levels"]),
    "keys 500 deep": (f"[case]\n{'a.' * 500}b = 1", ["levels"]),
    "a header 500 deep": (f"[{'a.' * 500}b]\nc = 1", ["levels"]),
    "an integer of 5,000 digits": (f"{GOOD}[time]\ntolerance = {'9' * 3900}", ["time.tolerance", "63 bits"]),
    "an integer of 5,000 hexadecimal digits": (f"[a]\nb = [0x{'f' * 3900}]", ["a.b[0]", "63 bits"]),
    "a text of 3,000 characters": (f"[case]\ntitle = '{'a' * 3000}'", ["case.title", "at most 1000"]),
    "a text of 3,000 lines": ("[case]\ntitle = '''" + "a\n" * 3000 + "'''", ["case.title", "at most 1000"]),
    "a key of 3,000 characters": (f"{'a' * 3000} = 1", ["a key has 3000"]),
    "a line of 100 kB": (f"# {'a' * 100_000}", ["line 1", "at most 4000"]),
    "a file of 300 kB": ("# comment\n" * 30_000, ["200000 bytes"]),
    "bytes that are no text": ("\udcff\udcfe", ["not UTF-8"]),
    "a zero": ("[case]\ntitle = '\0'", ["not valid TOML"]),
    "another case with a zero in its name": ('extends = "a\\u0000b"', ["cannot be printed"]),
    "another case with 900 characters": (f"extends = '{'a' * 900}'", ["no case here"]),
    "another case in 400 folders": (f"extends = '{'a/' * 400}'", ["no case here"]),
    "a mesh with a zero in its name": ('[geometry]\nkind = "mesh-file"\npath = "a\\u0000"', ["cannot be printed"]),
}


def _only_error(path, overrides=()):
    with pytest.raises(CaseErrors) as caught:
        read_case(path, list(overrides))
    (error,) = caught.value.errors
    assert str(error).isprintable()
    assert len(str(error)) <= 300
    return str(error)


@pytest.mark.parametrize(("text", "words"), LARGE.values(), ids=LARGE)
def test_a_case_out_of_bounds_is_refused_in_a_line(tmp_path, text, words):
    (tmp_path / "case.toml").write_bytes(text.encode(errors="surrogateescape"))
    message = _only_error(tmp_path)
    assert all(word in message for word in words), message


def test_an_integer_that_python_refuses_is_no_toml(monkeypatch):
    monkeypatch.setattr(toml_text, "LONGEST_LINE", 10_000)
    with pytest.raises(ValueError, match="not valid TOML: Exceeds the limit"):
        toml_text.parse(f"a = {'9' * 5000}")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ("1000000000", "1e+09 steps are too many"),
        ("9223372036854775807", "1e+18 steps are too many"),
    ],
)
def test_a_repeat_beyond_any_protocol_is_refused_before_it_is_written_out(tmp_path, count, words):
    steps = f"{{repeat = {count}, steps = [{{repeat = {count}, steps = ['rest 1 h']}}]}}"
    (tmp_path / "case.toml").write_text(GOOD)
    with pytest.raises(CaseErrors) as caught:
        read_case(tmp_path, [f"protocol.steps=[{steps}]"])
    assert "1e+18 steps are too many" in str(caught.value)
    with pytest.raises(CaseErrors) as caught:
        read_case(tmp_path, [f"protocol.steps=[{{repeat = {count}, steps = ['rest 1 h']}}]"])
    assert words in str(caught.value)
    assert "at most 50000" in str(caught.value)


def test_a_chain_of_cases_has_an_end(tmp_path):
    for number in range(LONGEST_CHAIN + 2):
        (tmp_path / f"{number:03d}").mkdir()
        (tmp_path / f"{number:03d}" / "case.toml").write_text(f'extends = "../{number + 1:03d}"\n')
    message = _only_error(tmp_path / "000")
    assert f"more than {LONGEST_CHAIN} cases extend one another: 000 -> 001" in message


@pytest.mark.parametrize("key", ["a." * 500 + "b", "case.title", "solver.petsc"])
@pytest.mark.parametrize("value", ["[" * 900, "9" * 3900, "a" * 5000, "\x1b[2J\n", "{a=" * 300 + "1" + "}" * 300])
def test_an_override_out_of_bounds_is_refused_in_lines(tmp_path, key, value):
    (tmp_path / "case.toml").write_text(GOOD)
    try:
        read_case(tmp_path, [f"{key}={value}"])
    except CaseErrors as error:
        assert all(str(item).isprintable() and len(str(item)) <= 300 for item in error.errors)
    else:
        assert key == "case.title"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("geometry.seed=99999999999999999999", "more than 63 bits"),
        ("materials.particle={use='ncm85', axis={random=true, seed=99999999999999999999}}", "more than 63 bits"),
        (f"materials={{{', '.join(f'm{number} = 1' for number in range(300))}}}", "300 keys; expected at most 250"),
    ],
    ids=["integer", "integer in a table", "table"],
)
def test_an_override_out_of_bounds_is_no_text(tmp_path, override, words):
    (tmp_path / "case.toml").write_text(GOOD)
    with pytest.raises((CaseError, CaseErrors), match=words):
        read_case(tmp_path, [override])


def test_as_many_layers_as_no_cell_has_are_refused_unread(tmp_path):
    layers = "".join(f"[geometry.layers.l{number}]\nthickness = '1 um'\n" for number in range(300))
    (tmp_path / "case.toml").write_text(GOOD + layers)
    assert "geometry.layers has 303 keys; expected at most 250" in _only_error(tmp_path)


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "case.toml").mkdir()
    assert "no case here" in _only_error(tmp_path)
    assert "no case here" in _only_error("/dev/zero")


def test_a_hundred_mistakes_are_enough(tmp_path):
    (tmp_path / "case.toml").write_text(GOOD)
    with pytest.raises(CaseErrors) as caught:
        read_case(tmp_path, ["protocol.steps=[" + ",".join(f"'{number}'" for number in range(400)) + "]"])
    assert len(caught.value.errors) >= 400
    assert str(caught.value).splitlines()[-1].startswith("and 3")
