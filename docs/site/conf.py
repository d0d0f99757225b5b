"""Settings of Sphinx for the documentation site; `python -m tests.gate.site` builds it."""

from __future__ import annotations

project = "mlops.azureml"
author = project_copyright = "mlops.azureml contributors"
html_title = "mlops.azureml: Azure Machine Learning batch scoring with Ansible"
html_short_title = "mlops.azureml"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
# Labels of Ansible's own documentation: the site is built without network.
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/projects/ansible/latest/", "ansible.inv")}

default_role = "any"
nitpicky = True
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

html_theme = "alabaster"
html_theme_options = {
    "description": "Deploy and run Azure Machine Learning batch scoring with Ansible",
    "page_width": "72rem",
    "sidebar_width": "16rem",
    "fixed_sidebar": False,
    "show_powered_by": False,
    "font_family": "system-ui, sans-serif",
    "head_font_family": "system-ui, sans-serif",
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_sidebars = {"**": ["about.html", "searchfield.html", "localtoc.html"]}
