import subprocess
import sys

LOOK = """
import gc
from bot.settled import keep_for_good
kept = [[] for _ in range(1000)]
keep_for_good()
print(gc.get_freeze_count() > 1000, len(gc.get_objects()) < 1000)
"""


def test_what_is_there_at_the_start_is_not_looked_through_again():
    # In a process of its own: what is frozen stays so.
    found = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True"]
