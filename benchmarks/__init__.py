"""Measurements that write their figures into `docs/`; no part of the product."""
