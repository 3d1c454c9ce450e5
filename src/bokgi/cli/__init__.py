"""The command line: the only main()."""
