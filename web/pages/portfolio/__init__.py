"""Import of a portfolio file."""
