"""The outside world: implementations of `persrv.ports` over storage, index and model libraries."""
