"""Requests to Telegram, to a server on this machine."""

import asyncio
import gc
import json

import pytest
from aiohttp import web
from pydantic import SecretStr
from telegram import Bot, InputFile, InputSticker
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from bot.connecting import PollingBot, connect
from bot.http import AiohttpRequest
from bot.reaching import proxy_to
from bot.refusals import was_never_sent
from bot.run import run_bot
from persrv.config import Settings
from persrv.errors import ConfigurationError, TelegramUnavailable

TOKEN = "4242:only-for-tests-and-for-nothing-else"


class Server:
    """Keeps what it is asked and answers with `status`; never, where `holds`."""

    def __init__(self):
        self.asked, self.connections = [], set()
        self.status, self.answer, self.url = 200, {"ok": True, "result": 7}, ""

    async def handle(self, request):
        self.connections.add(request.transport.get_extra_info("peername"))
        if request.content_type == "multipart/form-data":
            fields = {name: _told(field) for name, field in (await request.post()).items()}
        else:
            fields = json.loads(await request.read() or b"null")
        self.asked.append((request.method, request.content_type, fields, request.headers))
        if isinstance(self.answer, str):
            return web.Response(text=self.answer, status=self.status)
        return web.json_response(self.answer, status=self.status)


def _told(field):
    return field if isinstance(field, str) else (field.filename, field.file.read())


@pytest.fixture
async def server():
    found = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
async def client():
    async with AiohttpRequest(4, "http://127.0.0.1") as made:
        yield made


def asks(client, url, **values):
    """As the bot asks, with parameters of any kind."""
    bot = Bot("1:x", base_url=f"{url}/bot", request=client, get_updates_request=client)
    return bot.do_api_request("anything", values)


async def test_parameters_go_as_one_json_object_in_which_what_is_no_text_is_json_itself(server, client):
    assert await asks(client, server.url, text="笑", number=3, many=[1, {"a": True}]) == 7
    ((method, kind, fields, headers),) = server.asked
    assert (method, kind) == ("POST", "application/json")
    assert fields == {"text": "笑", "number": "3", "many": '[1, {"a": true}]'}
    assert headers["User-Agent"].startswith("python-telegram-bot")


async def test_files_go_as_a_form_with_the_other_parameters_beside_them(server, client):
    sticker = InputSticker(b"pixels", ["🐱"], "static")
    await asks(client, server.url, name="cat", file=InputFile(b"words", "said.txt"), sticker=sticker)
    ((_, kind, fields, _),) = server.asked
    assert kind == "multipart/form-data"
    assert fields["name"] == "cat"
    assert fields["file"] == ("said.txt", b"words")
    attached = json.loads(fields["sticker"])["sticker"].removeprefix("attach://")
    assert fields[attached][1] == b"pixels"


async def test_one_connection_serves_one_request_after_the_other(server, client):
    for _ in range(3):
        await asks(client, server.url, a="b")
    assert len(server.connections) == 1


async def test_a_file_is_fetched_as_it_is(server, client):
    assert json.loads(await client.retrieve(f"{server.url}/file")) == {"ok": True, "result": 7}
    assert server.asked[0][0] == "GET"


async def test_what_telegram_refuses_is_told_in_its_words(server, client):
    server.status, server.answer = 400, {"ok": False, "error_code": 400, "description": "Bad Request: no such chat"}
    with pytest.raises(BadRequest, match="No such chat"):
        await asks(client, server.url, a="b")


@pytest.mark.parametrize("status", [200, 502])
async def test_an_answer_that_is_no_json_is_an_error_and_is_not_in_the_log(server, client, caplog, status):
    server.status, server.answer = status, '{"ok": true, "result": [{"inline_query": {"query": "what somebody typed'
    with pytest.raises(TelegramError):
        await asks(client, server.url, a="b")
    assert "what somebody typed" not in caplog.text


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("answer", [[], 7, None, {}, {"error": "log in first"}, {"ok": False}, "[" * 100_000])
async def test_an_answer_that_is_json_and_not_the_bot_apis_is_an_error_like_others(server, client, status, answer):
    server.status, server.answer = status, answer
    with pytest.raises(TelegramError):
        await asks(client, server.url, a="b")


@pytest.mark.parametrize("result", [True, None, {"update_id": 1}, "no updates"])
async def test_updates_that_are_no_list_are_an_error_like_others(server, client, result):
    server.answer = {"ok": True, "result": result}
    bot = PollingBot(
        TOKEN, base_url=f"{server.url}/bot", request=client, get_updates_request=client, unreadable=lambda: None
    )
    with pytest.raises(TelegramError):
        await bot.get_updates()


async def test_where_nobody_listens_the_request_was_never_sent(client, unused_tcp_port):
    with pytest.raises(NetworkError) as caught:
        await asks(client, f"http://127.0.0.1:{unused_tcp_port}", a="b")
    assert was_never_sent(caught.value)


async def test_an_answer_that_does_not_come_in_time_may_have_been_sent(client):
    async def hold(reader, writer):
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(hold, "127.0.0.1", 0)
    address = silent.sockets[0].getsockname()
    with pytest.raises(TimedOut) as caught:
        await client.post(f"http://127.0.0.1:{address[1]}/x", read_timeout=0.05)
    assert not was_never_sent(caught.value)
    silent.close()


