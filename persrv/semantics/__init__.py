"""What a sticker says, shows and means (paper, section 3.3)."""
