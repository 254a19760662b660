{{ config(materialized=mlmon.table_kind()) }}
{%- do mlmon.depend_on_logs() -%}
{%- set problems = mlmon.checked_config() -%}
{%- set specs = mlmon.monitors() -%}
{%- do mlmon.check_references(specs, problems) -%}
{%- set rows = [] -%}
{%- for spec in specs -%}{%- do rows.append(mlmon.monitor_row(spec, problems.get(spec.name))) -%}{%- endfor -%}
-- depends_on: {{ ref('mlmon_runs') }}
-- depends_on: {{ ref('mlmon_metric_catalog') }}
{{ mlmon.literal_rows(mlmon.monitor_columns(), rows) }}
