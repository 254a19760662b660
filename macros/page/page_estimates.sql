{#- What the performance of the windows whose labels are still coming will be (the nowcast), with its interval, and whether the audit of mature windows trusts it. -#}
{% macro page_estimates(scope) %}
    {%- if scope.has_labels and scope.task in mlmon.estimated_tasks() -%}
        {%- set columns, packed = [], {'window_start': 'time', 'n_labelled': 'count', 'is_trusted': 'count', 'reason': 'text'} -%}
        {%- for metric in mlmon.estimated_tasks()[scope.task].metrics -%}
            {%- for name in [metric, metric ~ '_low', metric ~ '_high'] -%}
                {%- do columns.append(name) -%}
                {%- do packed.update({name: 'number'}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set query -%}
            select {{ mlmon.page_part() | join(', ') }}, window_start, n_labelled, case when is_trusted then 1 else 0 end as is_trusted, reason, {{ columns | join(', ') }}
            from {{ mlmon.built_table('mlmon_estimates') }}
            where {{ scope.where }} and estimator = 'nowcast'
                and window_start in (select window_start from {{ mlmon.built_table('mlmon_calendar') }} where monitor = {{ mlmon.text_literal(scope.monitor) }} and not is_mature)
        {%- endset -%}
        {%- do mlmon.page_series(scope.monitor, 'estimates', query, mlmon.page_part(), packed) -%}
    {%- endif -%}
{% endmacro %}
