"""The geometry's data: distributions, levels, ranges and reading from a case."""

import math
from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from fem_asslb.geometry import (
    EqualDiameters,
    Geometry,
    Grains,
    Layer,
    LayeredStack,
    LognormalDiameters,
    MeshFile,
    PackedParticles,
    ParticleInShell,
    TableDiameters,
    Voids,
)

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

PARTICLES = PackedParticles(volume_fraction=0.5, diameter=EqualDiameters(4.0), minimum_gap=0.1)


def test_lognormal_quantiles_follow_the_distribution():
    diameters = LognormalDiameters(median=4.0, geometric_deviation=1.5)
    assert diameters.quantile(0.5) == pytest.approx(4.0)
    # One deviation of ln d on each side of the median.
    share = 0.5 * (1 + math.erf(1 / math.sqrt(2)))
    assert diameters.quantile(share) == pytest.approx(6.0)
    assert diameters.quantile(1 - share) == pytest.approx(4.0 / 1.5)


def test_table_quantiles_are_its_classes_in_order_of_size():
    diameters = TableDiameters(diameters=(6.0, 2.0, 4.0), number_fractions=(0.2, 0.5, 0.3))
    assert [diameters.quantile(share) for share in (0.1, 0.49, 0.51, 0.79, 0.81, 0.99)] == [2, 2, 4, 4, 6, 6]


def test_levels_stack_from_zero():
    stack = LayeredStack(2, {"anode": Layer(200.0), "separator": Layer(700.0), "cathode": Layer(40.0)}, 60.0, 5.0)
    assert stack.levels() == {"anode": (0, 200), "separator": (200, 900), "cathode": (900, 940)}
    assert stack.height == 940


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EqualDiameters(0.0), "value is 0.0"),
        (lambda: EqualDiameters(math.nan), "value is nan"),
        (lambda: LognormalDiameters(4.0, 0.9), "geometric_deviation is 0.9"),
        (lambda: TableDiameters((), ()), "diameters is []"),
        (lambda: TableDiameters((1.0, 2.0), (1.0,)), "as many numbers as diameters"),
        (lambda: TableDiameters((1.0, 2.0), (0.5, 0.4)), "whose sum is 1"),
        (lambda: PackedParticles(1.2, EqualDiameters(4.0), 0.1), "volume_fraction is 1.2"),
        (lambda: PackedParticles(0.5, EqualDiameters(4.0), 0.0), "minimum_gap is 0.0"),
        (lambda: PackedParticles(0.5, EqualDiameters(4.0), 5.0), "less than the median diameter"),
        (lambda: PackedParticles(0.5, EqualDiameters(4.0), 0.1, "open"), "'inside' or 'cut'"),
        (lambda: Grains(EqualDiameters(1.0), seed=-1), "seed is -1"),
        (lambda: Grains(EqualDiameters(1.0), share=0.0), "share is 0.0"),
        (lambda: Grains(EqualDiameters(1.0), element_size=1.5), "element_size is 1.5"),
        (lambda: replace(PARTICLES, grains=Grains(EqualDiameters(4.0))), "less than that of"),
        (lambda: PackedParticles(0.5, EqualDiameters(4.0), 0.1, roles={"a": 0.7, "b": 0.2}), "whose sum is 1"),
        (lambda: PackedParticles(0.5, EqualDiameters(4.0), 0.1, roles={"a": 1.5, "b": -0.5}), "shares above 0"),
        (lambda: Voids(0.0, EqualDiameters(4.0)), "volume_fraction is 0.0"),
        (lambda: Layer(-1.0), "thickness is -1.0"),
        (lambda: Layer(3.0, PARTICLES), "more than the median diameter"),
        (lambda: Layer(40.0, PARTICLES, Voids(0.5, EqualDiameters(2.0))), "together is 1.0"),
        (lambda: LayeredStack(4, {"cathode": Layer(4.0)}, 5.0, 1.0), "dimension is 4"),
        (lambda: LayeredStack(2, {}, 5.0, 1.0), "at least one layer"),
        (lambda: LayeredStack(2, {"top": Layer(4.0)}, 5.0, 1.0), "name in layers is 'top'"),
        (lambda: LayeredStack(2, {"particle/1": Layer(4.0)}, 5.0, 1.0), "a name of at most 40 letters"),
        (lambda: LayeredStack(2, {"particle": Layer(4.0)}, 5.0, 1.0), "name in layers is 'particle'"),
        (
            lambda: LayeredStack(2, {"bare": Layer(40.0, replace(PARTICLES, roles={"bare": 1.0}))}, 5.0, 1.0),
            "name in layers.bare.particles.roles is 'bare'",
        ),
        (
            lambda: LayeredStack(2, {"cathode": Layer(40.0, replace(PARTICLES, roles={"a/b": 1.0}))}, 5.0, 1.0),
            "name in layers.cathode.particles.roles is 'a/b'",
        ),
        (lambda: LayeredStack(3, {"cathode": Layer(4.0)}, 5.0, 1.0), "depth is None"),
        (
            lambda: LayeredStack(2, {"cathode": Layer(4.0)}, 5.0, 1.0, depth=5.0),
            "nothing when dimension is 2",
        ),
        (
            lambda: LayeredStack(2, {"cathode": Layer(4.0)}, 5.0, 1.0, largest_element=0.5),
            "at least element_size",
        ),
        (lambda: LayeredStack(2, {"cathode": Layer(4.0)}, 5.0, 1.0, order=3), "order is 3"),
        (lambda: LayeredStack(2, {"cathode": Layer(4.0)}, 5.0, 1.0, seed=-1), "seed is -1"),
        (lambda: ParticleInShell(3, 2.0, 1.0, 0.5), "more than core_radius, 2 um"),
        (lambda: ParticleInShell(3, 1.0, 2.0, 0.5, "half"), "'full' or 'symmetric'"),
        (lambda: ParticleInShell(3, 1.0, 2.0, 0.5, grains=Grains(EqualDiameters(0.5))), "part is 'symmetric'"),
        (lambda: ParticleInShell(3, 1.0, 2.0, 0.5, "full", 1, Grains(EqualDiameters(0.5), share=0.5)), "grains.share"),
        (lambda: ParticleInShell(3, 1.0, 2.0, 0.5, coating=1.0), "less than what is around the particle, 1 um"),
        (lambda: MeshFile("mesh.msh", {"a": ""}), "a name of at most 40 letters"),
    ],
)
def test_values_out_of_range_are_refused(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert message in str(error.value)
    assert "accepted" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda: ParticleInShell(3, 2.0, 1.0, -0.5, order=3), ["shell_radius", "element_size", "order"]),
        (
            lambda: TableDiameters((1.0, -2.0, 0.0), (0.5, 0.4, 0.0)),
            ["diameters[1]", "diameters[2]", "number_fractions"],
        ),
        (lambda: LayeredStack(2, {"top": Layer(4.0), "a/b": Layer(4.0)}, 0.0, 1.0), ["name in layers"] * 2 + ["width"]),
        (
            lambda: LayeredStack(2, {"a": Layer(4.0)}, 5.0, -1.0, 5.0, -2.0),
            ["element_size", "depth", "largest_element"],
        ),
        # What is compared with a value that is refused makes no line of its own.
        (lambda: ParticleInShell(3, -2.0, 1.0, 0.5, "full", 1, Grains(EqualDiameters(1.0))), ["core_radius"]),
        (lambda: TableDiameters((), (0.5,)), ["diameters"]),
    ],
)
def test_all_values_out_of_range_are_named_at_once(make, names):
    with pytest.raises(ValueError) as error:
        make()
    assert [line.partition(" is ")[0] for line in str(error.value).splitlines()] == names


