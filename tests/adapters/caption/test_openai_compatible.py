"""The client of OpenAI-compatible endpoints, over HTTP to a real server that also misbehaves."""

import base64
import io
import json
import logging
import socket
import time
from email.utils import formatdate

import numpy as np
import pytest
from PIL import Image
from pydantic import SecretStr

from persrv.adapters.caption.endpoint import MOST_BYTES, chat_url
from persrv.adapters.caption.openai_compatible import FAILURES_IN_A_ROW, OpenAiCaptioner
from persrv.adapters.caption.patience import RetryPolicy, retry_after
from persrv.errors import CaptionUnavailable, ConfigurationError
from persrv.ports.captioner import Caption, CaptionFailure
from persrv.semantics.prompts import DESCRIPTION_PROMPT, KEYWORDS_PROMPT

QUICK = RetryPolicy(attempts=3, first_wait=0.01, longest_wait=2.0, timeout=5.0)


@pytest.fixture
async def captioner(chat_server):
    client = OpenAiCaptioner(chat_server.url, "llava:7b", policy=QUICK)
    yield client
    await client.close()


def reply(status=200, body=b"", **more):
    from types import SimpleNamespace

    return SimpleNamespace(**{"headers": {}, "delay": 0.0, "dribble": 0.0} | more, status=status, body=body)


def completion(content):
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def sent_picture(body):
    url = next(part["image_url"]["url"] for part in body["messages"][0]["content"] if part["type"] == "image_url")
    kind, data = url.split(",", 1)
    assert kind == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


async def test_a_sticker_is_asked_about_twice_with_the_papers_prompts(chat_server, captioner, sticker):
    (caption,) = await captioner.caption([sticker()])
    assert caption == Caption(
        "happy cat", "A cat jumps.", "Joy.", "happy cat\n\n1. A cat jumps. | 2. Joy.", parsed=True
    )
    prompts = [body["messages"][0]["content"][1]["text"] for body in chat_server.asked]
    assert prompts == [KEYWORDS_PROMPT, DESCRIPTION_PROMPT]
    assert {body["model"] for body in chat_server.asked} == {"llava:7b"}
    assert set(chat_server.paths) == {"/v1/chat/completions"}


async def test_the_picture_arrives_whole_and_without_transparency(chat_server, captioner, sticker):
    await captioner.caption([sticker(250, 10, 20, size=64)])
    picture = sent_picture(chat_server.asked[0])
    assert (picture.mode, picture.size) == ("RGB", (64, 64))
    assert picture.getpixel((32, 32)) == (250, 10, 20)
    assert picture.getpixel((0, 0)) == (128, 128, 128)


async def test_white_lettering_on_nothing_stays_visible(chat_server, captioner, sticker):
    await captioner.caption([sticker(255, 255, 255)])
    picture = np.asarray(sent_picture(chat_server.asked[0]))
    assert len(np.unique(picture)) == 2


async def test_an_answer_without_the_format_is_kept_as_text(chat_server, captioner, sticker):
    chat_server.description = "Just a cat that jumps"
    (caption,) = await captioner.caption([sticker()])
    assert (caption.description, caption.emotions, caption.parsed) == ("Just a cat that jumps", "", False)
    assert "Just a cat that jumps" in caption.raw


async def test_a_model_that_declines_both_questions_is_a_failure(chat_server, captioner, sticker):
    chat_server.keywords = chat_server.description = "I'm sorry, but I cannot assist with that."
    (failure,) = await captioner.caption([sticker()])
    assert isinstance(failure, CaptionFailure)
    assert "declined" in failure.reason


async def test_empty_answers_are_a_failure_and_never_an_empty_caption(chat_server, captioner, sticker):
    chat_server.script = [reply(body=completion(None)), reply(body=completion(" … "))]
    (failure,) = await captioner.caption([sticker()])
    assert isinstance(failure, CaptionFailure)


async def test_content_in_parts_is_joined(chat_server, captioner, sticker):
    chat_server.script = [reply(body=completion([{"type": "text", "text": "开心"}, {"type": "text", "text": "的猫"}]))]
    (caption,) = await captioner.caption([sticker()])
    assert caption.keywords == "开心的猫"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_passing_error_is_tried_again(chat_server, captioner, sticker, status):
    chat_server.script = [reply(status, b"busy"), reply(status, b"busy")]
    (caption,) = await captioner.caption([sticker()])
    assert isinstance(caption, Caption)
    assert len(chat_server.asked) == 4  # two in vain, then both questions


