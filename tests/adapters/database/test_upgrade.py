"""Migrations build the tables that the code uses, from nothing and as one piece."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from persrv.adapters.database.migrating import current_revision, head_revision, migrate
from persrv.adapters.database.tables import REVISION
from persrv.adapters.database.upgrade import upgrade
from persrv.errors import MigrationError, StorageError
from tests.adapters.database.conftest import differences, url_of


def table_names(path: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{path}")
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_the_migrations_build_from_nothing_what_the_code_declares(path: Path):
    assert differences(path) == []


def test_the_comparison_can_tell_a_difference(path: Path):
    with sqlite3.connect(path) as connection:
        connection.execute("DROP INDEX ix_interactions_sticker_id_user_id")
        connection.execute("ALTER TABLE jobs DROP COLUMN error")
    connection.close()
    assert len(differences(path)) == 2


def test_upgrading_makes_the_folder_and_may_be_repeated(tmp_path: Path):
    path = tmp_path / "new" / "100%" / "persrv.db"
    upgrade(url_of(path))
    upgrade(url_of(path))
    assert current_revision(url_of(path)) == head_revision()


def test_the_tables_say_which_migration_is_the_last():
    assert head_revision() == REVISION


def test_a_database_that_is_of_this_version_is_opened_without_alembic(path: Path, url: str):
    script = "import sys, persrv.adapters.database as ours; ours.upgrade(sys.argv[1]); print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_downgrading_takes_everything_away_and_upgrading_brings_it_back(path: Path, url: str):
    migrate(url, "base")
    assert table_names(path) == {"alembic_version"}
    upgrade(url)
    assert differences(path) == []


def test_a_database_that_does_not_exist_has_no_revision_and_is_not_made_by_asking(tmp_path: Path):
    path = tmp_path / "none.db"
    assert current_revision(url_of(path)) is None
    assert not path.exists()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(path: Path, url: str):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(MigrationError, match=r"newer version of PerSRV \(revision 9999\)"):
        upgrade(url)
    assert current_revision(url) == "9999"


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE packs (id INTEGER)")
    connection.close()
    with pytest.raises(MigrationError, match="belongs to another program"):
        upgrade(url_of(path))
    assert table_names(path) == {"packs"}


def test_a_file_that_is_no_database_is_named_in_a_sentence(tmp_path: Path):
    path = tmp_path / "persrv.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError, match="is damaged or is not a database") as caught:
        upgrade(url_of(path))
    assert str(path) in str(caught.value)


def test_a_folder_that_cannot_be_made_is_named_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be made"):
        upgrade(url_of(tmp_path / "file" / "data" / "persrv.db"))


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from alembic import op

    path = tmp_path / "persrv.db"
    whole = op.create_index

    def failing(name: str, *arguments: object, **options: object) -> None:
        if "packs_title_key" in name:
            raise RuntimeError("the power went")
        whole(name, *arguments, **options)

    monkeypatch.setattr(op, "create_index", failing)
    with pytest.raises(RuntimeError, match="the power went"):
        upgrade(url_of(path))
    assert table_names(path) == set()


def test_processes_that_start_together_upgrade_once(tmp_path: Path):
    url = url_of(tmp_path / "persrv.db")
    errors: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(url)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert differences(tmp_path / "persrv.db") == []
