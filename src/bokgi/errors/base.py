"""The roots of the error tree, and how an error speaks.

Every class is one situation. It takes the facts and builds one sentence in English and one in Korean:
what was given, what is allowed, what to do. `code` is a stable word for programs; `field` names the
input that was wrong, where there is one.
"""

from enum import StrEnum
from typing import ClassVar


class Language(StrEnum):
    ENGLISH = "en"
    KOREAN = "ko"


class BokgiError(Exception):
    """Root of all errors that Bokgi raises itself."""

    code: ClassVar[str] = "error"
    english: ClassVar[str] = "{problem}"
    korean: ClassVar[str] = "{problem}"

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.sentence(Language.ENGLISH))

    def sentence(self, language: Language = Language.ENGLISH) -> str:
        template = self.korean if language is Language.KOREAN else self.english
        return template.format(**self.facts)

    def __reduce__(self) -> tuple[object, tuple[type["BokgiError"], str | None, dict[str, object]]]:
        """Errors cross process borders: rebuild from class and facts."""
        return _rebuilt, (type(self), self.field, self.facts)


def _rebuilt(kind: type[BokgiError], field: str | None, facts: dict[str, object]) -> BokgiError:
    error = kind.__new__(kind)
    BokgiError.__init__(error, field=field, **facts)
    return error


class InputError(BokgiError):
    """The request cannot be met as it was given: exit code 2, HTTP 400."""

    code = "invalid_input"


class DataError(BokgiError):
    """A file or the store holds something that cannot be used as it is: exit code 2."""

    code = "bad_data"


class MissingError(BokgiError):
    """What was asked for does not exist: HTTP 404, exit code 2."""

    code = "not_found"


class EnvironmentFault(BokgiError):
    """The machine does not let us work: disk full, permission, missing extra. Exit code 1."""

    code = "environment"


class InternalFault(BokgiError):
    """A promise of our own code is broken; never the user's fault. Exit code 1, HTTP 500."""

    code = "internal"
