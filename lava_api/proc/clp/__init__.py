"""Parts of continual learning by prototypes that do not learn themselves."""
