{#- The drift of a column over one window and over seven is one thing to a person -> SQL, 1 for the incident of a group that counts for both. -#}
{% macro by_span(row) -%}
row_number() over (
    partition by {{ row }}.group_id, {{ row }}.model_version, {{ row }}.segment, {{ row }}.segment_value, {{ row }}.family, {{ row }}.subject,
        case {{ row }}.metric when 'psi_excess_pooled' then 'psi_excess' else {{ row }}.metric end
    order by {{ row }}.status desc, {{ row }}.severity, {{ row }}.opened_at, {{ row }}.metric
)
{%- endmacro %}
