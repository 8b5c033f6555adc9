"""What a team carries from one machine to another: its work kept whole, joined, checked and handed in.

Nothing here draws or serves: notebooks (``widgets``) and JupyterLab's buttons (``desk``) call the same functions.
"""
