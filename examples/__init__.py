"""A demo town, made from a seed."""
