"""The public face of `numsan.ops`: lazy names, documentation, no torch for the numpy twins."""

from __future__ import annotations

from pathlib import Path

import pytest

import numsan.ops as ops


def test_lazy_names_all_resolve_and_carry_an_example() -> None:
    for name in ops.__all__:
        doc = getattr(ops, name).__doc__
        assert doc and ">>>" in doc, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ops.nothing


def test_the_list_of_operations_is_up_to_date() -> None:
    from ops_reference import STUB, TARGET, page, stub

    assert TARGET.read_text() == page(), "run python benchmarks/ops_reference.py"
    assert STUB.read_text() == stub(), "run python benchmarks/ops_reference.py"


def test_the_table_of_special_values_is_up_to_date() -> None:
    from ops_specials import TARGET, page

    assert TARGET.read_text() == page(), "run python benchmarks/ops_specials.py"


def test_no_module_has_the_name_of_an_operation() -> None:
    # importing it would put the module in the place of the function
    assert not {p.stem for p in Path(ops.__file__).parent.iterdir()} & set(ops.__all__)
