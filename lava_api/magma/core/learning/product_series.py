"""ProductSeries: a learning rule as a sum of products."""

from __future__ import annotations

from lava_api.magma.core.learning import string_symbols as names
from lava_api.magma.core.learning.product import EXPONENT_OFFSET, Factor, Product
from lava_api.magma.core.learning.symbolic_equation import SymbolicEquation
from loihi_emu.errors import invalid
from loihi_emu.learning import grammar
from loihi_emu.learning.constants import as_written, unheld

__all__ = ["Factor", "Product", "ProductSeries"]


class ProductSeries:
    """A learning rule as a sum of products.

    Parameters
    ----------
    symbolic_equation : SymbolicEquation
        The rule.

    Attributes
    ----------
    target : str
        What the rule changes.
    decimate_exponent : int or None
        The k of ``uk``, None if that does not occur.
    products : list of Product

    Raises
    ------
    ValidationError
        When a product has a constant that cannot be stored, or products have different k of uk.

    Examples
    --------
    >>> for product in ProductSeries(SymbolicEquation("dw", "3*x0*y1 - u2*(w+5)")).products:
    ...     print(product)
    dw: 3*2^0 x0 (y1+C, C = None)
    dw: -1*2^0 u2 (w+2C, C = 5)
    """

    def __init__(self, symbolic_equation: SymbolicEquation) -> None:
        self.target = symbolic_equation.target
        self.decimate_exponent: int | None = None
        self.products: list[Product] = []
        for read in symbolic_equation.products:
            where = grammar.place(self.target, symbolic_equation.text, read.start)
            product = _product(self.target, read, where)
            if product.decimate_exponent is not None:
                if self.decimate_exponent not in (None, product.decimate_exponent):
                    raise invalid(where, "", f"{read.gate} beside u{self.decimate_exponent}", "one k of uk in a rule")
                self.decimate_exponent = product.decimate_exponent
            self.products.append(product)

    @property
    def active_traces_per_dependency(self) -> dict[str, set[str]]:
        """For each dependency that occurs, the traces that occur with it."""
        active: dict[str, set[str]] = {}
        for product in self.products:
            traces = {factor.state_var for factor in product.factors} & names.TRACES
            active.setdefault(product.dependency, set()).update(traces)
        return active

    def __str__(self) -> str:
        return "\n".join([f"ProductSeries: decimate_exponent={self.decimate_exponent}", *map(str, self.products)])


def _product(target: str, read: grammar.Product, where: str) -> Product:
    """Return a product in Lava's form."""
    held = as_written(read)
    if held is None:
        raise unheld(read, where)
    mantissa, exponent = held
    factors = [Factor(f.variable, f.constant or None, f.sign) for f in read.factors]
    if read.gate in grammar.EPOCHS:
        return Product(target, names.U, mantissa, exponent + EXPONENT_OFFSET, factors, int(read.gate[1:]))
    return Product(target, read.gate, mantissa, exponent + EXPONENT_OFFSET, factors)
