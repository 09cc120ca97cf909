"""Invented data: the demonstration, and populations of any size."""
