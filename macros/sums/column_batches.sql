{#- Columns in lots, each for a statement of its own: warehouses refuse long ones (BigQuery at 1 MB), and a bin's edge is a comparison in it.
    A lot's text stays under about 200 kB, whatever the number of columns of the log, which the ranking of repeated ids names one by one. -#}
{% macro column_batches(spec, columns, bins) %}
    {%- set room = [200000 - 130 * (spec.columns | length), 60000] | max -%}
    {%- set state = namespace(batches=[], batch=[], size=0) -%}
    {%- for column in columns -%}
        {%- set known = bins.get(column.role ~ '|' ~ column.name) -%}
        {%- set size = 1500 + 8 * (column.value | length) + (known.uppers | length if known else 0) * (column.value | length + 50) -%}
        {%- if state.batch and state.size + size > room -%}
            {%- do state.batches.append(state.batch) -%}
            {%- set state.batch = [] -%}
            {%- set state.size = 0 -%}
        {%- endif -%}
        {%- do state.batch.append(column) -%}
        {%- set state.size = state.size + size -%}
    {%- endfor -%}
    {%- if state.batch -%}{%- do state.batches.append(state.batch) -%}{%- endif -%}
    {{ return(state.batches) }}
{% endmacro %}
