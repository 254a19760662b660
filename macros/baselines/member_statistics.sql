{#- What the member windows of a baseline say of every number, as two CTEs: `pooled`, a row a phase with the value over them, and `deviations`, how much they differ from it.
    They read the CTE `phased`: the members' values with value, n, weight, standard_error, phase (`all_phases` for a row that counts for all) and the settings seasonal_weeks,
    min_reference_windows and dispersion_windows; `keys`: what names a baseline in it. -#}
{% macro member_statistics(keys) -%}
pooled as (
    select
        {{ keys | join(', ') }}, phase,
        case when phase = {{ mlmon.all_phases() }} then 0 else 1 end as is_seasonal,
        max(min_reference_windows) as min_windows,
        max(dispersion_windows) as dispersion_windows,
        count(*) as n_windows,
        case
            when family = 'operations' and metric in ({{ mlmon.text_literals(mlmon.metrics_with('baseline', 'mean')) }}) then avg(value)
            else sum(value * weight) / nullif(sum(weight), 0)
        end as baseline,
        sum(n) as n,
        sum(weight) as weight,
        -- the harmonic mean of the windows' counts, to which the spread between them belongs
        count(*) / sum({{ mlmon.ratio('1', 'n') }}) as usual_n,
        avg(value) as mean_value,
        avg(case when value > 0 then ln(value) end) as mean_log,
        {{ mlmon.group_quantile('value', 0.5) }} as median_value
    from phased
    group by {{ keys | join(', ') }}, phase
    having count(value) = count(*) and (phase = {{ mlmon.all_phases() }} or count(*) >= {% if mlmon.has_holidays() %}case when phase >= {{ mlmon.first_holiday_phase() }} then 2 else max(seasonal_weeks) end{% else %}max(seasonal_weeks){% endif %})
),

-- how much windows differ from the baseline that they would be compared with: by day of the week, all days together say so
deviations as (
    select
        {% for name in keys %}pooled.{{ name }}, {% endfor %}pooled.is_seasonal,
        count(*) - count(distinct pooled.phase) as df,
        {{ mlmon.group_quantile('abs(phased.value - pooled.median_value) / nullif(pooled.median_value, 0)', 0.5) }} as median_deviation,
        sqrt(
            sum((phased.value - pooled.mean_value) * (phased.value - pooled.mean_value))
            / nullif(count(*) - count(distinct pooled.phase), 0)
        ) as spread,
        sqrt(
            sum(case when phased.value > 0 then (ln(phased.value) - pooled.mean_log) * (ln(phased.value) - pooled.mean_log) end)
            / nullif(count(case when phased.value > 0 then 1 end) - count(distinct case when phased.value > 0 then pooled.phase end), 0)
        ) as spread_log,
        -- squared deviations of the windows' shares in units of what chance gives: 1 on average where windows differ by chance alone
        avg(
            (phased.value - pooled.baseline) * (phased.value - pooled.baseline)
            / nullif(
                case
                    when phased.standard_error is not null then phased.standard_error * phased.standard_error * phased.n
                    else {{ mlmon.proportion_variance('pooled.metric', 'pooled.baseline') }}
                end * ({{ mlmon.ratio('1', 'phased.n') }} - {{ mlmon.ratio('1', 'pooled.n') }}), 0
            )
        ) as dispersion
    from pooled
    inner join phased
        on {{ mlmon.same_row('phased', 'pooled', keys) }} and phased.phase = pooled.phase
    group by {% for name in keys %}pooled.{{ name }}, {% endfor %}pooled.is_seasonal
)
{%- endmacro %}


{#- The columns of a baseline that both give. -#}
{% macro shown_statistics() -%}
pooled.weight, pooled.mean_value, deviations.spread, pooled.mean_log, deviations.spread_log, pooled.median_value,
    deviations.median_deviation * pooled.median_value as median_deviation,
    case
        when deviations.df >= pooled.dispersion_windows - 1 and deviations.dispersion > 1 + 3 * sqrt({{ mlmon.ratio('2', 'deviations.df') }}) then deviations.dispersion
        else 1.0
    end as dispersion,
    pooled.usual_n,
    -- NULL where there are too few windows to tell
    case when deviations.df >= pooled.min_windows - 1 then deviations.df end as df
{%- endmacro %}
