"""Where artifacts go: a light S3 client, object keys, and a Profile's JSON as kando reads it.

Standard library only, and modules import late what only some calls need: kando starts once per
pipe, so start-up counts.  May import `_model` and `errors`; is used by `operator` and `tools`.
"""
