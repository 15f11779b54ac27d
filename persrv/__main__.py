"""`python -m persrv` is the console script `persrv`."""

from persrv.cli.main import main

main()
