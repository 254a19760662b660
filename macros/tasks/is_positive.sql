{#- Whether a value of a class column is the positive class (boolean; NULL where the value is missing). The default positive class is 1 or true.
    A boolean or a number beside a positive class that is a text says yes or no: true and 1 are the positive class, unless that text is itself a no. -#}
{% macro is_positive(spec, expression, column) %}
    {%- set positive = spec.labels.get('positive_class', 1) if spec.labels else 1 -%}
    {%- set is_no = (positive | string | lower | trim) in ['0', 'false', 'f', 'no', '0.0'] -%}
    {%- if column.kind == 'boolean' -%}
        {{ return('(not ' ~ expression ~ ')' if is_no else expression) }}
    {%- elif column.kind == 'numeric' -%}
        {%- set value = mlmon.number_as_double(expression, column.family) -%}
        {%- set is_written_number = positive is not boolean and modules.re.match('^-?\\d+(\\.\\d+)?$', positive | string) -%}
        {%- set target = mlmon.double_literal(positive if is_written_number else 0 if is_no else 1) -%}
        {{ return('case when ' ~ mlmon.is_number(value) ~ ' then ' ~ value ~ ' = ' ~ target ~ ' end') }}
    {%- endif -%}
    {%- set text = mlmon.text_of(expression, column.family) -%}
    {%- if positive is boolean or positive == 1 -%}
        {%- set texts = ["'1'", "'true'", "'t'", "'yes'", "'1.0'"] if positive else ["'0'", "'false'", "'f'", "'no'", "'0.0'"] -%}
        {{ return('lower(trim(' ~ text ~ ')) in (' ~ texts | join(', ') ~ ')') }}
    {%- endif -%}
    {{ return(text ~ ' = ' ~ mlmon.text_literal(positive)) }}
{% endmacro %}
