{#- The scale that chi-square is divided by because real days wobble: 1 unless the windows compared with differ by more than chance allows.
    `prefix`: before n_windows, mean_chi2, variance_chi2 and mean_df, columns that say how they differ. No guard below `windows` of them, nor where that is NULL.
    Source: Satterthwaite (1946), moments of the mean and variance. -#}
{% macro dispersion(prefix, windows=8) -%}
    case
        when {{ mlmon.is_over_dispersed(prefix, windows) }}
            then {{ mlmon.at_least('(' ~ prefix ~ 'variance_chi2 / nullif(2 * ' ~ prefix ~ 'mean_chi2, 0))', '1.0') }}
        else 1.0
    end
{%- endmacro %}


{% macro is_over_dispersed(prefix, windows=8) %}
    {{ return('(coalesce(' ~ prefix ~ 'n_windows, 0) >= ' ~ windows ~ ' and ' ~ prefix ~ 'mean_chi2 / ' ~ prefix ~ 'mean_df > 1 + 3 * sqrt('
        ~ mlmon.ratio('2', '(' ~ prefix ~ 'mean_df * ' ~ prefix ~ 'n_windows)') ~ '))') }}
{% endmacro %}


{#- The degrees of freedom that go with the scale. `prefix`: before the names of the scale, the mean and the variance. -#}
{% macro effective_df(df, prefix) -%}
    case
        when {{ prefix }}dispersion > 1 then {{ mlmon.at_most(df, '(2 * ' ~ prefix ~ 'mean_chi2 * ' ~ prefix ~ 'mean_chi2 / nullif(' ~ prefix ~ 'variance_chi2, 0))') }}
        else cast({{ df }} as {{ mlmon.sql_type('double') }})
    end
{%- endmacro %}


{#- A chi-square value as a standard normal one. Source: Wilson and Hilferty (1931). NULL for no degree of freedom. -#}
{% macro chi2_to_normal(chi2, df) %}
    {{ return('(power((' ~ mlmon.at_least(chi2, 0) ~ ') / nullif(' ~ df ~ ', 0), ' ~ mlmon.double_literal(1) ~ ' / 3) - (1 - 2.0 / (9 * nullif(' ~ df ~ ', 0)))) / sqrt(2.0 / (9 * nullif(' ~ df ~ ', 0)))') }}
{% endmacro %}
