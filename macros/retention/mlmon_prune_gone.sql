{#- Takes the rows of monitors that are configured no more out of the monitoring tables, and prints a row a monitor and table. What was posted and what people said stays: it is a record,
    and cannot be derived again. -#}
{% macro mlmon_prune_gone(dry_run=false) %}
    {%- if not dry_run -%}{%- do mlmon.hold_tables() -%}{%- endif -%}
    {%- set found = [] -%}
    {%- for name in mlmon.gone_monitors() -%}
        {%- set own = 'monitor = ' ~ mlmon.text_literal(name) -%}
        {%- for table in mlmon.tables_of_monitors() -%}
            {%- set relation = mlmon.model_relation(table) -%}
            {%- set n_rows = run_query('select count(*) from ' ~ relation ~ ' where ' ~ own).rows[0][0] | int if relation is not none else 0 -%}
            {%- if n_rows -%}
                {%- do found.append({'relation': relation, 'condition': own}) -%}
                {%- do mlmon.print_row({'kind': 'pruned', 'monitor': name, 'before': none, 'table': table, 'n_rows': n_rows}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not dry_run -%}
        {%- for part in found -%}{%- do mlmon.delete_rows(part.relation, part.condition) -%}{%- endfor -%}
        {%- do mlmon.commit() -%}
    {%- endif -%}
{% endmacro %}


{#- Monitors that have rows and are configured no more. None where none is configured at all: then the configuration was not read, or the tables are for somebody else. -#}
{% macro gone_monitors() %}
    {%- set configured, gone = [], {} -%}
    {%- for name in (var('mlmon_monitors', {}) or {}) -%}{%- do configured.append(name | string) -%}{%- endfor -%}
    {%- if configured -%}
        {%- for table in ['mlmon_watermarks', 'mlmon_bins', 'mlmon_checks'] -%}
            {%- set relation = mlmon.model_relation(table) -%}
            {%- if relation is not none -%}
                {%- for name in run_query('select distinct monitor from ' ~ relation).columns[0].values() if name is not none and name not in configured -%}
                    {%- do gone.update({name: true}) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(gone.keys() | sort) }}
{% endmacro %}


{#- The tables that are filled step by step and keep a monitor's rows until somebody takes them out; the watermarks last. -#}
{% macro tables_of_monitors() %}
    {{ return(mlmon.pruned_tables().keys() | list + ['mlmon_reference', 'mlmon_bins', 'mlmon_history', 'mlmon_review_queue', 'mlmon_windows_to_read', 'mlmon_new_watermarks', 'mlmon_watermarks']) }}
{% endmacro %}
