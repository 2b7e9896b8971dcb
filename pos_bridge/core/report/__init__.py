"""What a shift comes to: X while it is open, Z when it is closed; as figures, and as a document to print.

It never decides what an entry does to the books, and never reads an entry from anywhere.
"""

from pos_bridge.core.report.figures import ReportSettings, ShiftReport, Told, report_fields
from pos_bridge.core.report.layout import REPORT_LABELS, document_of_report, report_head, report_sections
from pos_bridge.core.report.shift_report import shift_report

__all__ = [
	"REPORT_LABELS",
	"ReportSettings",
	"ShiftReport",
	"Told",
	"document_of_report",
	"report_fields",
	"report_head",
	"report_sections",
	"shift_report",
]
