"""A team erased everywhere, and what research may have: data that names nobody."""
