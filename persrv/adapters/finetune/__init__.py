"""Fine-tuning the vision-language model on clicked queries (paper, section 3.3.1)."""
