{#- Prints the seed mlmon_metric_catalog as CSV, made from the declarations. `make docs` writes it; a test holds the file equal. -#}
{% macro mlmon_catalog() %}
    {%- set columns = {'metric': 'metric', 'family': 'family', 'direction': 'direction', 'unit': 'unit', 'verdict': 'verdict', 'default_warn': 'warn', 'default_error': 'error',
        'error_opens': 'error_opens', 'meaning': 'meaning', 'formula': 'formula', 'source': 'source'} -%}
    {%- do print(columns.keys() | join(',')) -%}
    {%- for declared in mlmon.declared_metrics().values() -%}
        {%- for metric in declared.metrics -%}
            {%- set cells = [] -%}
            {%- for key in columns.values() -%}
                {%- set text = '' if metric[key] is none else metric[key] | string -%}
                {%- do cells.append('"' ~ text | replace('"', '""') ~ '"' if ',' in text or '"' in text else text) -%}
            {%- endfor -%}
            {%- do print(cells | join(',')) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
