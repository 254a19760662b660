{#- The declared segments of all monitors as a query: (monitor, segment). -#}
{% macro configured_segments() -%}
    {%- for spec in mlmon.monitors() %}
    {%- for segment in spec.profile_segments %}
    select {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(mlmon.segment_name(segment)) }} as segment
    union all
    {%- endfor %}
    {%- endfor %}
    select cast(null as {{ dbt.type_string() }}) as monitor, cast(null as {{ dbt.type_string() }}) as segment
    {{ mlmon.no_rows() }}
{%- endmacro %}


{#- Restricts a table to the declared segments: mlmon_outcomes has the groups of fairness attributes, too. -#}
{% macro only_declared_segments(alias) -%}
    inner join (
        {{ mlmon.configured_segments() }}
    ) as declared on declared.monitor = {{ alias }}.monitor and declared.segment = {{ alias }}.segment
{%- endmacro %}


{#- Which segments of mlmon_outcomes hold the groups of a fairness attribute, for the whole and within each declared segment, as a query:
    (monitor, attribute, segment, combined_segment, reference_group). `task`: of monitors of that task. -#}
{% macro configured_attributes(task=none) -%}
    {%- for spec in mlmon.monitors() if task is none or spec.task == task %}
    {%- for attribute in spec.attributes %}
    {%- for segment in spec.profile_segments if attribute not in segment %}
    {%- set group = (spec.reference_group or {}).get(attribute) %}
    {%- if group is boolean %}{%- set group = group | string | lower %}{%- endif %}
    select
        {{ mlmon.text_literal(spec.name) }} as monitor, {{ mlmon.text_literal(attribute) }} as attribute,
        {{ mlmon.text_literal(mlmon.segment_name(segment)) }} as segment,
        {{ mlmon.text_literal(mlmon.segment_name(segment + [attribute])) }} as combined_segment,
        {{ mlmon.text_literal((group | string).replace('\\', '\\\\').replace(',', '\\,') if group is not none else none) }} as reference_group
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select {% for name in ['monitor', 'attribute', 'segment', 'combined_segment', 'reference_group'] %}cast(null as {{ dbt.type_string() }}) as {{ name }}{{ ", " if not loop.last }}{% endfor %}
    {{ mlmon.no_rows() }}
{%- endmacro %}


{#- The newest timestamp seen in a monitor's logs, which stands for "now", as a query: (monitor, newest_timestamp). -#}
{% macro newest_timestamps() -%}
    {%- set watermarks = mlmon.model_relation('mlmon_watermarks') if execute else none %}
    select monitor, max(newest_timestamp) as newest_timestamp
    from (
        select monitor, newest_timestamp from {{ ref('mlmon_new_watermarks') }}
        {%- if watermarks is not none %}
        union all
        select watermarks.monitor, watermarks.newest_timestamp
        from {{ watermarks }} as watermarks
        where watermarks.monitor not in (select monitor from {{ ref('mlmon_new_watermarks') }})
        {%- endif %}
    ) as seen
    group by monitor
{%- endmacro %}
