"""The chat page's API, and the client that other tests speak through."""

import asyncio
import json
import threading
import time

import httpx
import pytest
import telegram
from telegram import InlineQueryResultCachedSticker, InlineQueryResultsButton

from bot.sandbox.client import NothingHappened, SandboxClient, SandboxRefused
from bot.sandbox.explaining import ExplainedRow, Explanation
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.errors import StorageError

MEI, ALEX, FRIENDS = 1001, 1002, -100500


def test_the_state_names_everybody(server: SandboxServer, world: World):
    world.add_person(7, "Zoë", "fr")
    state = httpx.get(f"{server.url}/api/state", trust_env=False).json()
    assert state["bot"] == {"id": 4242, "username": "persrv_bot", "name": "PerSRV"}
    assert [(p["name"], p["language"]) for p in state["people"]] == [
        ("Mei", "zh-hans"),
        ("Alex", "en"),
        ("Lin", "zh-hans"),
        ("Sam", "en"),
        ("Zoë", "fr"),
    ]
    assert all(p["color"].startswith("#") for p in state["people"])
    assert {"id": FRIENDS, "title": "Friends", "kind": "group"} in state["chats"]
    assert {"id": MEI, "title": "Mei", "kind": "private"} in state["chats"]


def test_people_see_the_group_and_their_own_chat_only(people: SandboxClient):
    mei, alex = people.person(MEI), people.person(ALEX)
    mei.writes("hello all", chat=FRIENDS)
    mei.writes("secret")
    assert [m.text for m in alex.sees(FRIENDS)] == ["hello all"]
    assert [m.text for m in mei.sees()] == ["secret"]
    with pytest.raises(SandboxRefused, match="chat not found"):
        alex.sees(MEI)
    with pytest.raises(SandboxRefused, match="chat not found"):
        alex.writes("x", chat=MEI)


async def test_a_whole_conversation_reads_as_sentences(bot: telegram.Bot, people: SandboxClient, world: World):
    mei = people.person(MEI)

    async def answer_everything() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=5):
                offset = update.update_id + 1
                if update.inline_query:
                    stickers = (await bot.get_sticker_set("Cats_by_test")).stickers
                    await update.inline_query.answer(
                        [InlineQueryResultCachedSticker(f"r{n}", s.file_id) for n, s in enumerate(stickers)],
                        button=InlineQueryResultsButton("More", start_parameter="more"),
                        cache_time=0,
                        next_offset="3",
                    )
                elif update.message and update.message.text:
                    await update.message.reply_text(f"You said {update.message.text}")

    working = asyncio.create_task(answer_everything())
    try:
        assert (await asyncio.to_thread(mei.asks, "/start")).text == "You said /start"
        answer = await asyncio.to_thread(mei.types, "笑")
        assert answer.sticker_ids == tuple(s.id for s in people.pack("Cats_by_test"))
        assert (answer.next_offset, answer.button) == ("3", ("More", "more"))
        assert 0 < answer.ms < 5000
        sent = await asyncio.to_thread(mei.chooses, answer, 2)
        assert sent.sticker == answer.stickers[2]
        assert (sent.via_bot, sent.chat) == ("persrv_bot", FRIENDS)
        with pytest.raises(NothingHappened, match="You said /start"):
            await asyncio.to_thread(mei.waits_for, "never said", timeout=0.1)
    finally:
        working.cancel()


def test_a_query_without_a_bot_says_so(people: SandboxClient, world: World):
    world.inline.timeout = 0.1
    with pytest.raises(SandboxRefused, match="is it running"):
        people.inline(MEI, "x")


def test_a_person_sends_a_sticker_of_any_set(people: SandboxClient, world: World):
    (name,) = people.packs()
    sticker = people.pack(name)[1]
    sent = people.person(MEI).sends_sticker(sticker)
    assert sent.sticker == sticker
    (update,) = world.updates.take(0, 10)
    assert update.payload["sticker"]["set_name"] == "Cats_by_test"
    with pytest.raises(SandboxRefused, match=r"(?i)STICKER_ID_INVALID"):
        people.send(MEI, sticker="AgADnothing")


def test_media_and_previews_have_the_files_and_their_types(server: SandboxServer, world: World, draw, tgs_file):
    item = next(iter(world.sets)).stickers[0]
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        media = client.get(f"/media/{item.file.unique_id}")
        assert (media.content, media.headers["content-type"]) == (draw(0), "image/webp")
        assert client.get(f"/preview/{item.file.unique_id}.webp").content == draw(0)
        assert client.get("/media/AgADnothing").status_code == 404
        assert client.get("/preview/AgADnothing.webp").status_code == 404


