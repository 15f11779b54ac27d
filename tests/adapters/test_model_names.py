"""A model's name is a folder with its files, or one of the hub, which nobody is asked for."""

from __future__ import annotations

import pytest

from persrv.adapters.model_names import local_folder
from persrv.errors import ConfigurationError


def test_a_folder_with_its_files_is_one_also_below_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").touch()
    for name in (str(tmp_path / "model"), "~/model"):
        assert local_folder(name, "The model", "config.json") == tmp_path / "model"


def test_a_folder_without_its_files_is_told_with_all_that_are_missing(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(ConfigurationError, match=r"^The model is a folder without b, c\. "):
        local_folder(str(tmp_path), "The model", "a", "b", "c")


def test_an_owner_and_a_model_are_a_name_of_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert local_folder("llava-hf/llava-1.5-7b-hf", "The model", "config.json") is None


@pytest.mark.parametrize("name", ["/nowhere/model", "./nowhere", "~/nowhere", "no owner", "a/b/c", "a file"])
def test_what_can_only_be_a_path_and_is_no_folder_is_told(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a file").touch()
    with pytest.raises(ConfigurationError, match=r"^PERSRV_CAPTION_MODEL=x does not exist"):
        local_folder(name, "PERSRV_CAPTION_MODEL=x", "config.json")
