"""What the use cases need from the world: small protocols, implemented in `persrv.adapters` and `bot`."""
