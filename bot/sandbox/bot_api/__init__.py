"""The part of the Bot API that the bot uses, as strict as Telegram is."""
