{#- What a monitor block may hold, for the docs and for editors: one row with the rules of `config_schema`, each with its `legal` values in words. -#}
{% macro mlmon_schema() %}
    {%- do mlmon.print_row({'kind': 'schema', 'keys': mlmon.described_rules(mlmon.config_schema())}) -%}
{% endmacro %}


{% macro described_rules(rules) %}
    {%- set found = {} -%}
    {%- for key, rule in rules.items() if rule.get('later') is not sameas true -%}
        {%- set described = dict(rule, legal=mlmon.legal_text(rule)) -%}
        {%- for part in ['of', 'also'] if part in rule -%}{%- do described.update(mlmon.described_rules({part: rule[part]})) -%}{%- endfor -%}
        {%- if 'keys' in rule -%}{%- do described.update({'keys': mlmon.described_rules(rule['keys'])}) -%}{%- endif -%}
        {%- do found.update({key: described}) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}
