"""From connected processes to a program: discovery of models, selection, routes, assembly."""
