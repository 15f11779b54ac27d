"""The command line: the only module above the entry points."""
