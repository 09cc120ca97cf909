"""The entries of indicators, made of paths: tables that questions count."""
