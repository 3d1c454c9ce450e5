"""What is told when something has ended: a notice and a tag with the head of the evidence behind its last record, sealed as well."""

from bokgi.operations.releasing.people import tell_people
from bokgi.operations.releasing.site import Site


def tell_and_seal(site: Site, words: str) -> None:
    """Anchor the evidence as it stands with everybody who is told; nobody can cut off what is in it without their noticing."""
    tell_people(site, f"{site.tagged.tag}: {words}")
    site.seal("notice")
