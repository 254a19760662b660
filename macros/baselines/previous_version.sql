{#- For rows of a version, the windows before of the version that the log knew before it, as far back as there are any. Rows of all versions together have none. -#}
{% macro previous_version_baseline() %}{{ return({'moves': true, 'is_by_version': true}) }}{% endmacro %}


{#- No log is longer than a hundred years. -#}
{% macro previous_version_span(setting, window) %}
    {{ return({'reach': {'hour': 876000, 'day': 36500, 'week': 5200, 'month': 1200}[window], 'period': none}) }}
{% endmacro %}


{#- Which windows of which version the windows to judge of each version are compared with, as a query: (monitor, model_version, window_start, compared_to, member_version, last_start):
    those of `member_version` up to the one that begins at `last_start`. Of versions that began in the same window, the later ones follow that with more predictions in it.
    `in_predictions`, `judged`: as in only_windows_to_judge. -#}
{% macro version_members(in_predictions=false, judged=false) -%}
with judged as (
    select version_windows.monitor, version_windows.model_version, version_windows.window_start
    from (
        {{ mlmon.version_windows() }}
    ) as version_windows
    {{- mlmon.only_windows_to_judge('version_windows', in_predictions, judged) }}
),

first_windows as (
    {{ mlmon.first_windows_of_versions('(' ~ mlmon.version_windows() ~ ')') }}
),

ordered as (
    select
        versions.monitor, versions.model_version, earlier.model_version as member_version,
        row_number() over (
            partition by versions.monitor, versions.model_version
            order by earlier.window_start desc, earlier.n_predictions desc, {{ dbt.hash('earlier.model_version') }}
        ) as place
    from first_windows as versions
    inner join first_windows as earlier on earlier.monitor = versions.monitor and earlier.window_start < versions.window_start
)

select
    judged.monitor, judged.model_version, judged.window_start, 'previous_version' as compared_to, ordered.member_version,
    max(members.window_start) as last_start
from judged
inner join ordered on ordered.monitor = judged.monitor and ordered.model_version = judged.model_version and ordered.place = 1
inner join (
    {{ mlmon.version_windows() }}
) as members on members.monitor = judged.monitor and members.model_version = ordered.member_version and members.window_start < judged.window_start
where {{ mlmon.is_normal('members') }}
group by judged.monitor, judged.model_version, judged.window_start, ordered.member_version
{%- endmacro %}


{#- The first of the windows of each version, as a query. `windows`: a relation with monitor, model_version and window_start. -#}
{% macro first_windows_of_versions(windows) -%}
    select *
    from (
        select
            version_windows.*,
            row_number() over (partition by version_windows.monitor, version_windows.model_version order by version_windows.window_start) as place
        from {{ windows }} as version_windows
    ) as by_version
    where place = 1
{%- endmacro %}


{#- The windows that have predictions of each version, of monitors that compare versions, as a query. -#}
{% macro version_windows() -%}
    {%- set names = [] %}
    {%- for spec in mlmon.monitors_with_baselines() if 'previous_version' in spec.baselines %}{% do names.append(spec.name) %}{% endfor %}
    select monitor, model_version, window_start, window_end, n_predictions
    from {{ ref('mlmon_log_health') }}
    where segment = 'overall' and model_version <> 'all' and monitor in ({{ mlmon.text_literals(names) or "''" }})
{%- endmacro %}


{#- Whether any monitor compares versions. -#}
{% macro compares_versions() %}
    {%- for spec in mlmon.monitors_with_baselines() if 'previous_version' in spec.baselines -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}


{#- Of which version the baseline of a row is: its own where versions are compared, else that of all -> SQL. -#}
{% macro baseline_version(row) -%}
    {{ "case when " ~ row ~ ".compared_to = 'previous_version' then " ~ row ~ ".model_version else 'all' end" if mlmon.compares_versions() else "'all'" }}
{%- endmacro %}
