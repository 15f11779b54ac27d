def render_page(report, cases, thumbnail):
    return repr(cases)
