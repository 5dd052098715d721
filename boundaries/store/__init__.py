"""The write side: towns, plans, contacts, publications, keys and history in a database."""
