"""The instructor's day: a course folder outside the repository, the JupyterLab that opens it, and what its notebook does.

``challenge-data instructor`` lays the folder out (:mod:`~challenge_data.grading.instructor.folder`), with hand-ins of three invented
teams (:mod:`~challenge_data.grading.instructor.samples`), and opens formgrader there, where every kernel is in the sandbox
(:mod:`~challenge_data.grading.instructor.door`). The notebook « Corriger » does what formgrader has no button for
(:mod:`~challenge_data.grading.instructor.steps`).
"""
