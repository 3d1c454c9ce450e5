"""Results as files and bodies. Numbers for programs are exact; only what a person reads is rounded."""
