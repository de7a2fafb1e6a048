"""What a placement tells about itself, as text and as HTML."""

from loihi_emu.mapping.report.contents import Cell, ReportContents, Table
from loihi_emu.mapping.report.html import html_of, table_of
from loihi_emu.mapping.report.text import lines_of, text_of

__all__ = ["Cell", "ReportContents", "Table", "html_of", "lines_of", "table_of", "text_of"]
