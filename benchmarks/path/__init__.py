"""The whole path of an inline query over HTTP: from getUpdates to answerInlineQuery, and how many a second."""
