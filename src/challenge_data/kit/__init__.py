"""The material of one edition: the students' repository. For who organises a workshop; never on a student's machine."""

from challenge_data.kit.contents import gather
from challenge_data.kit.secrets import leaks
from challenge_data.kit.settings import faults
from challenge_data.kit.writing import Refused, Written, earlier, write

__all__ = ["Refused", "Written", "earlier", "faults", "gather", "leaks", "write"]
