{#- A table that is filled window by window. The model's query is a row of selects with `next_statement` between them; each is
    inserted on its own. Before that, the rows which the run replaces are deleted: those of the windows in `replaced_ranges`
    (config meta `mlmon_replaces` names the list: predictions, outcomes, label_log, scope, checks), of the monitors that the model does
    anew (bins, reference, ledger), or all of them (all). Deletes and inserts are one transaction, so a run that dies leaves
    the table as it was. -#}
{% materialization mlmon_windows, default %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set columns = mlmon.table_columns(model.name) -%}
    {%- set names = columns | map('first') | join(', ') -%}
    {%- set statements = sql.split('/* mlmon: next statement */ union all') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set rebuild = mlmon.is_rebuild() -%}
    {%- do mlmon.keep_tables() -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if rebuild -%}
        {%- set building = target.incorporate(path={'identifier': target.identifier ~ '__building'}) -%}
        {%- do drop_relation_if_exists(load_cached_relation(building) or building) -%}
        {%- call statement('create') -%}
            {{ create_table_as(false, building, mlmon.empty_rows(model.name)) }}
        {%- endcall -%}
        {#- A transaction of its own: DuckDB 2.0.0 hides rows (until the next checkpoint) that a transaction inserted into a table which it
            created itself, if another transaction went on meanwhile. -#}
        {%- do mlmon.commit() -%}
        {%- do mlmon.begin_transaction() -%}
    {%- else -%}
        {%- set building = target -%}
        {%- do mlmon.add_new_columns(target, columns) -%}
        {%- do mlmon.begin_transaction() -%}
        {%- do mlmon.lock_table(target) -%}
        {#- some monitors at once: each delete reads the whole table -#}
        {%- for conditions in mlmon.replaced_rows() | batch(25) -%}
            {%- do mlmon.delete_rows(target, '(' ~ conditions | join(') or (') ~ ')') -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if mlmon.prefer_hash_joins() -%}
        {%- call statement('settings') -%}{{ mlmon.prefer_hash_joins() }}{%- endcall -%}
    {%- endif -%}
    {%- for part in statements -%}
        {%- call statement('main') -%}
            insert into {{ building }} ({{ names }})
            select {% for name, type in columns %}cast({{ name }} as {{ mlmon.sql_type(type) }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %} from (
                {{ part }}
            ) as mlmon_rows
        {%- endcall -%}
    {%- endfor -%}
    {%- do mlmon.commit_transaction() -%}

    {%- if rebuild -%}
        {%- if existing is not none -%}
            {%- set backup = existing.incorporate(path={'identifier': target.identifier ~ '__replaced'}) -%}
            {%- do drop_relation_if_exists(load_cached_relation(backup) or backup) -%}
            {%- do adapter.rename_relation(existing, backup) -%}
        {%- endif -%}
        {%- do adapter.rename_relation(building, target) -%}
    {%- endif -%}

    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, rebuild)) -%}
    {%- do persist_docs(target, model) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {%- if rebuild and existing is not none -%}
        {%- do drop_relation_if_exists(backup) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{#- Columns that a newer version of the package has and the table has not yet. -#}
{% macro add_new_columns(relation, columns) %}
    {%- set known = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
    {%- for name, type in columns if name not in known -%}
        {%- call statement('add_column', auto_begin=true) -%}
            alter table {{ relation }} add column {{ name }} {{ mlmon.sql_type(type) }}
        {%- endcall -%}
    {%- endfor -%}
{% endmacro %}


{#- The conditions under which a row of the model's table is replaced in this run -> list of SQL -#}
{% macro replaced_rows() %}
    {%- set replaces = config.get('meta', {}).get('mlmon_replaces') -%}
    {%- set conditions = [] -%}
    {%- if replaces == 'all' -%}
        {%- do conditions.append('1 = 1') -%}
    {%- elif replaces == 'reference' -%}
        {%- for monitor in mlmon.monitors_with_new_reference() -%}
            {%- do conditions.append('monitor = ' ~ mlmon.text_literal(monitor)) -%}
        {%- endfor -%}
    {%- elif replaces == 'bins' -%}
        {%- for monitor in mlmon.monitors_to_bin() -%}
            {%- do conditions.append('monitor = ' ~ mlmon.text_literal(monitor)) -%}
        {%- endfor -%}
    {%- elif replaces == 'ledger' -%}
        {%- do conditions.append('monitor in (select monitor from ' ~ ref('mlmon_arrivals') ~ ')') -%}
    {%- elif replaces in ['scope', 'checks'] -%}
        {#- the checks that a pruning has left stand for good: past incidents are derived from them -#}
        {%- set kept = mlmon.kept_ranges() if replaces == 'checks' else {} -%}
        {%- for monitor, ranges in mlmon.scope_ranges().items() -%}
            {%- do conditions.append('monitor = ' ~ mlmon.text_literal(monitor) ~ ' and ' ~ mlmon.in_ranges('window_start', ranges)
                ~ (' and window_start >= ' ~ mlmon.timestamp_literal(kept[monitor].pruned_before) if monitor in kept else '')) -%}
        {%- endfor -%}
    {%- elif replaces in ['predictions', 'outcomes', 'label_log'] -%}
        {%- for found in [mlmon.changed_ranges(replaces), mlmon.gone_ranges(replaces)] -%}
            {%- for monitor, ranges in found.items() -%}
                {%- do conditions.append('monitor = ' ~ mlmon.text_literal(monitor) ~ ' and ' ~ mlmon.in_ranges('window_start', ranges)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(conditions) }}
{% endmacro %}