@pytest.mark.parametrize(
    "nonsense",
    [
        b"<html>hello</html>",
        b"\xff\xfe\x00",
        b"{",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": {"0": 1}}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[" * 200_000,
        b"x" * (MOST_BYTES + 1),
    ],
)
async def test_nonsense_is_tried_again_and_then_fails_this_picture_alone(chat_server, captioner, sticker, nonsense):
    chat_server.script = [reply(body=nonsense)] * 3
    failed = await captioner.caption([sticker()])
    assert isinstance(failed[0], CaptionFailure)
    assert len(chat_server.asked) == 3
    assert isinstance((await captioner.caption([sticker()]))[0], Caption)


async def test_retry_after_is_obeyed(chat_server, captioner, sticker):
    chat_server.script = [reply(429, headers={"Retry-After": "1"})]
    (caption,) = await captioner.caption([sticker()])
    assert isinstance(caption, Caption)
    assert chat_server.times[1] - chat_server.times[0] >= 0.95


async def test_a_retry_after_beyond_patience_is_not_waited_for(chat_server, captioner, sticker):
    chat_server.script = [reply(429, headers={"Retry-After": "3600"})]
    began = time.monotonic()
    with pytest.raises(CaptionUnavailable, match="3600 seconds"):
        await captioner.caption([sticker()])
    assert time.monotonic() - began < 2


async def test_a_picture_that_crashes_the_server_does_not_fail_the_others(chat_server, sticker):
    bad = sticker(1, 2, 3)

    def decide(body):
        return reply(500, b"boom") if sent_picture(body).getpixel((24, 24)) == (1, 2, 3) else None

    chat_server.decide = decide
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK)
    results = await captioner.caption([sticker(), bad, sticker()])
    await captioner.close()
    assert [type(result) for result in results] == [Caption, CaptionFailure, Caption]
    assert "HTTP 500 (boom)" in results[1].reason


async def test_a_picture_that_is_refused_is_not_tried_again(chat_server, captioner, sticker):
    chat_server.script = [reply(400, b'{"error": {"message": "image too small"}}')]
    (failure,) = await captioner.caption([sticker()])
    assert "image too small" in failure.reason
    assert len(chat_server.asked) == 1


@pytest.mark.parametrize("broken", [np.zeros((4, 4, 3), np.uint8), np.zeros((0, 4, 4), np.uint8), np.zeros((4, 4, 4))])
async def test_something_that_is_no_picture_fails_alone(captioner, sticker, broken):
    results = await captioner.caption([broken, sticker()])
    assert [type(result) for result in results] == [CaptionFailure, Caption]


async def test_an_endpoint_that_is_down_names_the_setting(sticker):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    captioner = OpenAiCaptioner(f"http://127.0.0.1:{port}", "m", policy=QUICK, concurrency=2)
    with pytest.raises(CaptionUnavailable, match="PERSRV_CAPTION_URL"):
        await captioner.caption([sticker()] * 3)
    await captioner.close()


async def test_an_endpoint_that_is_busy_is_not_asked_about_every_picture(chat_server, sticker):
    chat_server.decide = lambda _: reply(503, b"loading the model")
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK, concurrency=2)
    with pytest.raises(CaptionUnavailable, match="loading the model"):
        await captioner.caption([sticker()] * 20)
    await captioner.close()
    assert len(chat_server.asked) <= 2 * QUICK.attempts


async def test_an_endpoint_that_goes_down_midway_keeps_what_was_captioned(chat_server, sticker):
    answered = []

    def decide(body):
        if len(answered) < 2:
            answered.append(body)
            return None
        return reply(503, b"restarting")

    chat_server.decide = decide
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK, concurrency=1)
    results = await captioner.caption([sticker(), sticker(), sticker()])
    await captioner.close()
    assert isinstance(results[0], Caption)
    assert [result.passing for result in results[1:]] == [True, True]
    assert "restarting" in results[1].reason


async def test_a_server_that_fails_on_picture_after_picture_is_left_alone_for_now(chat_server, sticker):
    chat_server.decide = lambda _: reply(400, b'{"error": {"message": "this model takes no pictures"}}')
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK, concurrency=1)
    results = await captioner.caption([sticker()] * (FAILURES_IN_A_ROW + 3))
    assert len(chat_server.asked) == FAILURES_IN_A_ROW
    assert [result.passing for result in results] == [False] * FAILURES_IN_A_ROW + [True] * 3
    assert "PERSRV_CAPTION_MODEL" in results[-1].reason
    with pytest.raises(CaptionUnavailable, match="this model takes no pictures"):
        await captioner.caption([sticker()])
    assert len(chat_server.asked) == FAILURES_IN_A_ROW
    chat_server.decide = None
    assert isinstance((await captioner.caption([sticker()]))[0], Caption)
    await captioner.close()


