"""The young person's path: state, and one module of decisions per stage."""
