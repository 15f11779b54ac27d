"""The offline stages, one a module: each does what is left to do, and can be killed and started again at any point."""
