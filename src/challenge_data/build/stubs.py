"""The line to complete that a question leaves in place of its answer: a plug-in for nbgrader's release.

nbgrader has one stub for all cells; a question of ours has its own (``:stub:`` in the curriculum), so that
nobody meets a blank page. The build keeps it in the cell's metadata; nbgrader's own preprocessor does the rest.
"""

from nbgrader.preprocessors import ClearSolutions

METADATA_KEY = "challenge_data"


class ScaffoldedSolutions(ClearSolutions):
    """nbgrader's ClearSolutions, with the cell's own stub where it has one."""

    def preprocess_cell(self, cell, resources, cell_index):
        stub = cell.metadata.pop(METADATA_KEY, {}).get("stub")
        common = self.code_stub
        try:
            if stub:
                self.code_stub = {**common, resources["language"]: stub}
            return super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = common
