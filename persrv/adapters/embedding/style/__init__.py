"""The style descriptor: what a person sees of a drawing before they see what it shows."""
