{#- A relation's columns, with what `mlmon init` drafts a monitor from. -#}
{% macro mlmon_describe(relation) %}
    {%- set found = mlmon.log_relation(relation) -%}
    {%- if found is none -%}
        {%- set known = mlmon.log_node(relation) is not none -%}
        {%- do mlmon.print_row({'kind': 'error', 'message': "'" ~ relation ~ "' is "
            ~ ('not in the warehouse; build it first (dbt build --select ' ~ relation ~ ')' if known
               else 'no model, seed or source of this project' ~ mlmon.suggestion(relation, mlmon.relation_names()))}) -%}
    {%- else -%}
        {%- for column in mlmon.log_columns(found).values() -%}
            {%- set comparable = column.kind in ['numeric', 'timestamp', 'timestamptz', 'date', 'text'] -%}
            {%- set query -%}
                select
                    count(*) as n_rows,
                    {{ 'count(distinct ' ~ column.quoted ~ ')' if column.kind != 'other' else 'null' }} as n_distinct,
                    {{ 'cast(min(' ~ column.quoted ~ ') as ' ~ dbt.type_string() ~ ')' if comparable else 'null' }} as minimum,
                    {{ 'cast(max(' ~ column.quoted ~ ') as ' ~ dbt.type_string() ~ ')' if comparable else 'null' }} as maximum,
                    {{ mlmon.ratio('sum(case when ' ~ column.quoted ~ ' is null then 1 else 0 end)', 'count(*)') }} as null_rate
                from {{ found }}
            {%- endset -%}
            {%- set row = mlmon.query_rows(query)[0] -%}
            {%- do row.update({'kind': 'column', 'name': column.name,
                'type': {'timestamptz': 'timestamp', 'date': 'timestamp'}.get(column.kind, column.kind)}) -%}
            {%- if column.kind == 'text' and row.n_distinct != 2 -%}
                {#- of a text its values, where it has two: the classes of a label -#}
                {%- do row.update({'minimum': none, 'maximum': none}) -%}
            {%- elif column.kind == 'numeric' -%}
                {%- do row.update({'minimum': row.minimum | float if row.minimum is not none else none, 'maximum': row.maximum | float if row.maximum is not none else none}) -%}
                {%- do row.update({'score_of': mlmon.tasks_with_score(row.minimum, row.maximum)}) -%}
            {%- endif -%}
            {%- do mlmon.print_row(row) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- The tasks whose scores may hold numbers from `minimum` to `maximum` -> list of names. -#}
{% macro tasks_with_score(minimum, maximum) %}
    {%- set names = [] -%}
    {%- for name, task in mlmon.tasks().items() if minimum is not none
            and (not task.score.range or (minimum >= task.score.range[0] and maximum <= task.score.range[1])) -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{% endmacro %}
