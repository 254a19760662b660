{#- Literals as a table of one column, in parentheses. -#}
{% macro literal_rows(name, literals) %}{{ return(adapter.dispatch('literal_rows', 'mlmon')(name, literals)) }}{% endmacro %}

{% macro default__literal_rows(name, literals) -%}
    ({% for literal in literals %}select {{ literal }} as {{ name }}{{ " union all " if not loop.last }}{% endfor %})
{%- endmacro %}

{#- One relation to plan and one task, where each select would be its own. -#}
{% macro spark__literal_rows(name, literals) -%}
    (select {{ name }} from values ({{ literals | join('), (') }}) as literals ({{ name }}))
{%- endmacro %}
