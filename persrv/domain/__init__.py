"""The vocabulary: frozen values that every layer speaks in."""
