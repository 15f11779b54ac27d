"""The Telegram bot: thin handlers over the use cases of `persrv`."""
