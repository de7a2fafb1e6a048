"""What can happen to a file: each a function that spoils it, and what the error must then say."""

import json

import numpy as np


def doctored(path, **header):
    """Change entries of the header of a file and write it as a whole, readable archive."""
    with np.load(path) as archive:
        content = dict(archive)
    changed = json.loads(content["header"].tobytes()) | header
    content["header"] = np.frombuffer(json.dumps(changed).encode(), np.uint8)
    np.savez(path, **content)


def without(path, member):
    """Leave out the first member whose name begins so."""
    with np.load(path) as archive:
        content = dict(archive)
    del content[next(name for name in content if name.startswith(member))]
    np.savez(path, **content)


def altered(path):
    """Change one number."""
    with np.load(path) as archive:
        content = dict(archive)
    name = next(name for name, array in content.items() if name.startswith("array.") and array.size)
    content[name] = content[name] + 1
    np.savez(path, **content)


def added(path):
    """One array more."""
    with np.load(path) as archive:
        content = dict(archive)
    np.savez(path, **content, **{"array.x": np.zeros(3)})


def flipped(path):
    """Flip bits in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 40] = bytes(b ^ 255 for b in data[len(data) // 3 : len(data) // 3 + 40])
    path.write_bytes(data)


def cut(path, part):
    """Keep the beginning."""
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])


WHOLE = "a whole file of kind"
UNREADABLE = ["cannot be read", WHOLE]
DAMAGES = {
    "empty": (lambda p: cut(p, 0), ["an empty file", WHOLE]),
    "cut early": (lambda p: cut(p, 0.3), ["the beginning of an archive", "cut off", WHOLE]),
    "cut late": (lambda p: cut(p, 0.98), ["the beginning of an archive", "cut off", WHOLE]),
    "bits flipped": (flipped, [WHOLE]),
    "text": (lambda p: p.write_text("hello " * 99), ["a text file", WHOLE]),
    "array": (lambda p: p.write_bytes(b"\x93NUMPY" * 9), ["a single NumPy array", WHOLE]),
    "other archive": (lambda p: np.savez(p, x=np.arange(3)), ["an npz file of other arrays (x)", WHOLE]),
    "objects": (lambda p: np.savez(p, header=np.array([{}], dtype=object)), [*UNREADABLE, "not one of plain numbers"]),
    "header of another form": (lambda p: np.savez(p, header=np.frombuffer(b"[1]", np.uint8)), ["without a sum"]),
    "no sum": (lambda p: without(p, "sum"), ["without a sum"]),
    "array missing": (lambda p: without(p, "array."), ["array ", "got nothing"]),
    "array of no use": (lambda p: added(p), ["array x", "an array that no such file has"]),
    "number changed": (altered, ["damaged contents"]),
    "header changed": (lambda p: doctored(p, more=1), ["more", "an entry that no such file has"]),
    "schema a text": (lambda p: doctored(p, schema="new"), ["schema", "'new'"]),
    "newer": (lambda p: doctored(p, schema=99), ["schema", "got 99", "at most 1", "Update loihi_emu"]),
    "foreign": (lambda p: doctored(p, kind="a film"), ["a file of kind 'a film'", WHOLE]),
}
