{#- The open incidents of a family that people are to know of: what an alert test returns, and stores. Left out is what was declared in advance as expected,
    what was over before the reference began, and what a person has muted. The test waits for what is built from incidents too: dbt would skip a model downstream of a test that fails. -#}
{% macro open_incidents(family) %}
-- depends_on: {{ ref('mlmon_transitions') }}
-- depends_on: {{ ref('mlmon_reviews') }}
select *
from {{ ref('mlmon_incidents') }}
where status = 'open' and family = '{{ family }}'
    and not is_expected and not is_before_reference
    and (muted_until is null or muted_until <= {{ mlmon.timestamp_literal(mlmon.moment_now()) }})
order by severity, first_breach_at, segment, segment_value, subject
{% endmacro %}


{#- The time at which the run started, UTC, as 'YYYY-MM-DD HH:MM:SS'; `mlmon_now` stands for it in tests. Compared with, never stored in a derived table. -#}
{% macro moment_now() %}
    {{ return(mlmon.moment(var('mlmon_now', run_started_at.strftime('%Y-%m-%d %H:%M:%S')))) }}
{% endmacro %}