def test_a_case_table_becomes_the_geometry_with_lengths_in_um():
    table = {
        "kind": "layered-stack",
        "dimension": 2,
        "width": "0.06 mm",
        "element_size": "700 nm",
        "layers": {
            "anode": {"thickness": "200 um"},
            "cathode": {
                "thickness": "40 um",
                "particles": {
                    "kind": "packed",
                    "volume_fraction": 0.6,
                    "minimum_gap": "0.1 um",
                    "diameter": {"kind": "lognormal", "median": "4 um", "geometric_deviation": 1.3},
                },
            },
        },
    }
    stack = TypeAdapter(Geometry).validate_python(table)
    assert isinstance(stack, LayeredStack)
    assert (stack.width, stack.element_size) == (pytest.approx(60.0), pytest.approx(0.7))
    assert list(stack.layers) == ["anode", "cathode"]
    assert stack.layers["cathode"].particles == PackedParticles(0.6, LognormalDiameters(4.0, 1.3), 0.1)


@pytest.mark.parametrize("change", [{"widht": "60 um"}, {"width": 60.0}, {"width": "60 MPa"}, {"kind": "cube"}])
def test_unknown_keys_and_missing_units_are_refused(change):
    table = {
        "kind": "layered-stack",
        "dimension": 2,
        "width": "60 um",
        "element_size": "1 um",
        "layers": {"anode": {"thickness": "200 um"}},
    }
    TypeAdapter(Geometry).validate_python(table)
    with pytest.raises(ValidationError):
        TypeAdapter(Geometry).validate_python(table | change)
