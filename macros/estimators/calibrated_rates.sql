{#- What labels say of each score bin, as the CTE `name_rates`: of each series that has labels enough, and of the whole in any case, `rate`, the share of positives, which never falls as the score
    rises (isotonic regression, by its min-max formula: Robertson, Wright, and Dykstra 1988), the mean `score` it holds at, the labels `n` it rests on, and both of the bins beside it.
    `source`: `series`, bin, n (labels), n_positive, score_total; `is_whole`: whether a row of it, `labels`, is of the whole, which a series of few labels borrows from (SQL condition). -#}
{% macro calibrated_rates(name, source, series, is_whole) -%}
{%- set shown = 'partition by ' ~ series | join(', ') -%}
{%- set double = mlmon.sql_type('double') -%}
{{ name }}_large_series as (
    select {{ series | join(', ') }}
    from {{ source }}
    group by {{ series | join(', ') }}
    having sum(n) >= {{ mlmon.calibration_rows() }} and sum(n_positive) >= 30 and sum(n - n_positive) >= 30
),

{{ name }}_learned_labels as (
    select labels.*
    from {{ source }} as labels
    left join {{ name }}_large_series as large_series on {{ mlmon.same_row('large_series', 'labels', series) }}
    where large_series.monitor is not null or ({{ is_whole }})
),

{{ name }}_cumulated_bins as (
    select
        {{ series | join(', ') }}, bin,
        cast(n as {{ double }}) as n, cast(n_positive as {{ double }}) as n_positive, score_total / n as score,
        row_number() over ({{ shown }} order by bin) as place,
        cast(sum(n) over ({{ shown }} order by bin rows unbounded preceding) as {{ double }}) as n_to_here,
        cast(sum(n_positive) over ({{ shown }} order by bin rows unbounded preceding) as {{ double }}) as n_positive_to_here
    from {{ name }}_learned_labels
    where n > 0
),

-- the share of positives from one bin to another
{{ name }}_spans as (
    select
        {% for name in series %}first_bins.{{ name }}, {% endfor %}
        first_bins.place as first_place, last_bins.place as last_place,
        (last_bins.n_positive_to_here - first_bins.n_positive_to_here + first_bins.n_positive) / (last_bins.n_to_here - first_bins.n_to_here + first_bins.n) as rate
    from {{ name }}_cumulated_bins as first_bins
    inner join {{ name }}_cumulated_bins as last_bins on {{ mlmon.same_row('last_bins', 'first_bins', series) }} and last_bins.place >= first_bins.place
),

{{ name }}_least_rates as (
    select
        {{ series | join(', ') }}, last_place as place,
        min(rate) over ({{ shown }}, first_place order by last_place desc rows unbounded preceding) as least_rate
    from {{ name }}_spans
),

{{ name }}_isotonic_rates as (
    select {{ series | join(', ') }}, place, max(least_rate) as rate
    from {{ name }}_least_rates
    group by {{ series | join(', ') }}, place
),

{{ name }}_rates as (
    select
        rated.*,
        lag(score) over ({{ shown }} order by bin) as lower_score, lag(rate) over ({{ shown }} order by bin) as lower_rate,
        lead(score) over ({{ shown }} order by bin) as upper_score, lead(rate) over ({{ shown }} order by bin) as upper_rate
    from (
        select {{ name }}_cumulated_bins.*, {{ name }}_isotonic_rates.rate
        from {{ name }}_cumulated_bins
        inner join {{ name }}_isotonic_rates on {{ mlmon.same_row(name ~ '_isotonic_rates', name ~ '_cumulated_bins', series + ['place']) }}
    ) as rated
)
{%- endmacro %}


{#- The rate at a mean score of rows in a bin of these: on the line from the bin to the one beside it -> SQL. -#}
{% macro rate_at(score, rates) -%}
    case
        when {{ score }} >= {{ rates }}.score and {{ rates }}.upper_score > {{ rates }}.score
            then {{ rates }}.rate + ({{ rates }}.upper_rate - {{ rates }}.rate) * ({{ score }} - {{ rates }}.score) / ({{ rates }}.upper_score - {{ rates }}.score)
        when {{ score }} < {{ rates }}.score and {{ rates }}.lower_score < {{ rates }}.score
            then {{ rates }}.rate - ({{ rates }}.rate - {{ rates }}.lower_rate) * ({{ rates }}.score - {{ score }}) / ({{ rates }}.score - {{ rates }}.lower_score)
        else {{ rates }}.rate
    end
{%- endmacro %}
