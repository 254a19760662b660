{#- The status that a threshold of the user's gives. -#}
{% macro threshold_status() -%}
    case when is_thin or is_not_trusted then 'insufficient_data' when is_error then 'error' when is_warn then 'warn' when not is_final then 'insufficient_data' else 'ok' end
{%- endmacro %}
