{#- The numbers of the member windows of every baseline, as a query over mlmon_measured. -#}
{% macro member_values() -%}
    {%- for kind, baseline in mlmon.baseline_kinds().items() %}
    select
        {% for name in mlmon.series_key(without=['model_version']) %}member.{{ name }}, {% endfor %}{{ mlmon.addable('member.value') }} as value, member.n, member.weight, member.standard_error,
        monitors.seasonal_weeks, monitors.min_reference_windows, monitors.dispersion_windows, {{ mlmon.phase_of('member') }} as phase
    from {{ ref('mlmon_measured') }} as member
    inner join {{ ref('mlmon_monitors') }} as monitors on monitors.monitor = member.monitor
    where member.compared_to = '{{ kind }}' and {{ baseline.members }} and member.model_version = 'all' and member.is_final
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
