"""
Law: what `straks.testing.values` draws for a template the template takes, and it takes it in one form.

For random templates, so for every kind with random bounds; and whatever the bounds, values are found
without throwing draws away, or Hypothesis would say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from straks.testing import admitted, values

if TYPE_CHECKING:
    from straks.core.template import Template


def written(template: Template, checked: dict[str, Any]) -> dict[str, str]:
    return {name: template.parameters[name].canonical(value) for name, value in checked.items()}


@given(data=st.data(), channel=st.sampled_from([None, "sms", "email"]))
def test_everything_that_is_drawn_for_a_template_is_admitted(
    messages: st.SearchStrategy[Any], data: st.DataObject, channel: str | None
) -> None:
    message = data.draw(messages)
    template, locale = message.template, None if channel is None else message.locale
    for filling in data.draw(
        st.lists(values(template, locale=locale, channel=channel), min_size=1, max_size=5)
    ):
        checked = template.check(filling, message.locale, channel or "sms")

        assert written(template, template.check(checked, message.locale, "sms")) == written(template, checked)
        assert set(checked) == {name for name, value in filling.items() if value is not None}
        assert set(template.parameters) - set(filling) <= {
            name for name, parameter in template.parameters.items() if parameter.optional
        }


@given(data=st.data())
def test_every_form_in_which_a_value_is_drawn_is_one_value(
    messages: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    parameters = data.draw(messages).template.parameters
    parameter = parameters[data.draw(st.sampled_from(sorted(parameters)))]
    value = data.draw(admitted(parameter))
    once = parameter.check(value)

    assert parameter.check(once) == once
    assert parameter.canonical(parameter.check(once)) == parameter.canonical(once)
