{#- One row for the program that called, on standard output: a mark and a JSON object. -#}
{% macro print_row(row) %}
    {%- do print('mlmon-row: ' ~ tojson(row)) -%}
{% endmacro %}


{#- The rows of a query, each as a mapping with its `kind`. Timestamps come as ISO texts, numbers as numbers. -#}
{% macro print_rows(kind, query, lists=[]) %}
    {%- for row in mlmon.query_rows(query) -%}
        {%- do row.update({'kind': kind}) -%}
        {%- for name in lists -%}
            {%- do row.update({name: row[name].split(',') if row.get(name) else []}) -%}
        {%- endfor -%}
        {%- do mlmon.print_row(row) -%}
    {%- endfor -%}
{% endmacro %}


{% macro query_rows(query) %}
    {%- set rows = [] -%}
    {%- do mlmon.settle_session() -%}
    {%- for record in run_query(query).rows -%}
        {%- set row = {} -%}
        {%- for name, value in record.dict().items() -%}
            {%- if value is none or value is boolean or value is string -%}
                {%- do row.update({name | lower: value}) -%}
            {%- elif value.isoformat is defined -%}
                {%- do row.update({name | lower: mlmon.moment_text(value)}) -%}
            {%- elif value == value | int -%}
                {%- do row.update({name | lower: value | int}) -%}
            {%- else -%}
                {%- do row.update({name | lower: value | float}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do rows.append(row) -%}
    {%- endfor -%}
    {{ return(rows) }}
{% endmacro %}
