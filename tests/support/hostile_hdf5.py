"""What is wrong with an HDF5 file, whatever its form: changes of one of its data sets."""

import h5py
import numpy as np


def external(group, name):
    """A link to another file in its place."""

    def change(file):
        del file[group][name]
        file[group][name] = h5py.ExternalLink("/etc/passwd", name)

    return change


def soft(group, name, other):
    """A link within the file in its place."""

    def change(file):
        del file[group][name]
        file[group][name] = h5py.SoftLink(other)

    return change


def huge(group, name):
    """An array larger than its bytes."""

    def change(file):
        del file[group][name]
        file[group].create_dataset(name, shape=(1 << 40,), dtype="f4", chunks=(1 << 20,))

    return change


def elsewhere(group, name):
    """An array whose numbers are in another file."""

    def change(file):
        del file[group][name]
        file[group].create_dataset(name, shape=(2,), dtype="f8", external=[("/dev/zero", 0, 16)])

    return change


def virtual(group, name):
    """An array put together of others."""

    def change(file):
        del file[group][name]
        layout = h5py.VirtualLayout(shape=(2,), dtype="f8")
        layout[:] = h5py.VirtualSource("other.h5", name, shape=(2,))
        file[group].create_virtual_dataset(name, layout)

    return change


def replaced(name, value):
    """Another value, or nothing where it is None."""

    def change(file):
        del file[name]
        if value is not None:
            file[name] = value

    return change


def changed_files(group, name, other):
    """The cases that every form of files refuses: by what is wrong, the change and texts of the error."""
    at = [group, name]
    return {
        "a link to another file": (external(*at), [*at, "link"]),
        "a link within the file": (soft(*at, other), [*at, "link"]),
        "an array larger than its bytes": (huge(*at), [*at, "1099511627776", "0 bytes are there"]),
        "an array in another file": (elsewhere(*at), [*at, "other files"]),
        "a virtual array": (virtual(*at), [*at, "other files"]),
        "complex numbers": (replaced(f"{group}/{name}", np.ones(2, complex)), [*at, "complex"]),
    }
