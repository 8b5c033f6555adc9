"""A page of HTML of its own, in French: what decks, programme and cribs share around their content."""

import html


def page(title: str, style: str, body: str) -> str:
    """The whole document: ``style`` is its CSS, ``body`` what stands between its body tags; both end with a line break."""
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>
{style}</style>
</head>
<body>
{body}</body>
</html>
"""
