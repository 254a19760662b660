{#- Every mistake of the configuration, one a row. -#}
{% macro mlmon_validate() %}
    {%- for mistake in mlmon.setting_mistakes() + mlmon.validate_config() -%}
        {%- do mlmon.print_row({'kind': 'mistake', 'monitor': mistake.monitor, 'key': mistake.key, 'message': mlmon.mistake_text(mistake)}) -%}
    {%- endfor -%}
{% endmacro %}
