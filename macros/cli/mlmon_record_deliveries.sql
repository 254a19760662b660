{#- Appends deliveries to mlmon_deliveries. `rows`: mappings with its columns. -#}
{% macro mlmon_record_deliveries(rows) %}
    {%- do mlmon.append_rows('mlmon_deliveries', rows) -%}
{% endmacro %}