async def test_a_broken_sticker_has_no_preview(bot: telegram.Bot, server: SandboxServer):
    sent = await bot.send_sticker(MEI, b"\x1f\x8bbroken")
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{server.url}/preview/{sent.sticker.file_unique_id}.webp")
    assert (answer.status_code, answer.json()["error"]) == (404, "This .tgs file is no gzip.")


async def test_an_animation_has_a_moving_preview(bot, people: SandboxClient, tgs_file, red_square):
    sent = await bot.send_sticker(MEI, tgs_file(red_square()))
    data = await asyncio.to_thread(people.picture, f"/preview/{sent.sticker.file_unique_id}.webp")
    assert data[:4] == b"RIFF"


def test_an_uploaded_page_is_not_served_as_a_page(world: World, server: SandboxServer):
    params = {"chat_id": str(MEI)}
    files = {"document": ("evil.html", b"<script>1</script>", "text/html")}
    sent = httpx.post(f"{server.url}/bot{world.bot_token}/sendDocument", data=params, files=files, trust_env=False)
    unique_id = sent.json()["result"]["document"]["file_unique_id"]
    served = httpx.get(f"{server.url}/media/{unique_id}", trust_env=False)
    assert served.headers["content-type"] == "application/octet-stream"


def test_events_come_as_they_happen_and_only_from_ones_own_chats(server: SandboxServer, world: World):
    events: list[dict[str, object]] = []
    ready = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", f"{server.url}/api/events?person={MEI}", trust_env=False, timeout=5) as stream:
            for line in stream.iter_lines():
                ready.set()
                if line.startswith("data: "):
                    events.append(json.loads(line[6:]))
                if len(events) == 2:
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    assert ready.wait(5)
    world.send_text(ALEX, ALEX, "not for Mei")
    world.send_text(ALEX, FRIENDS, "for all")
    world.send_text(MEI, MEI, "own")
    listener.join(5)
    assert [(e["type"], e["chat"], e["message"]["text"]) for e in events] == [
        ("message", FRIENDS, "for all"),
        ("message", MEI, "own"),
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("send", {"person": MEI, "chat": MEI, "text": ""}, 400),
        ("send", {"person": 5, "chat": MEI, "text": "x"}, 404),
        ("send", {"person": "Mei", "chat": MEI, "text": "x"}, 400),
        ("send", {"person": MEI, "chat": MEI, "text": "x", "reply_to": 99}, 404),
        ("press", {"person": MEI, "chat": MEI, "message_id": 1, "data": "x"}, 400),
        ("choose", {"person": MEI, "chat": MEI, "query_id": "1", "result_id": "1"}, 400),
        ("inline", [], 400),
    ],
)
def test_a_wrong_request_says_why(server: SandboxServer, path: str, body: object, status: int):
    answer = httpx.post(f"{server.url}/api/{path}", json=body, trust_env=False)
    assert answer.status_code == status
    assert answer.json()["ok"] is False
    assert answer.json()["error"]


def test_the_order_is_explained_by_who_can(world: World):
    known = next(iter(world.sets)).stickers[0].file.unique_id

    async def explain(person: int, query: str) -> Explanation:
        if query == "broken":
            raise StorageError("The database is gone.")
        parts = (("ocr", 1.5), ("queries", 0.5))
        rows = (
            ExplainedRow(0, "search", 2.0, known, parts, pick="persrv"),
            ExplainedRow(1, "recent", 0.0, "AgADgone", ()),
        )
        return Explanation((query, str(person)), rows)

    with SandboxServer(world, explain=explain) as server:
        where = f"{server.url}/api/explain"
        told = httpx.get(where, params={"person": MEI, "query": "笑"}, trust_env=False).json()
        broken = httpx.get(where, params={"person": MEI, "query": "broken"}, trust_env=False).json()
    assert told["tokens"] == ["笑", "1001"]
    assert told["rows"][0]["sticker"]["id"] == known
    assert told["rows"][0]["parts"] == [{"name": "ocr", "value": 1.5}, {"name": "queries", "value": 0.5}]
    assert told["rows"][1]["sticker"] is None
    assert [row["pick"] for row in told["rows"]] == ["persrv", ""]
    assert broken == {"error": "The database is gone."}


def test_an_edited_message_can_be_waited_for(people: SandboxClient, world: World, server: SandboxServer):
    api = f"{server.url}/bot{world.bot_token}"
    sent = httpx.post(f"{api}/sendMessage", json={"chat_id": MEI, "text": "1 of 2"}, trust_env=False).json()

    def edit() -> None:
        time.sleep(0.1)
        body = {"chat_id": MEI, "message_id": sent["result"]["message_id"], "text": "2 of 2"}
        httpx.post(f"{api}/editMessageText", json=body, trust_env=False)

    editor = threading.Thread(target=edit)
    editor.start()
    assert people.person(MEI).waits_for("2 of 2").edited
    editor.join()
