{#- A table that is filled window by window. The model's query is a row of selects with `next_statement` between them; each is
    inserted on its own. Before that, the rows which the run replaces are deleted: those of the windows in `replaced_ranges`
    (config meta `mlmon_replaces` names the list: predictions, outcomes, label_log, to_judge, to_judge_in_predictions, checks), of the monitors that the model does
    anew (bins, reference, baselines, watermarks), or all of them (all). Deletes and inserts are one transaction, so a run that dies leaves
    the table as it was. -#}
{% materialization mlmon_windows, default %}
    {#- what dbt made itself it finds again in its cache whatever the case of the name, as on Snowflake -#}
    {%- set target = this.incorporate(type='table', dbt_created=true) -%}
    {%- set columns = mlmon.table_columns(model.name) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set rebuild = mlmon.is_rebuild() -%}
    {%- do mlmon.keep_tables() -%}

    {%- do mlmon.run_hooks_outside(pre_hooks) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set conditions = ['1 = 1'] if rebuild else mlmon.replaced_rows() -%}
    {#- what gives no row is not run: that costs an engine the planning of it -#}
    {%- set parts = [] -%}
    {%- if conditions or not mlmon.gives_what_it_replaces() -%}
        {%- for part in sql.split('/* mlmon: next statement */ union all') if part | trim != mlmon.empty_rows(model.name) | trim -%}{%- do parts.append(part) -%}{%- endfor -%}
    {%- endif -%}
    {%- set backup = mlmon.fill_windows(target, existing, rebuild, columns, conditions, parts) -%}
    {#- dbt asks what a statement of this name did -#}
    {%- if not load_result('main') -%}{%- call noop_statement('main', 'OK') -%}{%- endcall -%}{%- endif -%}

    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, rebuild)) -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {%- do drop_relation_if_exists(backup) -%}
    {%- do mlmon.run_hooks_outside(post_hooks) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- Columns that a newer version of the package has and the table has not yet. Of what is there, a column of the key is told by the others, or is what an earlier version
    knew alone. -#}
{% macro add_new_columns(relation, columns) %}
    {%- set missing = mlmon.missing_columns(relation, columns) -%}
    {%- for name, type in missing -%}
        {%- call statement('add_column', auto_begin=true) -%}
            {{ mlmon.add_column(relation, name, type) }}
        {%- endcall -%}
    {%- endfor -%}
    {%- set known = {'class': "'all'", 'model_version': "'all'", 'column_role': mlmon.role_of_subject(), 'compared_to': "'reference'"} if missing else {} -%}
    {%- for name, type in missing if name in known -%}
        {%- do mlmon.update_rows(relation, name, known[name], 'family is not null and subject is not null' if 'family' in columns | map('first') else '1 = 1') -%}
    {%- endfor -%}
{% endmacro %}


{#- Which rows of the model's table are replaced in this run -> list of SQL conditions, a delete each. All rows of bins, references and the watermarks go by
    their monitor. Where rows go by window, some monitors are deleted at once, and each condition names these monitors and the first and the
    last moment as literals, so that a table with partitions, clusters or indexes need not be read whole. -#}
{% macro replaced_rows() %}
    {%- set replaces = config.get('meta', {}).get('mlmon_replaces') -%}
    {%- if replaces == 'all' -%}
        {{ return(['1 = 1']) }}
    {%- elif replaces == 'reference' -%}
        {{ return(mlmon.rows_of(mlmon.monitors_with_new_reference())) }}
    {%- elif replaces == 'bins' -%}
        {{ return(mlmon.rows_of(mlmon.monitors_to_bin())) }}
    {%- elif replaces == 'watermarks' -%}
        {{ return(['monitor in (select monitor from ' ~ ref('mlmon_new_watermarks') ~ ')']) }}
    {%- elif replaces == 'baselines' -%}
        {{ return(mlmon.rows_of(mlmon.once('reference_monitors_to_judge'))) }}
    {%- elif replaces in ['to_judge', 'to_judge_in_predictions', 'checks'] -%}
        {#- the checks that a pruning has left stand for good: past incidents are derived from them -#}
        {{ return(mlmon.rows_in_ranges([mlmon.ranges_to_judge(in_predictions=replaces == 'to_judge_in_predictions')], mlmon.kept_ranges() if replaces == 'checks' else {})) }}
    {%- elif replaces in ['predictions', 'outcomes', 'label_log'] -%}
        {{ return(mlmon.rows_in_ranges([mlmon.changed_ranges(replaces), mlmon.gone_ranges(replaces)], {})) }}
    {%- endif -%}
    {{ return([]) }}
{% endmacro %}


{#- Whether the model's query gives rows only where others are replaced. -#}
{% macro gives_what_it_replaces() %}{{ return(config.get('meta', {}).get('mlmon_replaces') in ['to_judge', 'to_judge_in_predictions', 'checks', 'baselines']) }}{% endmacro %}


{% macro rows_of(monitors) %}
    {%- set literals = [] -%}
    {%- for monitor in monitors -%}{%- do literals.append(mlmon.text_literal(monitor)) -%}{%- endfor -%}
    {{ return(['monitor in (' ~ literals | join(', ') ~ ')'] if literals else []) }}
{% endmacro %}


{#- `found`: a list of {monitor: ranges}. Rows before `pruned_before` of a monitor in `kept` stay. -#}
{% macro rows_in_ranges(found, kept) %}
    {%- set parts = [] -%}
    {%- for ranges_by_monitor in found -%}
        {%- for monitor, ranges in ranges_by_monitor.items() -%}
            {%- set literal = mlmon.text_literal(monitor) -%}
            {%- do parts.append({
                'monitor': literal, 'first': ranges | map('first') | min, 'last': ranges | map('last') | max,
                'condition': 'monitor = ' ~ literal ~ ' and ' ~ mlmon.in_ranges('window_start', ranges)
                    ~ (' and window_start >= ' ~ mlmon.timestamp_literal(kept[monitor].pruned_before) if monitor in kept else '')
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {#- in the order of their bounds, so that monitors that go back far are together -#}
    {%- for some in parts | sort(attribute='first') | batch(25) -%}
        {%- if some | length == 1 -%}
            {%- do conditions.append(some[0].condition) -%}
        {%- else -%}
            {%- do conditions.append('monitor in (' ~ some | map(attribute='monitor') | unique | join(', ') ~ ')'
                ~ ' and window_start >= ' ~ mlmon.timestamp_literal(some | map(attribute='first') | min)
                ~ ' and window_start < ' ~ mlmon.timestamp_literal(some | map(attribute='last') | max)
                ~ ' and ((' ~ some | map(attribute='condition') | join(') or (') ~ '))') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(conditions) }}
{% endmacro %}
