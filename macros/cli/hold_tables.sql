{#- Two runs at once would delete and insert the same windows. The command line names its run (environment variables MLMON_RUN_ID and
    MLMON_RUN_HOLDER); this appends to mlmon_runs that it goes on, then looks for others, and stops this one where there is one. Two that
    begin at the same moment see each other, and both stop. A run that has given no sign for an hour counts as dead, and so does
    an earlier one of the same holder, which the command line has made sure of. Run by dbt alone, or for `mlmon ack` and the like, it only looks. -#}
{% macro hold_tables(event='started') %}
    {%- set relation = mlmon.model_relation('mlmon_runs') if execute else none -%}
    {%- if relation is not none -%}
        {%- do mlmon.check_session() -%}
        {%- set run_id, holder = env_var('MLMON_RUN_ID', ''), env_var('MLMON_RUN_HOLDER', '') -%}
        {%- if run_id -%}{%- do mlmon.record_run(relation, event) -%}{%- endif -%}
        {%- set query -%}
            select run_id, holder, {{ mlmon.timestamp_text('min(happened_at)') }} as since
            from {{ relation }}
            where run_id not in (select run_id from {{ relation }} where event = 'finished')
                and run_id <> {{ mlmon.text_literal(run_id) }} and holder <> {{ mlmon.text_literal(holder) }}
            group by run_id, holder
            having max(happened_at) > {{ mlmon.timestamp_literal(mlmon.utc_now(minutes_ago=60)) }}
            order by since
        {%- endset -%}
        {%- set others = mlmon.query_rows(query) -%}
        {%- if others -%}
            {%- if run_id -%}{%- do mlmon.record_run(relation, 'finished') -%}{%- endif -%}
            {{ exceptions.raise_compiler_error(
                'mlmon: another run holds these tables: ' ~ others[0].holder ~ ', since ' ~ others[0].since[:19] ~ ' UTC.\n'
                ~ '  Wait for it (--wait SECONDS). A run that died elsewhere counts as over after an hour without a sign;\n'
                ~ '  to free the tables now: ' ~ mlmon.delete_text(relation, "run_id = '" ~ others[0].run_id ~ "'")
            ) }}
        {%- endif -%}
        {%- if event == 'started' -%}{%- do mlmon.prepare_run() -%}{%- endif -%}
    {%- endif -%}
{% endmacro %}


{#- Called where each table begins: a run of more than five minutes says that it goes on, and stops where it has lost the tables. -#}
{% macro keep_tables() %}
    {%- if execute and env_var('MLMON_RUN_ID', '') and run_started_at.astimezone(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S') < mlmon.utc_now(minutes_ago=5) -%}
        {%- do mlmon.hold_tables('going on') -%}
    {%- endif -%}
{% endmacro %}


{#- Two signs within a second are one. -#}
{% macro record_run(relation, event) %}
    {%- set run_id, event, now = mlmon.text_literal(env_var('MLMON_RUN_ID', '')), mlmon.text_literal(event), mlmon.timestamp_literal(mlmon.utc_now()) -%}
    {%- call statement('record_run', auto_begin=true) -%}
        insert into {{ relation }} (run_id, holder, event, happened_at)
        select signs.*
        from (select {{ run_id }} as run_id, {{ mlmon.text_literal(env_var('MLMON_RUN_HOLDER', '')) }} as holder, {{ event }} as event, {{ now }} as happened_at) as signs
        where not exists (select 1 from {{ relation }} as known where known.run_id = {{ run_id }} and known.event = {{ event }} and known.happened_at = {{ now }})
    {%- endcall -%}
    {%- do mlmon.commit() -%}
{% endmacro %}


{% macro utc_now(minutes_ago=0) %}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc) - modules.datetime.timedelta(minutes=minutes_ago) -%}
    {{ return(now.strftime('%Y-%m-%d %H:%M:%S')) }}
{% endmacro %}
