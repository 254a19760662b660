{#- The status that a threshold of the user's gives. -#}
{% macro threshold_status() -%}
    case when is_thin then 'insufficient_data' when is_error then 'error' when is_warn then 'warn' when not is_final then 'insufficient_data' else 'ok' end
{%- endmacro %}
