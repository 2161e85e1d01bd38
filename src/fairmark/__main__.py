"""`python -m fairmark` is the `fairmark` command."""

from fairmark.entrypoints.cli import main

main()
