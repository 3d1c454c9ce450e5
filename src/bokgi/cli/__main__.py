"""`python -m bokgi.cli` is the same as `bokgi`."""

from bokgi.cli.main import main

main()
