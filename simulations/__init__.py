"""Simulations behind the book's page on validation: programs that write into ``book/``."""
