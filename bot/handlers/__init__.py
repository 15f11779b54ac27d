"""Thin handlers: read the update, call the use case, render the answer."""
