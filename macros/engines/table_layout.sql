{#- How a table that is filled window by window lies in the warehouse: its partitions, clusters or indexes. These are dbt's own configs of the adapter, and
    defaults: what a project writes in its dbt_project.yml under `models: mlmon:` wins. Deletes and reads name monitors and a range of window_start
    by literals. `by_window`: the table has windows; otherwise rows belong to a monitor alone. -#}
{% macro table_layout(by_window=true) %}{{ return(adapter.dispatch('table_layout', 'mlmon')(by_window)) }}{% endmacro %}

{#- DuckDB keeps the least and the greatest value of each part of a column by itself; rows come in the order of time. -#}
{% macro default__table_layout(by_window) %}{% endmacro %}

{% macro postgres__table_layout(by_window) %}
    {{ config(indexes=[{'columns': ['monitor', 'window_start'] if by_window else ['monitor']}]) }}
{% endmacro %}

{#- By month: 10,000 partitions are the most that a table has, 4,000 the most that a statement writes. Within a partition the clusters do the rest. -#}
{% macro bigquery__table_layout(by_window) %}
    {%- if by_window -%}
        {{ config(
            partition_by={'field': 'window_start', 'data_type': 'timestamp', 'granularity': 'month'},
            cluster_by=['monitor', 'window_start']
        ) }}
    {%- else -%}
        {{ config(cluster_by=['monitor']) }}
    {%- endif -%}
{% endmacro %}

{#- A monitor's windows of a day are inserted by a statement of their own: new rows lie as the key wants them, and the warehouse has little to move. -#}
{% macro snowflake__table_layout(by_window) %}
    {{ config(cluster_by=['monitor', 'to_date(window_start)'] if by_window else ['monitor']) }}
{% endmacro %}

{#- By time first: rows come in that order, so that little has to be sorted later. -#}
{% macro redshift__table_layout(by_window) %}
    {{ config(sort=['window_start', 'monitor'] if by_window else ['monitor'], dist='even' if by_window else 'auto') }}
{% endmacro %}

{% macro databricks__table_layout(by_window) %}
    {{ config(liquid_clustered_by=['monitor', 'window_start'] if by_window else ['monitor']) }}
{% endmacro %}
