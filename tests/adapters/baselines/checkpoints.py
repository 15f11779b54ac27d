"""Checkpoints small enough to be trained in a test until they know nine drawn stickers, saved as the real ones are."""

from __future__ import annotations

import json

ENGLISH = {"红": "red", "绿": "green", "蓝": "blue", "圆": "circle", "方": "square", "角": "triangle"}
SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
SIDE = {"height": 32, "width": 32}


def in_english(text):
    """What characters mean, one by one."""
    return "a " + " ".join(ENGLISH[character] for character in text)


def captions_of(names):
    """What BLIP-2 is to say of pictures with these names: their colour, which so small a one can tell."""
    return [in_english(name[0]) for name in names]


def make_blip2(folder, names, pictures):
    """A BLIP-2 over an OPT, taught to say the colour of these pictures."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        Blip2Config,
        Blip2ForConditionalGeneration,
        Blip2Processor,
        BlipImageProcessor,
        PreTrainedTokenizerFast,
    )

    from persrv.adapters.baselines.pictures import on_white

    words = ["<pad>", "<s>", "</s>", "<unk>", "<image>", "a", *ENGLISH.values()]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=["<image>"],
    )
    config = Blip2Config(
        vision_config={**SMALL, "image_size": 32, "patch_size": 8},
        qformer_config={**SMALL, "encoder_hidden_size": 32, "cross_attention_frequency": 1, "vocab_size": 16},
        text_config={
            "model_type": "opt",
            "hidden_size": 32,
            "ffn_dim": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "vocab_size": len(words),
            "max_position_embeddings": 64,
            "word_embed_proj_dim": 32,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
        },
        num_query_tokens=4,
        image_token_index=4,
    )
    torch.manual_seed(0)
    model = Blip2ForConditionalGeneration(config)
    processor = Blip2Processor(image_processor=BlipImageProcessor(size=SIDE), tokenizer=fast, num_query_tokens=4)
    pixels = processor.image_processor([on_white(picture) for picture in pictures], return_tensors="pt")
    asked = fast([f"{'<image> ' * 4}<s> {said} </s>" for said in captions_of(names)], return_tensors="pt", padding=True)
    labels = asked["input_ids"].masked_fill((asked["input_ids"] == 4) | (asked["input_ids"] == 0), -100)
    inputs = {
        "pixel_values": pixels["pixel_values"],
        "input_ids": asked["input_ids"],
        "attention_mask": asked["attention_mask"],
    }
    _teach(model, inputs | {"labels": labels}, steps=160)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


def make_marian(folder, names):
    """An Opus-MT, with sentence pieces of its own, taught to translate these names and their colours from English."""
    import torch
    from sentencepiece import SentencePieceProcessor
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    chinese = [*names, *dict.fromkeys(name[0] for name in names)]
    english = [in_english(text) for text in chinese]
    pieces = []
    for file, texts, kind in (("source.spm", english, "word"), ("target.spm", chinese, "char")):
        _sentence_pieces(folder / file, texts, kind)
        known = SentencePieceProcessor(model_file=str(folder / file))
        pieces += [known.id_to_piece(place) for place in range(known.get_piece_size())]
    order = dict.fromkeys(["</s>", "<unk>", *pieces, "<pad>"])
    vocabulary = {piece: place for place, piece in enumerate(order)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    tokenizer = MarianTokenizer(
        source_spm=str(folder / "source.spm"),
        target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
        source_lang="en",
        target_lang="zh",
    )
    tokenizer.save_pretrained(folder)
    padding = vocabulary["<pad>"]
    torch.manual_seed(0)
    model = MarianMTModel(
        MarianConfig(
            vocab_size=len(vocabulary),
            d_model=32,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=64,
            decoder_ffn_dim=64,
            max_position_embeddings=64,
            dropout=0.0,
            init_std=0.2,
            pad_token_id=padding,
            eos_token_id=0,
            decoder_start_token_id=padding,
            forced_eos_token_id=0,
        )
    )
    source = tokenizer(english, return_tensors="pt", padding=True)
    target = tokenizer(text_target=chinese, return_tensors="pt", padding=True)["input_ids"]
    _teach(model, {**source, "labels": target.masked_fill(target == padding, -100)}, steps=160)
    model.save_pretrained(folder)
    return str(folder)


def make_clip(folder, names, pictures):
    """A Chinese-CLIP, taught to bring each picture near to its name."""
    import torch
    from transformers import (
        BertTokenizer,
        ChineseCLIPConfig,
        ChineseCLIPImageProcessor,
        ChineseCLIPModel,
        ChineseCLIPProcessor,
    )

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *ENGLISH]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    torch.manual_seed(0)
    model = ChineseCLIPModel(
        ChineseCLIPConfig(
            text_config={**SMALL, "vocab_size": len(words)},
            vision_config={**SMALL, "image_size": 32, "patch_size": 8},
            projection_dim=16,
        )
    )
    processor = ChineseCLIPProcessor(
        image_processor=ChineseCLIPImageProcessor(size=SIDE, crop_size=SIDE),
        tokenizer=BertTokenizer(str(folder / "vocab.txt")),
    )
    from persrv.adapters.baselines.pictures import on_white

    inputs = processor(
        text=list(names), images=[on_white(picture) for picture in pictures], padding=True, return_tensors="pt"
    )
    _teach(model, {**inputs, "return_loss": True}, steps=160)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


def _teach(model, inputs, *, steps):
    """Adam with a warm-up, without dropout, on one thread: so small a network only waits for more."""
    import torch

    optimiser = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps, pct_start=0.1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model.eval()
    for _ in range(steps):
        loss = model(**inputs).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        pace.step()
    torch.set_num_threads(threads)
    assert loss.item() < 0.1, "it has not learnt"


def _sentence_pieces(path, texts, kind):
    from sentencepiece import SentencePieceTrainer

    stem = path.with_suffix("")
    SentencePieceTrainer.train(
        sentence_iterator=iter(list(texts) * 20),
        model_prefix=str(stem),
        model_type=kind,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
        unk_id=0,
        bos_id=-1,
        eos_id=-1,
    )
    stem.with_suffix(".model").rename(path)
    stem.with_suffix(".vocab").unlink()
