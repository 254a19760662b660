{#- The windows right before the judged one, so many of them. -#}
{% macro rolling_baseline() %}
    {{ return({'moves': true, 'setting': {'type': 'integer', 'minimum': 2, 'maximum': 1000, 'meaning': 'the windows before the judged one, so many of them'}}) }}
{% endmacro %}


{% macro rolling_span(setting, window) %}{{ return({'reach': setting, 'period': 1}) }}{% endmacro %}
