"""Labels of prototypes, and which prototype is taken next."""
