"""`python -m persrv` is the console script `persrv`."""

from persrv.cli.start import main

main()
