"""The first example of a generated test may compile a kernel, so no example has a deadline."""

from hypothesis import settings

settings.register_profile("compiling", deadline=None)
settings.load_profile("compiling")
