"""The report of a release: `render(assessed(verified(folder, key)))`, and nothing else goes into it.

Convention: the same evidence gives the same bytes, wherever and whenever it is rendered.
"""

from bokgi.operations.report.assessment import Assessment, assessed
from bokgi.operations.report.rendering import Form, document_of, render

__all__ = ["Assessment", "Form", "assessed", "document_of", "render"]
