"""Where Lava's compiler for neuromorphic cores cuts processes; here nothing is cut, as results do not depend on it.

Programs set attributes of this module to change how it cuts; they are kept.
"""
