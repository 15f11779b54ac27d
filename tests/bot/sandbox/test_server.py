"""The server: starting, stopping, and whom it serves."""

import contextlib
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.errors import PerSRVError

MEI = 1001


def test_a_busy_port_is_told_in_a_sentence(server: SandboxServer):
    second = SandboxServer(World("1:a"), port=server.port)
    with pytest.raises(PerSRVError, match=f"cannot listen on 127.0.0.1:{server.port}.*--port"):
        second.start()


def test_no_part_of_an_answer_waits_for_another_to_be_acknowledged(server: SandboxServer):
    """Nagle's algorithm would hold the second part of every answer back for 40 ms."""
    with httpx.Client(trust_env=False) as client:
        client.get(f"{server.url}/api/state")  # the connection stays open
        sockets = [
            connection.transport.get_extra_info("socket") for connection in server._server.server_state.connections
        ]
        assert [one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0 for one in sockets] == [True]


def test_open_requests_do_not_keep_it_from_stopping(world: World):
    server = SandboxServer(world)
    server.start()
    began = threading.Barrier(5)
    answers: dict[str, object] = {}

    world.delay("getMe", 15)

    def hang(path: str) -> None:
        began.wait()
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answers[path] = httpx.get(f"{server.url}{path}", trust_env=False, timeout=20).json()

    poll = f"/bot{world.bot_token}/getUpdates?timeout=50"
    threads = [
        threading.Thread(target=hang, args=(poll,)),
        threading.Thread(target=hang, args=(f"/api/events?person={MEI}",)),
        threading.Thread(target=hang, args=("/api/events?person=1002",)),
        threading.Thread(target=hang, args=(f"/bot{world.bot_token}/getMe",)),
    ]
    for thread in threads:
        thread.start()
    began.wait()
    until = time.monotonic() + 5
    while not world.updates.polled_now and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.2)
    stopping = time.monotonic()
    server.stop()
    assert time.monotonic() - stopping < 2
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert answers[poll] == {"ok": True, "result": []}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/api/state", trust_env=False)
    server.stop()


def test_its_port_is_free_again_at_once(world: World):
    with SandboxServer(world) as first:
        httpx.get(f"{first.url}/api/state", trust_env=False)
        port = first.port
    with SandboxServer(world, port=port) as second:
        assert httpx.get(f"{second.url}/api/state", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:80"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "localhost:1234"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8080"}, 200),
        ({"Host": "[::1"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),  # typed, or opened by `persrv sandbox`
    ],
)
def test_only_this_machines_own_pages_are_served(server: SandboxServer, headers, status):
    assert httpx.get(f"{server.url}/api/state", headers=headers, trust_env=False).status_code == status


def test_another_sites_picture_calls_no_method_of_the_bot_api(server: SandboxServer, world: World):
    address = f"{server.url}/bot{world.bot_token}/setMyDescription?description=evil"
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    assert httpx.get(address, headers=headers, trust_env=False).status_code == 403
    assert world.calls_of("setMyDescription") == ()
    assert httpx.get(address, trust_env=False).status_code == 200


def test_without_a_host_there_is_no_answer(server: SandboxServer):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET /api/state HTTP/1.0\r\n\r\n")
        assert b" 403 " in connection.recv(1000).split(b"\r\n")[0]


def test_the_page_is_served_or_its_absence_told(world: World, tmp_path: Path):
    with SandboxServer(world, static=tmp_path / "nothing") as server:
        assert "not installed" in httpx.get(server.url, trust_env=False).text
    (tmp_path / "index.html").write_text("<h1>page</h1>")
    (tmp_path / "app.js").write_text("let x;")
    with SandboxServer(world, static=tmp_path) as server:
        assert httpx.get(server.url, trust_env=False).text == "<h1>page</h1>"
        assert httpx.get(f"{server.url}/static/app.js", trust_env=False).text == "let x;"


def test_a_browser_asks_whether_the_page_changed_so_that_versions_never_mix(world: World, tmp_path: Path):
    (tmp_path / "index.html").write_text("<h1>page</h1>")
    (tmp_path / "app.js").write_text("let x;")
    with SandboxServer(world, static=tmp_path) as server, httpx.Client(trust_env=False) as browser:
        assert browser.get(server.url).headers["cache-control"] == "no-cache"
        first = browser.get(f"{server.url}/static/app.js")
        assert first.headers["cache-control"] == "no-cache"
        again = browser.get(f"{server.url}/static/app.js", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")
        (tmp_path / "app.js").write_text("let changed;")
        new = browser.get(f"{server.url}/static/app.js", headers={"If-None-Match": first.headers["etag"]})
        assert (new.status_code, new.text) == (200, "let changed;")
