"""Every kernel of this environment explains errors in French, even before a notebook's first cell has run."""

c = get_config()  # noqa: F821 - IPython provides it
c.InteractiveShellApp.extensions.append("challenge_data.guide")
