"""The check of security that a host can make by itself, without the network: packages, rights, ports, answers, and what is known of faults.

Convention: what was not looked at is *not checked* and says why; nothing here is passed because nobody looked. Whatever it finds is
recorded, and nothing is mended: that is a person's to do.
"""

from bokgi.operations.security.answers import check_answers
from bokgi.operations.security.finding import Finding, outcome_of
from bokgi.operations.security.known_faults import check_age, check_known_faults
from bokgi.operations.security.listening import check_listening
from bokgi.operations.security.packages import check_packages
from bokgi.operations.security.rights import check_rights
from bokgi.operations.security.running import check_python, check_running

__all__ = [
    "Finding",
    "check_age",
    "check_answers",
    "check_known_faults",
    "check_listening",
    "check_packages",
    "check_python",
    "check_rights",
    "check_running",
    "outcome_of",
]
