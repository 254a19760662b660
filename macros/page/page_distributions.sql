{#- The values of each column by window, and in the reference: the shares of about ten groups of bins, as PSI groups them; of categories the 12 most frequent. -#}
{% macro page_distributions(scope) %}
    {%- set name = mlmon.text_literal(scope.monitor) -%}
    {%- set reference -%}
        select
            column_name, column_role, bin, n, lower, upper, category,
            case
                when category is not null and category_place > 12 then 'rest'
                else coalesce(psi_group, bin)
            end as part
        from (
            select *, row_number() over (partition by column_name, column_role order by n desc, bin) as category_place
            from {{ mlmon.built_table('mlmon_reference') }}
            where monitor = {{ name }} and segment = 'overall'
        ) as numbered
    {%- endset -%}
    {%- set query -%}
        select
            {{ mlmon.column_subject('parts') }} as subject, parts.part,
            min(parts.category) as category, min(parts.lower) as lower, max(parts.upper) as upper,
            {{ mlmon.ratio('sum(parts.n)', 'max(parts.total)') }} as share,
            max(case when parts.lower is null then 1 else 0 end) as is_lowest, max(case when parts.upper is null then 1 else 0 end) as is_highest
        from (
            select
                {{ name }} as monitor, reference.*, sum(reference.n) over (partition by reference.column_name, reference.column_role) as total
            from (
            {{ reference }}
            ) as reference
        ) as parts
        group by {{ mlmon.column_subject('parts') }}, parts.part
        order by subject, parts.part
    {%- endset -%}
    {%- do mlmon.page_block(scope.monitor, 'reference', query) -%}
    {%- set query -%}
        select subject, part, window_start, {{ mlmon.ratio('sum(n)', 'max(total)') }} as share
        from (
            select
                {{ mlmon.column_subject('profile') }} as subject, coalesce(reference.part, profile.bin) as part, profile.window_start, profile.n,
                sum(profile.n) over (partition by profile.column_name, profile.column_role, profile.window_start) as total
            from {{ mlmon.built_table('mlmon_profile') }} as profile
            left join (
            {{ reference }}
            ) as reference
                on reference.column_name = profile.column_name and reference.column_role = profile.column_role and reference.bin = profile.bin
            where {{ scope.where }} and model_version = 'all' and segment = 'overall'
        ) as counted
        group by subject, part, window_start
    {%- endset -%}
    {%- do mlmon.page_series(scope.monitor, 'distributions', query, ['subject', 'part'], {'window_start': 'time', 'share': 'number'}) -%}
{% endmacro %}
