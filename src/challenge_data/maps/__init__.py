"""Maps, printed and clicked: what a thin helper can make right by default; everything else stays plain geopandas and matplotlib.

``choropleth``, ``compare_classes`` and ``points`` draw and give the axes back: add to them, then ``finish(ax, …)`` as for any figure.
``clickable`` shows a map of points that needs no network, with the same places in a list and in a table.
"""

from challenge_data.maps.areas import choropleth, compare_classes
from challenge_data.maps.classing import classes
from challenge_data.maps.clicking import clickable
from challenge_data.maps.dots import points
from challenge_data.maps.layers import to_metres

__all__ = ["choropleth", "classes", "clickable", "compare_classes", "points", "to_metres"]
