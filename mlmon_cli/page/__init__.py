"""The report: one HTML file that draws what SQL gave."""
