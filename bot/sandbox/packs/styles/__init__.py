"""One module a style: each has `draw(key)`, from a sticker's key to the bytes of its file."""
