"""The same bot behind a webhook."""

import socket

import httpx
import pytest
from pydantic import SecretStr


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def hooked(start_bot, port):
    return start_bot(
        webhook_url=f"http://127.0.0.1:{port}", webhook_listen=f"127.0.0.1:{port}", webhook_secret=SecretStr("s-e-c")
    )


def test_updates_come_through_the_webhook_and_choices_are_kept(hooked, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "🎉"]))
    mei.sends_sticker(mei._client.pack("Cats_by_test")[0])
    mei.waits_for("2 张")
    answer = finds(mei, "派对", lambda answer: answer.stickers)
    mei.chooses(answer, 0)
    assert finds(mei, "", lambda found: found.sticker_ids[0] == answer.sticker_ids[0])
    assert not world.calls_of("getUpdates")


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_post_without_the_secret_is_refused(hooked, port, secret):
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}
    response = httpx.post(f"http://127.0.0.1:{port}/telegram", json=update, headers=headers, trust_env=False)
    assert response.status_code == 403


@pytest.mark.parametrize(
    "length", ["Content-Length: 50000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2faf080\r\n"]
)
def test_a_post_that_is_too_large_is_refused_before_it_is_taken_in_whoever_sends_it(hooked, port, length):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"POST /telegram HTTP/1.1\r\nHost: x\r\n{length}".encode())
        assert connection.recv(100) in {b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"}


def test_the_largest_message_comes_through_the_webhook(hooked, mei):
    text = "😀" * 2000
    assert text[:100] in mei.asks(text).text
