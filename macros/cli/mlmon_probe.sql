{#- Reads the logs of each monitor once: every column, and what is computed of them. Prints what is read before it is read, so that the last row names what an
    error is about. A statement that fails ends a macro, so that the command line calls this again with that monitor in `mlmon_broken`, until nothing fails. It does
    so after a build that broke, to leave out whose data broke it. -#}
{% macro mlmon_probe() %}
    {%- set taken = mlmon.taken_references() -%}
    {%- set only, broken = mlmon.run_option('mlmon_only', []), mlmon.run_option('mlmon_broken', {}) -%}
    {%- for name, block in (var('mlmon_monitors', {}) or {}).items() if name | string not in broken and (not only or name | string in only) -%}
        {%- set spec = mlmon.resolve_monitor(name | string, block) -%}
        {%- for part in ['predictions', 'labels', 'reference'] if spec[part] and spec[part].relation and not (part == 'reference' and spec.name in taken and mlmon.keeps_reference(spec, taken[spec.name])) -%}
            {%- do mlmon.print_row({'kind': 'probe', 'monitor': spec.name, 'what': "'" ~ part ~ ".relation' is '" ~ mlmon.relation_text(spec[part].relation) ~ "', which cannot be read"}) -%}
            {%- if part == 'predictions' -%}{%- set spec = mlmon.bind_columns(spec) -%}{%- endif -%}
            {%- do run_query(mlmon.probe_query(mlmon.reference_spec(spec) if part == 'reference' else spec, part)) -%}
        {%- endfor -%}
        {%- for kpi in spec.kpis -%}
            {%- do mlmon.print_row({'kind': 'probe', 'monitor': spec.name, 'what': "'kpis[" ~ kpi.name ~ "]' cannot be computed"}) -%}
            {%- set query -%}
                select {{ mlmon.kpi_sums(mlmon.deep_merge(spec, {'kpis': [kpi]})) }}
                from {{ spec.log }} as p
                {%- if spec.labels %}
                left join {{ spec.label_log }} as l on {{ mlmon.label_id(spec) }} = {{ mlmon.prediction_id(spec) }}
                {%- endif %}
            {%- endset -%}
            {%- do run_query(query) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}


{#- All that the models read of a log. -#}
{% macro probe_query(spec, part) %}
    {%- set expressions = [] -%}
    {%- if part == 'labels' -%}
        {%- for column in spec.label_columns.values() -%}{%- do expressions.append(mlmon.text_of('l.' ~ column.quoted, column.family)) -%}{%- endfor -%}
        {%- do expressions.extend([mlmon.label_id(spec), mlmon.labeled_at(spec), mlmon.label_arrived_at(spec), mlmon.task_rows(spec).label]) -%}
    {%- else -%}
        {%- for column in spec.columns.values() if part == 'predictions' -%}{%- do expressions.append(mlmon.text_of('p.' ~ column.quoted, column.family)) -%}{%- endfor -%}
        {%- for column in mlmon.profiled_columns(spec) -%}{%- do expressions.append(column.value) -%}{%- endfor -%}
        {%- for segment in spec.outcome_segments -%}
            {%- for name in segment -%}{%- do expressions.append(mlmon.segment_column(spec, name)) -%}{%- endfor -%}
        {%- endfor -%}
        {%- if part == 'predictions' -%}
            {%- do expressions.extend([mlmon.prediction_id(spec), mlmon.predicted_at(spec), mlmon.prediction_arrived_at(spec), mlmon.model_version(spec)]) -%}
        {%- endif -%}
    {%- endif -%}
    select count(*) as n{% for expression in expressions | unique %}, count({{ expression }}) as n_{{ loop.index }}{% endfor %}

    from {{ spec.label_log if part == 'labels' else spec.reference_log if part == 'reference' else spec.log }} as {{ 'l' if part == 'labels' else 'p' }}
{% endmacro %}
