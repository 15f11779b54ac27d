"""A whole application of the client library runs against the stand-in, and stops."""

import asyncio

from telegram import InlineQueryResultCachedSticker, Update
from telegram.ext import Application, ApplicationBuilder, CommandHandler, ContextTypes, InlineQueryHandler

from bot.sandbox.client import SandboxClient
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World

MEI = 1001
Context = ContextTypes.DEFAULT_TYPE


async def start(update: Update, context: Context) -> None:
    await update.effective_message.reply_html(f"Hello <b>{update.effective_user.first_name}</b>")


async def inline(update: Update, context: Context) -> None:
    found = await context.bot.get_sticker_set("Cats_by_test")
    results = [InlineQueryResultCachedSticker(str(n), s.file_id) for n, s in enumerate(found.stickers)]
    await update.inline_query.answer(results, cache_time=0, is_personal=True)


def built(world: World, url: str) -> Application:
    builder = ApplicationBuilder().token(world.bot_token)
    application = builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(InlineQueryHandler(inline))
    return application


async def test_an_application_polls_answers_and_stops(server: SandboxServer, world: World, people: SandboxClient):
    mei = people.person(MEI)
    async with built(world, server.url) as application:
        await application.start()
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        assert (await asyncio.to_thread(mei.asks, "/start")).text == "Hello Mei"
        answer = await asyncio.to_thread(mei.types, "猫")
        assert len(answer.stickers) == 3
        await application.updater.stop()
        await application.stop()
    assert len(world.updates) == 0
    assert world.updates.allowed is not None
    assert "chosen_inline_result" in world.updates.allowed
