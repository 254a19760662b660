"""Dashboards for BI tools, made as the files that those import."""
