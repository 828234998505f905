"""Which words somebody has read before they grant anything: the policy, and the text of consent.

A hash of each is kept with what is granted. So it is known to which words somebody said yes, and where either
of them changes, the grants rest until the new ones were read.
"""

from workbook.content import languages, speaking
from workbook.content.document import document_hash
from workbook.service.formats.case_values import Policy

DOCUMENT = "case_consent"
_BETWEEN = "."


def hash_of_words(policy: Policy) -> str:
    """Return the hashes of a policy and of the text of consent, as it reads in the language spoken."""
    return f"{policy.words_hash}{_BETWEEN}{document_hash(DOCUMENT)}"


def are_words_of_now(words_hash: str, policy: Policy) -> bool:
    """Tell whether hashes are those of the policy and text of now, in whichever language it was read."""
    of_policy, _, of_text = words_hash.partition(_BETWEEN)
    return of_policy == policy.words_hash and any(of_text == _hash_in(one) for one in languages())


def _hash_in(language: str) -> str:
    with speaking(language):
        return document_hash(DOCUMENT)