async def test_an_answer_in_between_shows_that_the_server_works(chat_server, sticker):
    broken = sticker(1, 2, 3)

    def decide(body):
        return reply(400, b"no") if sent_picture(body).getpixel((24, 24)) == (1, 2, 3) else None

    chat_server.decide = decide
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK, concurrency=1)
    pictures = [*[broken] * (FAILURES_IN_A_ROW - 1), sticker()] * 2
    results = await captioner.caption(pictures)
    await captioner.close()
    assert [type(result) for result in results] == [
        Caption if picture is not broken else CaptionFailure for picture in pictures
    ]
    assert not any(result.passing for result in results if isinstance(result, CaptionFailure))


@pytest.mark.parametrize(
    ("status", "setting"),
    [(401, "API_KEY"), (403, "API_KEY"), (404, "PERSRV_CAPTION_MODEL=llava:7b"), (302, "PERSRV_CAPTION_URL")],
)
async def test_a_refusal_of_us_names_the_setting_and_is_not_tried_again(
    chat_server, captioner, sticker, status, setting
):
    chat_server.decide = lambda _: reply(status, b"no", headers={"Location": "/elsewhere"})
    with pytest.raises(CaptionUnavailable, match=setting):
        await captioner.caption([sticker()])
    assert len(chat_server.asked) == 1


@pytest.mark.parametrize("slow", [{"delay": 1.0}, {"dribble": 0.1}])
async def test_an_endpoint_that_hangs_is_left_after_the_timeout(chat_server, sticker, slow):
    chat_server.decide = lambda _: reply(body=completion("x" * 200), **slow)
    policy = RetryPolicy(attempts=2, first_wait=0.01, timeout=0.3)
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=policy)
    began = time.monotonic()
    (failure,) = await captioner.caption([sticker()])
    await captioner.close()
    assert "no answer in 0.3 seconds" in failure.reason
    assert time.monotonic() - began < 3


async def test_no_more_pictures_are_asked_about_at_once_than_allowed(chat_server, sticker):
    chat_server.delay = 0.05
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK, concurrency=3)
    results = await captioner.caption([sticker()] * 9)
    await captioner.close()
    assert chat_server.most_at_once == 3
    assert all(isinstance(result, Caption) for result in results)


async def test_results_keep_the_order_of_the_pictures(chat_server, sticker):
    chat_server.decide = lambda body: reply(body=completion(f"red {sent_picture(body).getpixel((24, 24))[0]}"))
    captioner = OpenAiCaptioner(chat_server.url, "m", policy=QUICK)
    results = await captioner.caption([sticker(red) for red in range(0, 250, 25)])
    await captioner.close()
    assert [result.keywords for result in results] == [f"red {red}" for red in range(0, 250, 25)]


async def test_the_key_is_sent_and_never_told(chat_server, sticker, caplog):
    key = "sk-very-secret"
    chat_server.decide = lambda _: reply(401, f"bad key {key}".encode())
    captioner = OpenAiCaptioner(chat_server.url, "m", api_key=SecretStr(key), policy=QUICK)
    with caplog.at_level(logging.DEBUG), pytest.raises(CaptionUnavailable) as caught:
        await captioner.caption([sticker()])
    await captioner.close()
    assert chat_server.headers[0]["Authorization"] == f"Bearer {key}"
    assert key not in str(caught.value)
    assert key not in caplog.text
    assert key not in captioner.version


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://host:8000", "http://host:8000/v1/chat/completions"),
        ("http://host:8000/", "http://host:8000/v1/chat/completions"),
        ("https://host/v1/", "https://host/v1/chat/completions"),
        ("https://host/api/openai/v1", "https://host/api/openai/v1/chat/completions"),
        ("https://host/v1/chat/completions", "https://host/v1/chat/completions"),
    ],
)
def test_an_address_may_be_given_in_every_usual_form(given, address):
    assert chat_url(given) == address


@pytest.mark.parametrize(
    "url", ["host:8000", "ftp://host/v1", "http://", "http://user:secret@host/v1", "http://host:99999", "http://[", "x"]
)
def test_an_address_that_cannot_work_is_refused_at_once(url):
    with pytest.raises(ConfigurationError, match="PERSRV_CAPTION_URL") as caught:
        chat_url(url)
    assert "secret" not in str(caught.value)


def test_waits_double_up_to_the_longest():
    policy = RetryPolicy(first_wait=1.0, longest_wait=5.0)
    for attempt, longest in ((1, 1), (2, 2), (3, 4), (4, 5), (50, 5)):
        waits = [policy.wait_after(attempt) for _ in range(200)]
        assert min(waits) >= 0
        assert 0.8 * longest < max(waits) <= longest


def test_retry_after_is_read_in_both_its_forms():
    assert retry_after("7") == 7
    assert retry_after(formatdate(time.time() + 30, usegmt=True)) == pytest.approx(30, abs=2)
    assert retry_after(formatdate(time.time() - 30, usegmt=True)) == 0
    assert retry_after("soon") is None
    assert retry_after("-5") is None
    assert retry_after(None) is None
