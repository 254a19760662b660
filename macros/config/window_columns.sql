{#- The columns that name a row of a table by window, a part of the log and its place in time -> list of texts -#}
{% macro window_columns() %}{{ return(['monitor', 'model_version', 'window_start', 'window_end', 'is_reference', 'segment', 'segment_value']) }}{% endmacro %}
