"""How every Django form is drawn: `{{ form }}`, or one field by `{{ form.name.as_field_group }}`."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Fields with their label, hint and errors tied together by ``aria-describedby``, in the design's classes."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"
