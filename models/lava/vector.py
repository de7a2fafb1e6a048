"""Records of kernels that treat every element of a process alike: inputs, outputs, variables, all of one length."""

from loihi_emu.models.records import NUMBER, Record, array


def vector(name: str, same: str, kind: str = "int32", numbers: str = "", **others: str) -> Record:
    """A record of elements.

    Parameters
    ----------
    name : str
    same : str
        Names of ports, variables and parameters whose elements are of one kind, with spaces between.
    kind : str
        Their dtype.
    numbers : str
        Names of numbers that are the same for all elements.
    **others : str
        Further arrays and their dtypes.
    """
    arrays = dict.fromkeys(same.split(), kind) | others
    return Record(name, n=NUMBER, **{k: array(v) for k, v in arrays.items()}, **dict.fromkeys(numbers.split(), NUMBER))
