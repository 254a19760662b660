{#- How rows are replaced where a table is Parquet files, which know no DELETE, no UPDATE and no transaction. What belongs into the partitions touched
    (new rows, and rows of theirs that stay) is written to a table `…__staged`, which is then marked as whole. Only then are the partitions
    overwritten, and those dropped that have no rows any more. A run that dies before the mark has changed nothing; one that dies after it is
    finished by the next run (`prepare_run`), so that rows which stay are not lost with the partition they share.

    Tables by window have a partition a monitor and period: a day for windows of an hour, a month for days and weeks, a year for months. -#}
{% macro spark_partitions(columns) %}
    {%- if 'is_reference' not in columns | map('first') -%}{{ return({}) }}{%- endif -%}
    {%- set unit = "case when window_end <= window_start + interval 1 hour then 'DAY' when window_end <= window_start + interval 7 days then 'MONTH' else 'YEAR' end" -%}
    {{ return({'period': 'cast(cast(date_trunc(' ~ unit ~ ', window_start) as date) as string)'}) }}
{% endmacro %}


{#- Makes the staging table of a table, with those rows of the partitions touched that stay; a row that `is_mark` stands for each such partition.
    `conditions`: of the rows that go; `values`: SQL for columns of rows that stay, where they change. -> relation -#}
{% macro stage_rows(target, existing, columns, conditions, values={}) %}
    {%- set staged = target.incorporate(path={'identifier': target.identifier ~ '__staged'}, type='table') -%}
    {%- set partitioned = mlmon.spark_partitions(columns) | length > 0 -%}
    {%- set derived = ['period'] if partitioned else [] -%}
    {%- set types = mlmon.once('sql_types') -%}
    {%- if load_cached_relation(staged) is not none -%}{%- do mlmon.finish_replacement(target, staged, columns) -%}{%- endif -%}
    {%- call statement('drop_staged') -%}drop table if exists {{ staged }}{%- endcall -%}
    {%- call statement('create_staged') -%}
        create table {{ staged }} (
            {% for name, type in columns %}{{ name }} {{ types[type] }}, {% endfor %}{{ 'period string, ' if partitioned }}is_mark boolean
        ) using parquet
    {%- endcall -%}
    {%- if existing is not none and conditions -%}
        {%- set goes = '(' ~ conditions | join(') or (') ~ ')' -%}
        {%- set touched = [] -%}
        {%- if partitioned -%}
            {%- for row in run_query('select distinct monitor, period from ' ~ target ~ ' where ' ~ goes).rows -%}
                {%- do touched.append('(monitor = ' ~ mlmon.text_literal(row[0]) ~ ' and period = ' ~ mlmon.text_literal(row[1]) ~ ')') -%}
            {%- endfor -%}
        {%- endif -%}
        {%- set all_go = conditions == ['1 = 1'] -%}
        {%- for some in (touched | batch(200) if partitioned else ([['1 = 1']] if not all_go else [])) -%}
            {%- call statement('stage_kept') -%}
                insert into {{ staged }} ({{ (columns | map('first') | list + derived) | join(', ') }}, is_mark)
                {%- if not all_go %}
                select {% for name in columns | map('first') %}{{ values.get(name, name) }} as {{ name }}, {% endfor %}{% if partitioned %}period, {% endif %}false
                from {{ target }}
                where ({{ some | join(' or ') }}){% if not values %} and not coalesce({{ goes }}, false){% endif %}
                {%- endif %}
                {%- if partitioned %}
                {{ 'union all' if not all_go }}
                select distinct {% for name, type in columns %}{{ 'monitor' if name == 'monitor' else 'cast(null as ' ~ types[type] ~ ')' }}, {% endfor %}period, true
                from {{ target }}
                where {{ some | join(' or ') }}
                {%- endif %}
            {%- endcall -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(staged) }}
{% endmacro %}


{#- Adds the rows of partitions that new rows fall into and of which no row goes: `stage_rows` does not know of them. -#}
{% macro stage_neighbours(target, staged, columns) %}
    {%- if mlmon.spark_partitions(columns) -%}
        {%- set names = (columns | map('first') | list + ['period']) | join(', ') -%}
        {%- set found = run_query('select monitor, period from ' ~ staged ~ ' group by monitor, period having not bool_or(coalesce(is_mark, false))').rows -%}
        {%- for some in found | batch(200) -%}
            {%- call statement('stage_neighbours') -%}
                insert into {{ staged }} ({{ names }}, is_mark)
                select {{ names }}, false from {{ target }}
                where {% for row in some %}(monitor = {{ mlmon.text_literal(row[0]) }} and period = {{ mlmon.text_literal(row[1]) }}){{ " or " if not loop.last }}{% endfor %}
            {%- endcall -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}


{#- Marks what was staged as whole, and puts it in place. -#}
{% macro replace_partitions(target, staged, columns) %}
    {%- call statement('mark') -%}alter table {{ staged }} set tblproperties ('mlmon.whole' = 'true'){%- endcall -%}
    {%- do mlmon.finish_replacement(target, staged, columns) -%}
{% endmacro %}


{#- Puts rows in place that were staged as a whole; drops what was staged. Done twice it changes nothing. -#}
{% macro finish_replacement(target, staged, columns) %}
    {%- if run_query("show tblproperties " ~ staged ~ " ('mlmon.whole')").rows[0][1] == 'true' -%}
        {%- set partitioned = mlmon.spark_partitions(columns) | length > 0 -%}
        {%- set names, types = columns | map('first') | list, mlmon.once('sql_types') -%}
        {%- call statement('create') -%}
            create table if not exists {{ target }} (
                {% for name, type in columns if not (partitioned and name == 'monitor') %}{{ name }} {{ types[type] }}{{ ", " if not loop.last }}{% endfor %}
                {%- if partitioned %}, monitor string, period string{% endif %}
            ) using parquet {% if partitioned %}partitioned by (monitor, period){% endif %}
        {%- endcall -%}
        {%- if partitioned -%}
            {#- otherwise an overwrite would empty the whole table first -#}
            {%- call statement('settings') -%}set spark.sql.sources.partitionOverwriteMode = dynamic{%- endcall -%}
            {%- if run_query('set spark.sql.sources.partitionOverwriteMode').rows[0][1] | lower != 'dynamic' -%}
                {{ exceptions.raise_compiler_error("mlmon: spark.sql.sources.partitionOverwriteMode is not 'dynamic' and cannot be set; set it in the profile's server_side_parameters") }}
            {%- endif -%}
        {%- endif -%}
        {%- set derived = ['period'] if partitioned else [] -%}
        {%- call statement('replace') -%}
            insert overwrite table {{ target }} ({{ (names + derived) | join(', ') }})
            select {{ (names + derived) | join(', ') }} from {{ staged }} where not coalesce(is_mark, false)
        {%- endcall -%}
        {%- if partitioned -%}
            {%- set emptied = run_query('select monitor, period from ' ~ staged ~ ' group by monitor, period having bool_and(coalesce(is_mark, false))').rows -%}
            {%- for some in emptied | batch(100) -%}
                {%- call statement('drop_partitions') -%}
                    alter table {{ target }} drop if exists
                    {% for row in some %}partition (monitor = {{ mlmon.text_literal(row[0]) }}, period = {{ mlmon.text_literal(row[1]) }}){{ ", " if not loop.last }}{% endfor %}
                {%- endcall -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {%- call statement('drop_staged') -%}drop table if exists {{ staged }}{%- endcall -%}
{% endmacro %}


{#- What an engine needs before a run reads anything. -#}
{% macro prepare_run() %}{{ return(adapter.dispatch('prepare_run', 'mlmon')()) }}{% endmacro %}

{% macro default__prepare_run() %}{% endmacro %}

{% macro databricks__prepare_run() %}{% endmacro %}

{#- What a run that died has left half done is finished. -#}
{% macro spark__prepare_run() %}
    {%- for node in graph.nodes.values() if node.package_name == 'mlmon' and node.config.materialized == 'mlmon_windows' -%}
        {%- set target = api.Relation.create(schema=node.schema, identifier=node.alias, type='table') -%}
        {%- set staged = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias ~ '__staged') -%}
        {%- if staged is not none -%}
            {%- do mlmon.finish_replacement(target, staged, mlmon.table_columns(node.name)) -%}
            {%- do adapter.drop_relation(staged) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}


{#- The columns of a table of mlmon's by its relation, where a macro was not told the model -> list of [name, type]. -#}
{% macro columns_by_relation(relation) %}
    {%- for node in graph.nodes.values() if node.package_name == 'mlmon' and node.alias == relation.identifier and node.schema == relation.schema -%}
        {{ return(mlmon.table_columns(node.name)) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error('mlmon: ' ~ relation ~ ' is not one of its tables') }}
{% endmacro %}
