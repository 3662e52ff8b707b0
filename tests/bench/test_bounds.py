"""No bound stands in bench/bounds.toml that nothing measures, and nothing is measured without a bound."""

from importlib import import_module

import pytest

from bench import __main__ as bench
from bench.bounds import FILE, MEASURED_BY, Bound, bounds, judged

for module in sorted(FILE.parent.glob("[a-z]*.py")):
    import_module(f"bench.{module.stem}")  # each names what it measures


@pytest.mark.parametrize("name", sorted(bounds()))
def test_every_bound_is_measured_by_a_function_of_the_bench(name):
    assert MEASURED_BY[name].__module__.startswith("bench.")


def test_every_figure_that_is_measured_has_a_bound():
    assert set(MEASURED_BY) == set(bounds())


@pytest.mark.parametrize("bound", bounds().values(), ids=lambda bound: bound.name)
def test_every_bound_says_why_and_looks_one_way(bound):
    assert bound.why.endswith(".")
    assert (bound.least is None) != (bound.most is None)


@pytest.mark.parametrize(("figure", "holds"), [(0.59, False), (0.6, True), (0.9, True)])
def test_a_figure_below_the_least_is_missed(figure, holds):
    assert Bound("speed", "Because.", least=0.6).holds(figure) is holds


@pytest.mark.parametrize(("figure", "holds"), [(1.2, True), (1.3, True), (1.31, False)])
def test_a_figure_above_the_most_is_missed(figure, holds):
    assert Bound("growth", "Because.", most=1.3).holds(figure) is holds


def test_one_missed_figure_misses_the_whole(capsys):
    assert judged({"seconds_until_ready": 0.9}) is True
    assert judged({"seconds_until_ready": 0.9, "idle_megabytes": 121}) is False
    assert "MISSED" in capsys.readouterr().out


def test_an_unknown_group_is_told_and_nothing_is_measured(capsys):
    assert bench.main("mian") == 2
    assert "mian" in capsys.readouterr().out
