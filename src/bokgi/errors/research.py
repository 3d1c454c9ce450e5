"""Situations of the search: trials that cannot be judged."""

from bokgi.errors.base import InternalFault


class TrialsMisshapen(InternalFault):
    """The arrays of a search do not belong together; never the user's fault."""

    code = "misshapen_trials"
    english = "The {name} of the trials were given as {given}; they must be {allowed}."
    korean = "시험 조합의 {name} 배열이 {given}입니다. {allowed}이어야 합니다."

    def __init__(self, name: str, given: str, allowed: str) -> None:
        super().__init__(field=name, name=name, given=given, allowed=allowed)