async def portal(reader, writer):
    """Answers as what stands before a network and is no HTTP, and repeats what it was asked."""
    asked = await reader.readline()
    writer.write(b"LOGIN FIRST\r\n" + asked + b"\r\n")
    await writer.drain()
    writer.close()


async def test_what_answers_without_http_is_told_without_the_address_that_the_token_is_part_of(client):
    async with await asyncio.start_server(portal, "127.0.0.1", 0) as login:
        address = f"http://127.0.0.1:{login.sockets[0].getsockname()[1]}"
        with pytest.raises(NetworkError) as caught:
            await client.post(f"{address}/bot{TOKEN}/getMe")
    assert TOKEN not in str(caught.value)
    assert str(caught.value).startswith("ClientResponseError: 400 ")


@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "ftp://127.0.0.1", "http://"])
async def test_an_address_that_nobody_can_be_asked_under_is_not_repeated(client, address):
    with pytest.raises(NetworkError) as caught:
        await client.post(f"{address}/bot{TOKEN}/getMe")
    assert TOKEN not in str(caught.value)


async def test_a_proxy_that_refuses_is_told_without_its_password(monkeypatch):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:s3cr3t@127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
        async with AiohttpRequest(1, "https://api.example") as proxied:
            with pytest.raises(NetworkError, match="407 Who are you") as caught:
                await proxied.post(f"https://api.example/bot{TOKEN}/getMe")
    assert "s3cr3t" not in str(caught.value)
    assert TOKEN not in str(caught.value)


async def test_it_can_be_opened_again_after_it_was_closed(server):
    client = AiohttpRequest(1, server.url)
    with pytest.raises(NetworkError):
        await asks(client, server.url, a="b")
    for _ in range(2):
        await client.initialize()
        assert await asks(client, server.url, a="b") == 7
        await client.shutdown()


@pytest.fixture
def environment(monkeypatch):
    """`environment(HTTPS_PROXY="...")`, and no other proxy or certificate."""

    def only(**variables):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return only


async def test_what_all_proxy_names_is_gone_through_with_its_password(server, environment):
    environment(ALL_PROXY=server.url.replace("http://", "http://mei:secret@"))
    async with AiohttpRequest(1, "http://telegram.test") as client:
        assert await asks(client, "http://telegram.test", a="b") == 7
    ((_, _, _, headers),) = server.asked
    assert headers["Host"] == "telegram.test"
    assert headers["Proxy-Authorization"] == "Basic bWVpOnNlY3JldA=="


@pytest.mark.parametrize(
    ("server", "variables", "proxy"),
    [
        ("https://telegram.test", {}, None),
        ("https://telegram.test", {"ALL_PROXY": "http://a:1", "HTTPS_PROXY": "http://b:2"}, "http://b:2"),
        ("https://telegram.test", {"ALL_PROXY": "http://a:1", "HTTP_PROXY": "http://b:2"}, "http://a:1"),
        ("https://telegram.test", {"https_proxy": "proxy.test:3128"}, "http://proxy.test:3128"),
        ("https://telegram.test", {"HTTP_PROXY": "garbage://b"}, None),  # not of this address
        ("https://telegram.test", {"ALL_PROXY": "socks5://a:1", "NO_PROXY": "telegram.test"}, None),
        ("http://127.0.0.1:8081", {"ALL_PROXY": "socks5://a:1", "HTTP_PROXY": "http://b:2"}, None),
    ],
)
def test_the_proxy_is_that_of_the_address_and_none_leads_to_this_machine(environment, server, variables, proxy):
    environment(**variables)
    assert proxy_to(server) == proxy


@pytest.mark.parametrize(
    "value", ["garbage://mei:secret@foo", "socks5://mei:secret@foo:1080", "http://mei:secret@foo:x"]
)
async def test_a_proxy_that_cannot_be_used_is_a_setting_to_change_and_its_password_is_not_told(
    environment, tmp_path, value
):
    environment(HTTP_PROXY=value)
    settings = unreachable(tmp_path, 1).model_copy(update={"telegram_api_url": "http://telegram.test"})
    with pytest.raises(ConfigurationError, match="HTTP_PROXY") as caught:
        async with connect(settings):
            pass
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("name", "content"), [("missing.pem", None), ("empty.pem", "no certificate")])
async def test_certificates_that_cannot_be_read_are_a_setting_to_change(environment, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_text(content)
    environment(SSL_CERT_FILE=str(tmp_path / name))
    with pytest.raises(ConfigurationError, match=f"SSL_CERT_FILE: .*{name} cannot be used"):
        async with connect(unreachable(tmp_path, 1)):
            pass


def unreachable(folder, port):
    return Settings(
        bot_token=SecretStr(TOKEN),
        data_dir=folder,
        telegram_api_url=f"http://127.0.0.1:{port}",
        _env_file=None,
    )


async def test_nothing_is_left_open_where_telegram_cannot_be_reached(unused_tcp_port, tmp_path, caplog):
    settings = unreachable(tmp_path, unused_tcp_port)
    with pytest.raises(TelegramUnavailable):
        async with connect(settings):
            pass
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)
    await run_bot(settings, stop=stop)
    gc.collect()  # a session that was not closed complains when it is thrown away
    assert "Unclosed" not in caplog.text
