{#- What a long query of many joins over its own CTEs is kept as: a view, which costs a build nothing; or a table, where a reader of the view would wait for an engine that
    cannot plan it without `planner_settings`, or where the catalog has no room for its text. -#}
{% macro view_or_table() %}{{ return(adapter.dispatch('view_or_table', 'mlmon')()) }}{% endmacro %}

{% macro default__view_or_table() %}{{ return('view') }}{% endmacro %}

{% macro postgres__view_or_table() %}{{ return('table') }}{% endmacro %}

{% macro redshift__view_or_table() %}{{ return('view') }}{% endmacro %}

{% macro spark__view_or_table() %}{{ return(mlmon.table_kind()) }}{% endmacro %}

{% macro databricks__view_or_table() %}{{ return('view') }}{% endmacro %}
