{#- Validates the configuration and stops the run if anything is wrong, with all mistakes in one error.

    One kind of mistake is not the configuration's: a relation or column that was there when the monitor was last built (the watermarks
    knows) and is gone now. That is broken data. The monitor is left out of this run and the others go on
    -> {monitor: what is broken}. So it is with what `mlmon_broken` names, monitors whose data could not be read, unless no other was ever built. -#}
{% macro checked_config() %}
    {%- if not execute -%}{{ return({}) }}{%- endif -%}
    {%- set mistakes = mlmon.setting_mistakes() + mlmon.validate_config(columns=false) -%}
    {%- if mistakes -%}
        {%- do mistakes.clear() -%}
        {%- do mistakes.extend(mlmon.setting_mistakes() + mlmon.validate_config()) -%}
        {{ exceptions.raise_compiler_error(mlmon.mistakes_text(mistakes)) }}
    {%- endif -%}
    {%- if not var('mlmon_monitors', {}) -%}
        {%- do exceptions.warn("mlmon: no monitors are configured. 'mlmon_monitors' belongs under vars: of dbt_project.yml, at the top or under"
            ~ " mlmon:; what stands under another project's name is not seen") -%}
    {%- endif -%}
    {%- for name, block in (var('mlmon_monitors', {}) or {}).items() -%}
        {%- for idle in mlmon.idle_thresholds(block) -%}{%- do exceptions.warn("mlmon: monitor '" ~ name ~ "': '" ~ idle.key ~ "' " ~ idle.message ~ '. ' ~ idle.fix) -%}{%- endfor -%}
    {%- endfor -%}
    {%- set only = mlmon.run_option('mlmon_only', []) -%}
    {%- set unreadable = mlmon.run_option('mlmon_broken', {}) -%}
    {%- set looked_at = [] -%}
    {%- for name in var('mlmon_monitors', {}) if name | string not in unreadable and (not only or name | string in only) -%}
        {%- do looked_at.append(name | string) -%}
    {%- endfor -%}
    {%- set in_data = mlmon.validate_config(among=looked_at) -%}
    {%- set known = mlmon.watermark_rows() -%}
    {%- set problems = mlmon.problems_of_others(only) -%}
    {%- do problems.update(unreadable) -%}
    {%- set fatal = [] -%}
    {%- for monitor, problem in unreadable.items() if not known and not looked_at -%}
        {%- do fatal.append({'monitor': monitor, 'key': '', 'message': problem}) -%}
    {%- endfor -%}
    {%- for mistake in in_data -%}
        {%- set built = known.get(mistake.monitor) -%}
        {%- if built and built.sums_hash == mlmon.monitors([mistake.monitor])[0].sums_hash -%}
            {%- do problems.update({mistake.monitor: (problems[mistake.monitor] ~ '; ' if mistake.monitor in problems else '') ~ "'" ~ mistake.key ~ "' " ~ mistake.message}) -%}
        {%- else -%}
            {%- do fatal.append(mistake) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if fatal -%}{{ exceptions.raise_compiler_error(mlmon.mistakes_text(fatal)) }}{%- endif -%}
    {%- for monitor, problem in problems.items() if not only or monitor in only -%}
        {%- do exceptions.warn("mlmon: monitor '" ~ monitor ~ "' is left out of this run, its data is broken: " ~ problem) -%}
    {%- endfor -%}
    {{ return(problems) }}
{% endmacro %}


{#- A run of some monitors does not look at the logs of the others: what was wrong with them stays as it is known -> {monitor: what is broken}. -#}
{% macro problems_of_others(only) %}
    {%- set problems = {} -%}
    {%- set monitors = load_relation(this) if only else none -%}
    {%- if monitors is not none -%}
        {%- for row in run_query('select monitor, data_problem from ' ~ monitors ~ ' where data_problem is not null').rows if row[0] not in only -%}
            {%- do problems.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(problems) }}
{% endmacro %}


{#- What earlier runs finished -> {monitor: row of mlmon_watermarks as a mapping}; timestamps as text. Empty where there was no run yet. -#}
{% macro watermark_rows() %}
    {%- set rows = {} -%}
    {%- if execute -%}
        {%- set watermarks = mlmon.model_relation('mlmon_watermarks') -%}
        {%- if watermarks is not none -%}
            {#- an older version of the package knew fewer columns; what it did not know is none here -#}
            {%- set unknown, columns = {}, [] -%}
            {%- for name, type in mlmon.missing_columns(watermarks, mlmon.watermark_columns()) -%}{%- do unknown.update({name: none}) -%}{%- endfor -%}
            {%- for name, type in mlmon.watermark_columns() if name not in unknown -%}
                {%- do columns.append(mlmon.timestamp_text(name) ~ ' as ' ~ name if type == 'timestamp' else name) -%}
            {%- endfor -%}
            {%- for row in mlmon.query_rows('select ' ~ columns | join(', ') ~ ' from ' ~ watermarks) -%}
                {%- do row.update(unknown) -%}
                {%- do rows.update({row.monitor: row}) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(rows) }}
{% endmacro %}


{#- A model of this package as it stands in the warehouse, without a dependency on it -> Relation or none. For state that a run
    reads from the run before it. -#}
{% macro model_relation(name) %}
    {%- set node = graph.nodes.get('model.mlmon.' ~ name) -%}
    {%- if node is none -%}{{ return(none) }}{%- endif -%}
    {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}


{#- The same for a command that cannot do without it -> Relation. Raises where no run has made it yet. -#}
{% macro built_table(name) %}
    {%- set relation = mlmon.model_relation(name) -%}
    {%- if relation is none and execute -%}
        {{ exceptions.raise_compiler_error('mlmon: the monitoring tables do not exist yet (no ' ~ name ~ '): `mlmon run` builds them') }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
