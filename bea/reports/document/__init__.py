"""A document of one's own rule: what was read, how it was derived, what follows, and a certificate.

`report` derives and measures; what it returns writes one page that needs nothing beside it. Each
chapter is a module here and returns elements, which `page` puts together: every text of a user is
text there, never markup.
"""

from bea.reports.document.report import Report, report

__all__ = ["Report", "report"]
