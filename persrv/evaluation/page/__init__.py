"""`report.html`: a page that a person reads, in one file, without a network."""

from persrv.evaluation.page.charts import systems_picture
from persrv.evaluation.page.render import render_page

__all__ = ["render_page", "systems_picture"]
