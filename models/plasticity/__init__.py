"""Learning by the chip's rules: traces, products of a rule, changes of weights, and delivery by weights that change."""
