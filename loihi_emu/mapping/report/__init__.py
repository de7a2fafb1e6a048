"""What a placement tells about itself, as text and as HTML."""

from loihi_emu.mapping.report.contents import Report
from loihi_emu.mapping.report.html import html_of
from loihi_emu.mapping.report.text import text_of

__all__ = ["Report", "html_of", "text_of"]
