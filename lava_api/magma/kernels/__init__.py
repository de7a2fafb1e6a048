"""Stock process models as compiled kernels: what binds a model's variables and ports to leaves, and what runs them."""
