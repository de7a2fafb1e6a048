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


def flipped(path):
    """Flip bits in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 40] = bytes(b ^ 255 for b in data[len(data) // 3 : len(data) // 3 + 40])
    path.write_bytes(data)


def cut(path, part):
    """Keep the beginning."""
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])


UNREADABLE = ["cannot be read", "a whole file of kind"]
DAMAGES = {
    "empty": (lambda p: cut(p, 0), UNREADABLE),
    "cut early": (lambda p: cut(p, 0.3), UNREADABLE),
    "cut late": (lambda p: cut(p, 0.98), UNREADABLE),
    "bits flipped": (flipped, ["a whole file of kind"]),
    "text": (lambda p: p.write_text("hello " * 99), ["not an npz file", "a whole file of kind"]),
    "array": (lambda p: p.write_bytes(b"\x93NUMPY" * 9), ["not an npz file"]),
    "other archive": (lambda p: np.savez(p, x=np.arange(3)), ["cannot be read (no header)", "a whole file of kind"]),
    "objects": (lambda p: np.savez(p, header=np.array([{}], dtype=object)), UNREADABLE),
    "header of another form": (lambda p: np.savez(p, header=np.frombuffer(b"[1]", np.uint8)), ["kind None"]),
    "no sum": (lambda p: without(p, "sum"), ["damaged contents"]),
    "array missing": (lambda p: without(p, "array."), ["damaged contents"]),
    "number changed": (altered, ["damaged contents"]),
    "schema a text": (lambda p: doctored(p, schema="new"), ["damaged contents"]),
    "newer": (lambda p: doctored(p, schema=99), ["schema", "got 99", "at most 1", "Update loihi_emu"]),
    "foreign": (lambda p: doctored(p, kind="a film"), ["a file of kind 'a film'", "a whole file of kind"]),
}
