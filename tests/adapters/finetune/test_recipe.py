"""The recipe file."""

import re

import pytest

from persrv.adapters.finetune.recipe import DEFAULT_RECIPE, Recipe, read_recipe
from persrv.errors import ConfigurationError


def test_the_defaults_are_the_papers():
    recipe = read_recipe()
    assert (recipe.epochs, recipe.learning_rate, recipe.batch_size) == (5, 1e-4, 2)
    assert (recipe.lora_rank, recipe.lora_alpha) == (128, 256)


def test_every_line_says_where_its_number_comes_from():
    lines = DEFAULT_RECIPE.read_text("utf-8").splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if re.match(r"\w+ =", line):
            comment = line.partition("#")[2] or before
            assert re.search(r"\b(paper|LLaVA|ours)\b:", comment), line


def test_a_recipe_of_ones_own_changes_what_it_names(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("epochs = 1\nlearning_rate = 1\n")
    recipe = read_recipe(path, seed=7)
    assert (recipe.epochs, recipe.learning_rate, recipe.batch_size, recipe.seed) == (1, 1, 2, 7)


def test_every_wrong_line_is_named_at_once(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'epochs = 0\nbatch_size = 2.5\nlearning_rate = "high"\nschedule = "step"\nseed = true\nlora_dropout = nan\n'
        "gradient_checkpointing = 1\ntarget_modules = []\nlearning_rat = 1\n"
    )
    with pytest.raises(ConfigurationError) as caught:
        read_recipe(path)
    named = {re.search(r"\.toml: (\w+)", problem).group(1) for problem in caught.value.problems}
    assert named == {
        "epochs",
        "batch_size",
        "learning_rate",
        "schedule",
        "seed",
        "lora_dropout",
        "gradient_checkpointing",
        "target_modules",
        "learning_rat",
    }


@pytest.mark.parametrize("content", [None, b"epochs =", b"\xff\xfe"])
def test_a_recipe_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"mine\.toml cannot be read"):
        read_recipe(path)


def test_the_rate_rises_linearly_and_falls_by_a_cosine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("learning_rate = 1.0\nwarmup_share = 0.1\n")
    recipe = read_recipe(path)
    rates = [recipe.rate_at(step, 20) for step in range(20)]
    assert rates[:3] == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert rates[11] == pytest.approx(0.5)  # half way between step 2 and step 20
    assert rates[19] == pytest.approx(0.5 * (1 + -0.984807753), abs=1e-6)  # cos(170 degrees)
    assert all(isinstance(recipe, Recipe) and rate > 0 for rate in rates)


def test_a_constant_rate_stays_after_the_warm_up(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('learning_rate = 1.0\nschedule = "constant"\nwarmup_share = 0\n')
    assert {read_recipe(path).rate_at(step, 5) for step in range(5)} == {1.0}
