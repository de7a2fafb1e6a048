"""A folder for `sys.path`, with the name ``lava``."""
