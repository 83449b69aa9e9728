"""Snapshots on disk, so that they can be kept, sent and compared later; empty until then.

May import `_data.proof`, `_base`, `_model`.
"""
