"""Options of Lava's compiler for neuromorphic cores."""
