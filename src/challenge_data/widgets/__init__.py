"""What a learner clicks in a notebook. Each has a plain form, for those who type and for runs without a browser.

Answers are kept in JSON files of the work folder and taken back when the cell runs again.
"""

from challenge_data.widgets.drawing import organigramme
from challenge_data.widgets.explorer import explore
from challenge_data.widgets.handing_in import hand_in, verify
from challenge_data.widgets.licence import ask_licence
from challenge_data.widgets.questionnaire import maturity
from challenge_data.widgets.quizzes import quiz

__all__ = ["ask_licence", "explore", "hand_in", "maturity", "organigramme", "quiz", "verify"]
