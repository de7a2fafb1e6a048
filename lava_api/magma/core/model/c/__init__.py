"""Names of process models in C, which run on processors embedded in a chip. There are none here: see :mod:`.model`."""
