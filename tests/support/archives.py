"""A whole file of this package, to be read, changed and written again."""

from loihi_emu.files.archive import open_archive


def read_archive(path, kind, schema):
    """Header and arrays."""
    with open_archive(path, kind, schema) as archive:
        return archive.header, archive.arrays()
