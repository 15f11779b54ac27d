"""The whole bot over HTTP against the stand-in of Telegram, its database and index on disk."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from bot.run import run_bot
from bot.sandbox.client import PersonAtPage, SandboxClient
from bot.sandbox.explainer import Explainer
from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.seen import SandboxRefused
from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.bootstrap import Services
from persrv.config import Settings
from persrv.domain.stickers import StickerFormat
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter

TOKEN = "4242:only-for-tests-and-for-nothing-else"
MEI, ALEX = 1001, 1002

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 15_000
"""Milliseconds that anything on the page may take on a busy machine."""

T = TypeVar("T")
MakePack = Callable[..., SamplePack]


class RunningBot:
    """The bot in a thread with an event loop of its own, as `persrv run` runs it."""

    def __init__(
        self,
        settings: Settings,
        explainer: Explainer,
        jobs: JobStarter | None = None,
        evaluator: Evaluator | None = None,
    ) -> None:
        self.settings = settings
        self._jobs = jobs
        self._evaluator = evaluator
        self._explainer = explainer
        self.services: Services | None = None
        self.error: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> RunningBot:
        self._thread.start()
        if not self._listening.wait(30) or self.error:
            raise AssertionError(f"the bot did not start: {self.error!r}")
        return self

    def stop(self) -> None:
        if self._loop and self._stop and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(15)
        assert not self._thread.is_alive(), "the bot did not stop"

    def do(self, work):
        """Run a coroutine of the bot's in its own event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _run(self) -> None:
        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()

            def ready(services: Services, username: str) -> None:
                self.services = services
                self._explainer.listen(services)
                self._listening.set()

            await run_bot(self.settings, stop=self._stop, ready=ready, jobs=self._jobs, evaluator=self._evaluator)

        try:
            asyncio.run(main())
        except BaseException as error:  # the test's thread shows it
            self.error = error
        finally:
            self._listening.set()


@pytest.fixture
def make_pack(tmp_path: Path) -> MakePack:
    """A set of small pictures, one an emoji; the same emoji and name give the same files."""

    def make(name: str, emoji: str | list[str], title: str = "") -> SamplePack:
        stickers = []
        for number, one in enumerate(emoji):
            path = tmp_path / f"{name}-{number}.webp"
            shade = (sum(map(ord, name)) * 7 + number * 31) % 256
            Image.new("RGBA", (64, 64), (shade, number % 256, 160, 255)).save(path, "WEBP", lossless=True)
            stickers.append(SampleSticker(path, StickerFormat.STATIC, one, 64, 64))
        return SamplePack(name, title or name.replace("_", " "), tuple(stickers), "drawn by the tests")

    return make


@pytest.fixture
def health() -> str:
    """Where the bot's health pages are."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def ask(health):
    """`ask("/readyz")`: status and text, or (0, "") while nothing listens."""

    def page(path: str) -> tuple[int, str]:
        try:
            answer = httpx.get(f"http://{health}{path}", trust_env=False, timeout=10)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    return page


@pytest.fixture
def world() -> World:
    return World(TOKEN)


@pytest.fixture
def explainer() -> Explainer:
    return Explainer()


@pytest.fixture
def server(world: World, explainer: Explainer) -> Iterator[SandboxServer]:
    with SandboxServer(world, explain=explainer, about=explainer.about) as running:
        yield running


@pytest.fixture
def settings(server: SandboxServer, tmp_path: Path) -> Settings:
    return Settings(
        bot_token=SecretStr(TOKEN),
        admin_ids=(MEI,),
        data_dir=tmp_path / "data",
        telegram_api_url=server.url,
        inline_cache_seconds=0,
    )


@pytest.fixture
def start_process(
    settings: Settings, server: SandboxServer, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start `persrv run` as a process of its own, `start_process(PERSRV_LOG_FORMAT="json")`; it logs into log.txt."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**extra: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PERSRV_")}
        environment |= {
            "PERSRV_BOT_TOKEN": settings.bot_token.get_secret_value(),
            "PERSRV_ADMIN_IDS": str(MEI),
            "PERSRV_DATA_DIR": str(settings.data_dir),
            "PERSRV_TELEGRAM_API_URL": server.url,
            "PERSRV_INLINE_CACHE_SECONDS": "0",
            **extra,
        }
        with (tmp_path / "log.txt").open("a") as log:
            process = subprocess.Popen([sys.executable, "-m", "persrv", "run"], env=environment, stderr=log, stdout=log)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait(10)


def until(condition: Callable[[], T], seconds: float = 60.0) -> T:
    """Look until it is true, and give what it gives."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def start_bot(settings: Settings, explainer: Explainer) -> Iterator[Callable[..., RunningBot]]:
    """Start the bot; `start_bot(recall_size=10)` with other settings."""
    running: list[RunningBot] = []

    def start(
        jobs: JobStarter | None = None,
        evaluator: Callable[[Settings], Evaluator] | None = None,
        **changes: object,
    ) -> RunningBot:
        chosen = settings.model_copy(update=changes)
        running.append(RunningBot(chosen, explainer, jobs, evaluator(chosen) if evaluator else None))
        return running[-1].start()

    yield start
    for bot in running:
        bot.stop()


@pytest.fixture
def bot(start_bot: Callable[..., RunningBot]) -> RunningBot:
    return start_bot()


@pytest.fixture
def page(server: SandboxServer) -> Iterator[SandboxClient]:
    with SandboxClient(server.url) as client:
        yield client


@pytest.fixture
def mei(page: SandboxClient) -> PersonAtPage:
    """She writes Chinese and is the admin."""
    return page.person(MEI)


@pytest.fixture
def alex(page: SandboxClient) -> PersonAtPage:
    """He writes English."""
    return page.person(ALEX)


@pytest.fixture
def finds(page: SandboxClient):
    """Type until the answer fits: the index follows the database within five seconds.

    What was chosen may take longer where the machine is busy.
    """

    def wait(person: PersonAtPage, query: str, fits: Callable[[object], bool], seconds: float = 5.0):
        end = time.monotonic() + seconds
        while True:
            try:
                answer = person.types(query)
            except SandboxRefused:  # it is only just starting
                assert time.monotonic() < end, f"nobody answered {query!r}"
            else:
                if fits(answer):
                    return answer
                assert time.monotonic() < end, f"{query!r} gave {[s.emoji for s in answer.stickers]}"
            time.sleep(0.1)

    return wait


def no_browser(reason):
    """Skip; fail where a browser was promised."""
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        no_browser("there is no Chromium on the PATH: install it to run the tests of the chat page")
    from playwright.sync_api import Error, expect, sync_playwright  # only where a browser is asked for

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        except Error as error:
            no_browser(f"{path} does not start: {error.message.splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture
def window(browser, server):
    """The page, Mei looking; what the browser complains of fails the test."""
    from playwright.sync_api import expect

    context = browser.new_context(viewport={"width": 1360, "height": 860})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url)
    expect(page.get_by_test_id("person-1001")).to_have_attribute("aria-checked", "true")
    yield page
    context.close()
    assert complaints == []
