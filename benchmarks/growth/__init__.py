"""Growth: what the index takes to build, to change and to open, from ten thousand stickers to a million."""
