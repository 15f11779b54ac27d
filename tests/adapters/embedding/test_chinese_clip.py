"""Chinese-CLIP, both ways, on checkpoints that are made here and loaded by the code that loads real ones."""

import importlib.util

import numpy as np
import pytest

from persrv.adapters.embedding import open_image_encoder
from persrv.errors import ConfigurationError

REASON = "needs the extra: pip install 'persrv[clip]'"
torch = pytest.importorskip("torch", reason=REASON)
transformers = pytest.importorskip("transformers", reason=REASON)

pytestmark = pytest.mark.heavy
needs_cn_clip = pytest.mark.skipif(importlib.util.find_spec("cn_clip") is None, reason=REASON)
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "哭", "笑", "想", "开", "心", "猫", "狗", "happy", "sad"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A Chinese-CLIP of two layers and 16 dimensions, with random weights, in a folder."""
    folder = tmp_path_factory.mktemp("tiny-chinese-clip")
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    torch.manual_seed(0)
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.ChineseCLIPConfig(
        text_config={**small, "vocab_size": len(WORDS)},
        vision_config={**small, "image_size": 32, "patch_size": 8},
        projection_dim=16,
    )
    transformers.ChineseCLIPModel(config).save_pretrained(folder)
    pictures = transformers.ChineseCLIPImageProcessor(
        size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32}
    )
    words = transformers.BertTokenizer(str(folder / "vocab.txt"))
    transformers.ChineseCLIPProcessor(image_processor=pictures, tokenizer=words).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def encoder(tiny):
    opened = open_image_encoder("chinese-clip", tiny)
    yield opened
    opened.close()


def pictures(count=3, seed=1):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, 256, (count, 40, 30, 4), dtype=np.uint8)
    drawn[..., 3] = 255
    return list(drawn)


def test_pictures_and_texts_are_unit_vectors_in_one_space(encoder):
    assert (encoder.name, encoder.dimensions, encoder.whitens) == ("chinese-clip", 16, False)
    for vectors in (encoder.embed(pictures()), encoder.embed_texts(["想哭", "开心"])):
        assert vectors.dtype == np.float32
        assert vectors.shape[1] == 16
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_it_gives_what_transformers_itself_gives(encoder, tiny):
    from PIL import Image

    model = transformers.ChineseCLIPModel.from_pretrained(tiny).eval()
    processor = transformers.ChineseCLIPProcessor.from_pretrained(tiny)
    shown = [Image.fromarray(picture[..., :3]) for picture in pictures()]
    with torch.inference_mode():
        inputs = processor(images=shown, text=["想哭"] * 3, return_tensors="pt", padding=True)
        both = model(**inputs)
    np.testing.assert_allclose(encoder.embed(pictures()), both.image_embeds.numpy(), atol=1e-5)
    np.testing.assert_allclose(encoder.embed_texts(["想哭"])[0], both.text_embeds[0].numpy(), atol=1e-5)


def test_a_batch_gives_what_one_by_one_gives(encoder):
    many = pictures(20)
    np.testing.assert_allclose(encoder.embed(many), np.concatenate([encoder.embed([one]) for one in many]), atol=1e-5)
    assert encoder.embed([]).shape == (0, 16)
    assert encoder.embed_texts([]).shape == (0, 16)


def test_what_is_transparent_is_white_and_what_shows_nothing_is_zero(encoder):
    (picture,) = pictures(1)
    half = picture.copy()
    half[:20, :, 3] = 0
    white = half.copy()
    white[:20] = 255
    nothing = np.zeros_like(picture)
    seen = encoder.embed([half, white, nothing])
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-6)
    assert not seen[2].any()


def test_another_training_of_the_same_model_is_another_version(encoder, tiny, tmp_path):
    import shutil

    other = tmp_path / "other"
    shutil.copytree(tiny, other)
    model = transformers.ChineseCLIPModel.from_pretrained(tiny)
    with torch.no_grad():
        model.visual_projection.weight += 1
    model.save_pretrained(other)
    versions = {open_image_encoder("chinese-clip", folder).version.split()[-1] for folder in (tiny, str(other))}
    assert len(versions) == 2


@pytest.mark.parametrize("model", ["/no/such/folder", "./nowhere"])
def test_a_wrong_path_names_the_setting(model):
    with pytest.raises(ConfigurationError, match="PERSRV_IMAGE_MODEL"):
        open_image_encoder("chinese-clip", model)


def test_a_folder_that_is_no_chinese_clip_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ConfigurationError, match="cannot be loaded as a Chinese-CLIP"):
        open_image_encoder("chinese-clip", str(tmp_path))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """The smallest that cn-clip's own configurations allow, with random weights, as its authors save one."""
    from cn_clip.clip.model import CLIP, convert_state_dict  # noqa: F401 - the loader uses the second
    from cn_clip.clip.utils import create_model

    torch.manual_seed(0)
    model = create_model("RN50@RBT3-chinese")
    path = tmp_path_factory.mktemp("cn-clip") / "weights.pt"
    torch.save({"state_dict": {f"module.{name}": value for name, value in model.state_dict().items()}}, path)
    return path


@needs_cn_clip
def test_cn_clip_loads_a_local_file_and_gives_unit_vectors(checkpoint):
    encoder = open_image_encoder("cn-clip", f"RN50@{checkpoint}")
    assert (encoder.name, encoder.dimensions, encoder.whitens) == ("cn-clip", 1024, False)
    seen, said = encoder.embed([*pictures(2), np.zeros((8, 8, 4), np.uint8)]), encoder.embed_texts(["想哭", "happy"])
    np.testing.assert_allclose(np.linalg.norm(seen[:2], axis=1), 1, atol=1e-5)
    assert not seen[2].any()
    np.testing.assert_allclose(np.linalg.norm(said, axis=1), 1, atol=1e-5)
    again = open_image_encoder("cn-clip", f"RN50@RBT3-chinese@{checkpoint}")
    assert again.version == encoder.version
    np.testing.assert_allclose(again.embed(pictures(2)), seen[:2], atol=1e-5)


@needs_cn_clip
@pytest.mark.parametrize("model", ["ViT-B-99", "RN50@/no/such/file.pt"])
def test_cn_clip_says_what_is_wrong_with_a_name_or_a_file(model):
    with pytest.raises(ConfigurationError, match="PERSRV_IMAGE_MODEL"):
        open_image_encoder("cn-clip", model)


@needs_cn_clip
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "weights.pt").write_bytes(b"nothing of the kind")
    with pytest.raises(ConfigurationError, match="cannot be loaded by cn-clip"):
        open_image_encoder("cn-clip", f"RN50@{tmp_path / 'weights.pt'}")
