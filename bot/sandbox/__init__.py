"""A local stand-in of Telegram: the part of the Bot API that the bot uses, and a chat page."""
